"use strict";
// What the page shows, and how it is cut into matrices. Knows nothing of drawing.

const DATA = JSON.parse(document.getElementById("data").textContent);

// Who looks at whom: which side's tokens are rows, which are columns.
const KINDS = {
  "cross": {name: "Cross", rows: "output", columns: "source", about: "produced words look at the source"},
  "encoder-self": {name: "Encoder self", rows: "source", columns: "source", about: "source words look at each other"},
  "decoder-self": {name: "Decoder self", rows: "output", columns: "input", about: "produced words look at those before them"},
};

function kindsOf(sentence) {
  return Object.keys(KINDS).filter(kind => sentence.layers.some(layer => layer.kind === kind));
}

function layersOf(sentence, kind) {
  return sentence.layers.filter(layer => layer.kind === kind);
}

function layerOf(sentence, view) {
  return sentence.layers.find(layer => layer.kind === view.kind && layer.layer === view.layer);
}

// The tokens of both axes. byInput: a decoder's rows are the words it reads instead of those it writes.
function axesOf(sentence, view) {
  const kind = KINDS[view.kind];
  const rows = kind.rows === "output" && view.byInput ? "input" : kind.rows;
  return {rows: sentence[rows], columns: sentence[kind.columns]};
}

function hasSubwords(tokens) {
  return tokens.words.length < tokens.pieces.length;
}

function meanOf(matrices) {
  return matrices[0].map((row, r) => row.map((_, c) => {
    return matrices.reduce((sum, matrix) => sum + matrix[r][c], 0) / matrices.length;
  }));
}

// Pieces become words: weights are summed over the columns of a word and averaged over its rows.
function joined(matrix, rows, columns) {
  const sums = rows.words.map(() => columns.words.map(() => 0));
  const counts = rows.words.map(() => 0);
  matrix.forEach((row, r) => {
    counts[rows.wordOf[r]] += 1;
    row.forEach((weight, c) => { sums[rows.wordOf[r]][columns.wordOf[c]] += weight; });
  });
  return sums.map((row, r) => row.map(sum => sum / counts[r]));
}

// One matrix with its labels, of heads given by number.
function matrixOf(sentence, view, heads) {
  const axes = axesOf(sentence, view);
  const layer = layerOf(sentence, view);
  const weights = heads.length === 1 ? layer.heads[heads[0]] : meanOf(heads.map(head => layer.heads[head]));
  if (view.pieces) return {rows: axes.rows.pieces, columns: axes.columns.pieces, weights};
  return {rows: axes.rows.words, columns: axes.columns.words, weights: joined(weights, axes.rows, axes.columns)};
}

// In bits, the mean over rows.
function entropyOf(weights) {
  const ofRow = row => {
    const total = row.reduce((sum, weight) => sum + weight, 0) || 1;
    return row.reduce((sum, weight) => weight > 0 ? sum - weight / total * Math.log2(weight / total) : sum, 0);
  };
  return weights.reduce((sum, row) => sum + ofRow(row), 0) / weights.length;
}

function largestOf(row) {
  return row.reduce((best, weight, index) => weight > row[best] ? index : best, 0);
}

// Digits after the point, with a true minus sign.
function fixed(value, digits) {
  return value.toFixed(digits).replace("-", "\u2212");
}

function percent(p) {
  return p >= 0.0995 ? `${(100 * p).toFixed(0)} %` : `${(100 * p).toFixed(p >= 0.001 ? 1 : 2)} %`;
}
