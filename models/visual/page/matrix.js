// The alignment matrix: source words across the top, produced words down the side, black for 0 and white for 1.

function greyOf(weight) {
  const level = Math.round(255 * Math.min(1, Math.max(0, weight)));
  return `rgb(${level},${level},${level})`;
}

function drawMatrix(panel) {
  const view = panel.view;
  const matrix = matrixOf(panel.sentence(), view, panel.heads());
  const size = cellSize(matrix, panel.width());
  const readout = el("p", {class: "readout", "aria-live": "polite"}, "Point at a cell, or move through them with the arrow keys.");
  const links = goldLinks(panel.sentence(), view);
  const table = matrixTable(matrix, view, size, links);
  const frame = el("div", {class: "matrix", tabindex: 0, role: "group", "aria-label": "Alignment matrix",
                           style: `--cell:${size}px`}, table);
  followCells(frame, table, matrix, readout);
  return [caption(panel), el("div", {class: "over"}, legend(), links === null ? null : goldLegend(), readout), frame];
}

// As large as fits, but never so small that a label does not.
function cellSize(matrix, width) {
  const longest = Math.max(...matrix.rows.map(label => label.length));
  const room = width - Math.min(180, 9 * longest + 20) - 24;
  const largest = matrix.rows.length > 20 ? 30 : 42;
  return Math.max(15, Math.min(largest, Math.floor(room / matrix.columns.length)));
}

// The true links between words, where they are known and rows and columns are words: "row column" to sure or possible.
function goldLinks(sentence, view) {
  if (!sentence.gold || view.kind !== "cross" || view.pieces || view.byInput) return null;
  const links = new Map();
  for (const kind of ["possible", "sure"]) sentence.gold[kind].forEach(([source, target]) => links.set(`${target} ${source}`, kind));
  return links;
}

function goldLegend() {
  return el("div", {class: "gold-legend"}, el("i", {class: "sure"}), "true link", el("i", {class: "possible"}), "possible link");
}

function matrixTable(matrix, view, size, links) {
  const withValues = view.values && size >= 15;
  const top = el("tr", {}, el("td", {class: "corner", "aria-hidden": "true"}), ...matrix.columns.map(label =>
    el("th", {scope: "col"}, el("span", {dir: "auto"}, label))));
  const rows = matrix.rows.map((label, r) => {
    const largest = view.marks ? largestOf(matrix.weights[r]) : -1;
    const cells = matrix.weights[r].map((weight, c) => matrixCell(weight, c === largest, withValues, links?.get(`${r} ${c}`)));
    return el("tr", {}, el("th", {scope: "row", dir: "auto"}, label), ...cells);
  });
  return el("table", {class: withValues ? "with-values" : ""}, el("thead", {}, top), el("tbody", {}, ...rows));
}

function matrixCell(weight, marked, withValue, link) {
  const cell = el("td", {class: marked ? "cell largest" : "cell", "data-weight": weight, "data-link": link ?? null,
                         title: link ? `${link === "sure" ? "true" : "possible"} link` : null});
  cell.style.background = greyOf(weight);
  cell.style.color = weight > 0.5 ? "#000" : "#fff";
  if (withValue) cell.append(weight < 0.005 ? "0" : weight.toFixed(2).replace(/^0/, ""));
  return cell;
}

// Pointer and arrow keys lead to a cell; its labels stand out, and its weight is said in full.
function followCells(frame, table, matrix, readout) {
  const columns = Array.from(table.tHead.rows[0].cells).slice(1);
  const rows = Array.from(table.tBodies[0].rows);
  let at = null;
  const show = (r, c) => {
    if (at !== null) setHere(at, false);
    at = {r, c};
    setHere(at, true);
    readout.replaceChildren(el("b", {}, matrix.rows[r]), " → ", el("b", {}, matrix.columns[c]), "  ",
                            el("output", {}, matrix.weights[r][c].toFixed(4)));
  };
  const setHere = ({r, c}, on) => {
    for (const cell of [columns[c], rows[r].cells[0], rows[r].cells[c + 1]]) cell.classList.toggle("here", on);
  };
  table.addEventListener("mouseover", event => {
    const cell = event.target.closest("td.cell");
    if (cell !== null) show(rows.indexOf(cell.parentElement), cell.cellIndex - 1);
  });
  frame.addEventListener("keydown", event => {
    const to = cellAfter(event.key, at, rows.length, columns.length);
    if (to === null) return;
    event.preventDefault();
    show(to.r, to.c);
    rows[to.r].cells[to.c + 1].scrollIntoView({block: "nearest", inline: "nearest"});
  });
}

function cellAfter(key, at, rows, columns) {
  const steps = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0]};
  if (!(key in steps)) return null;
  if (at === null) return {r: 0, c: 0};
  const within = (place, count) => Math.min(count - 1, Math.max(0, place));
  return {r: within(at.r + steps[key][0], rows), c: within(at.c + steps[key][1], columns)};
}

function legend() {
  return el("div", {class: "legend", role: "img", "aria-label": "Black is weight 0, white is weight 1"},
            el("span", {}, "0"), el("i", {}), el("span", {}, "1"));
}

// Which attention this is, and what was done to it.
function caption(panel) {
  const sentence = panel.sentence(), view = panel.view, layer = layerOf(sentence, view);
  const heads = panel.heads(), axes = axesOf(sentence, view);
  const parts = [KINDS[view.kind].about];
  if (layer.heads.length > 1) parts.push(heads.length === 1 ? `head ${heads[0]}` : `${panel.page.view === "matrix" ? "mean over " : ""}${heads.length} heads`);
  const decodes = KINDS[view.kind].rows === "output";
  if (decodes) parts.push(view.byInput ? "a row is the word that the step read" : "a row is the word that the step wrote");
  if (!view.pieces && (hasSubwords(axes.rows) || hasSubwords(axes.columns)))
    parts.push("subwords joined: weights summed over columns, averaged over rows");
  return el("p", {class: "caption"}, `${parts.join(" · ")} · `, el("code", {}, layer.tensor));
}
