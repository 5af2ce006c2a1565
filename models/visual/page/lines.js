// Lines from words that look to words that are looked at: one for each head, as strong as its weight.

const FAINTEST = 0.02;  // lines below are not drawn: nobody would see them, and there are many
const LONG = 40;        // words, from which on weak lines would cover the strong ones
const FAINTEST_OF_LONG = 0.3;

function drawLines(panel) {
  const view = panel.view, heads = panel.heads();
  const matrices = heads.map(head => matrixOf(panel.sentence(), view, [head]));
  const picture = linePicture(matrices, heads);
  const long = Math.max(matrices[0].rows.length, matrices[0].columns.length) > LONG;
  const faintest = view.faintest ?? (long ? FAINTEST_OF_LONG : FAINTEST);
  picture.drawAll(faintest);
  return [caption(panel), faintestControl(view, faintest, picture.drawAll), el("div", {class: "over"}, picture.readout), picture.element];
}

// Weaker lines stay away until their word is pointed at. What was chosen once holds for all sentences.
function faintestControl(view, faintest, draw) {
  const text = weight => `lines from ${percent(weight)} on; point at a word for all of its lines`;
  const output = el("output", {}, text(faintest));
  const slider = el("input", {type: "range", min: FAINTEST, max: 0.9, step: 0.02, value: faintest, "aria-label": "Weakest line"});
  slider.addEventListener("input", () => {
    view.faintest = Number(slider.value);
    output.textContent = text(view.faintest);
    draw(view.faintest);
  });
  return el("div", {class: "faintest"}, slider, output);
}

function linePicture(matrices, heads) {
  const {rows, columns} = matrices[0];
  const step = Math.max(rows.length, columns.length) > LONG ? 22 : 30;
  const height = step * Math.max(rows.length, columns.length);
  const readout = el("p", {class: "readout", "aria-live": "polite"}, "Point at a word, or move through them with the arrow keys.");
  const drawing = svg("svg", {viewBox: `0 0 100 ${height}`, preserveAspectRatio: "none", height, "aria-hidden": "true"});
  const all = svg("g", {class: "all"}), one = svg("g", {class: "one"});
  drawing.append(all, one);
  // Heads keep a little apart, so that one does not cover the others.
  const apart = Math.min(3, 0.6 * step / heads.length);
  const middle = (index, head) => step * (index + 0.5) + apart * (heads.indexOf(head) - (heads.length - 1) / 2);
  const line = (head, from, to, opacity) => svg("line", {
    x1: 0, y1: middle(from, head), x2: 100, y2: middle(to, head), stroke: headColour(head), "stroke-opacity": opacity.toFixed(3)});
  const drawAll = faintest => {
    const lines = [];
    eachLine(matrices, heads, (head, r, c, weight) => {
      if (weight >= faintest) lines.push(line(head, r, c, weight));
    });
    all.replaceChildren(...lines);
  };
  const left = tokenColumn(rows, "left", "Words that look", step, heads);
  const right = tokenColumn(columns, "right", "Words that are looked at", step, heads);
  const element = el("div", {class: "lines", style: `--step:${step}px`}, left.element, drawing, right.element);

  const clear = () => {
    element.classList.remove("looking");
    one.replaceChildren();
    [...left.tokens, ...right.tokens].forEach(token => token.mark(() => 0, false));
  };
  const show = (side, index) => {
    clear();
    element.classList.add("looking");
    const ofSide = side === "left" ? left : right, other = side === "left" ? right : left;
    const weight = (h, place) => side === "left" ? matrices[h].weights[index][place] : matrices[h].weights[place][index];
    ofSide.tokens[index].mark(() => 0, true);
    other.tokens.forEach((token, place) => token.mark(h => weight(h, place), false));
    eachLine(matrices, heads, (head, r, c, w) => {
      if ((side === "left" ? r : c) === index && w >= FAINTEST) one.append(line(head, r, c, w));
    });
    readout.replaceChildren(...strongest(side, index, matrices, heads));
  };
  followTokens(element, [["left", left], ["right", right]], show, clear);
  return {element, readout, drawAll};
}

function eachLine(matrices, heads, visit) {
  matrices.forEach((matrix, h) => matrix.weights.forEach((row, r) => row.forEach((weight, c) => visit(heads[h], r, c, weight))));
}

// A column of words. Each has a strip with a box for every head.
function tokenColumn(labels, side, name, step, heads) {
  const tokens = labels.map((label, index) => {
    const boxes = heads.map(head => el("i", {style: `background:${headColour(head)};opacity:0`}));
    const button = el("button", {type: "button", class: "token", "data-side": side, "data-index": index, title: label},
                      el("span", {class: "strip", "aria-hidden": "true"}, ...boxes), el("span", {class: "word", dir: "auto"}, label));
    const mark = (weight, chosen) => {
      boxes.forEach((box, h) => { box.style.opacity = weight(h).toFixed(3); });
      button.classList.toggle("chosen", chosen);
    };
    return {button, mark};
  });
  const buttons = tokens.map(token => token.button);
  rove(buttons, 0);
  const element = el("div", {class: `tokens ${side}`, role: "group", "aria-label": name}, ...buttons);
  onArrows(element, buttons, () => {});
  return {element, tokens};
}

function followTokens(element, columns, show, clear) {
  for (const [side, column] of columns) {
    column.tokens.forEach((token, index) => {
      token.button.addEventListener("mouseenter", () => show(side, index));
      token.button.addEventListener("focus", () => show(side, index));
    });
  }
  element.addEventListener("mouseleave", clear);
  element.addEventListener("keydown", event => { if (event.key === "Escape") clear(); });
}

// The three largest weights of a word, and whose they are.
function strongest(side, index, matrices, heads) {
  const {rows, columns} = matrices[0];
  const label = side === "left" ? rows[index] : columns[index];
  const found = [];
  eachLine(matrices, heads, (head, r, c, weight) => {
    if (side === "left" && r === index) found.push({head, weight, word: columns[c]});
    if (side === "right" && c === index) found.push({head, weight, word: rows[r]});
  });
  found.sort((a, b) => b.weight - a.weight);
  const parts = found.slice(0, 3).flatMap(({head, weight, word}) => [
    el("span", {class: "found"}, el("i", {style: `background:${headColour(head)}`}),
       `${word} ${weight.toFixed(3)}${heads.length > 1 ? ` (head ${head})` : ""}`)]);
  return [el("b", {}, label), side === "left" ? " looks at " : " is looked at by ", ...parts];
}
