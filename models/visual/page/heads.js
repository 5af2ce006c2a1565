// All heads at a glance: a small matrix for each, its entropy, and what it does on average over all sentences.

const MEASURES = [
  ["entropy", "Entropy", "in bits: 0 looks at one position alone"],
  ["peak", "Peak", "largest weight of a row"],
  ["same", "Same", "weight of the position with the row's own number"],
  ["previous", "Previous", "weight of the position before that"],
  ["first", "First", "weight of the first position"],
  ["last", "Last", "weight of the last position: </s>, or the word just read"],
];

function drawHeads(panel) {
  const sentence = panel.sentence();
  const parts = kindsOf(sentence).map(kind => kindOverview(panel, kind));
  return [...parts, summaryTable(panel.model)];
}

function kindOverview(panel, kind) {
  const layers = layersOf(panel.sentence(), kind);
  const rows = layers.map(layer => el("div", {class: "head-row"},
    el("span", {class: "label"}, layers.length > 1 ? `Layer ${layer.layer}` : ""),
    ...layer.heads.map((weights, head) => thumbnail(panel, layer, weights, head))));
  return el("section", {class: "part"}, el("h3", {}, KINDS[kind].name + " attention"),
            el("p", {class: "about"}, `${KINDS[kind].about}; below each head its entropy in bits`), ...rows);
}

function thumbnail(panel, layer, weights, head) {
  const entropy = entropyOf(weights);
  const name = layer.heads.length > 1 ? `layer ${layer.layer}, head ${head}` : `layer ${layer.layer}`;
  return el("button", {type: "button", class: "thumbnail", "aria-label": `${name}: entropy ${entropy.toFixed(2)} bits`,
                       title: `${name}; click to see its matrix`, onclick: () => panel.open(layer.kind, layer.layer, head)},
            smallMatrix(weights), el("span", {}, entropy.toFixed(2)));
}

function smallMatrix(weights) {
  const canvas = el("canvas", {width: weights[0].length, height: weights.length, "aria-hidden": "true"});
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(canvas.width, canvas.height);
  weights.flat().forEach((weight, i) => {
    const level = Math.round(255 * Math.min(1, weight));
    pixels.data.set([level, level, level, 255], 4 * i);
  });
  context.putImageData(pixels, 0, 0);
  return canvas;
}

function summaryTable(model) {
  const title = model.averaged === 1 ? "Means over this sentence" : `Means over all ${model.averaged} sentences`;
  const most = Math.max(...model.summary.map(summary => summary.entropy), 1e-9);
  const header = el("tr", {}, ...["Kind", "Layer", "Head"].map(name => el("th", {scope: "col"}, name)),
                    ...MEASURES.map(([, name, about]) => el("th", {scope: "col", title: about}, name)));
  const places = Object.keys(KINDS);
  const summaries = [...model.summary].sort((a, b) => places.indexOf(a.kind) - places.indexOf(b.kind));
  const rows = summaries.map(summary => el("tr", {},
    el("th", {scope: "row"}, KINDS[summary.kind].name), el("td", {}, String(summary.layer)), el("td", {}, String(summary.head)),
    ...MEASURES.map(([measure]) => measureCell(summary[measure], measure === "entropy" ? most : 1))));
  const about = MEASURES.map(([, name, text]) => `${name}: ${text}`).join(" · ");
  return el("section", {class: "part"}, el("h3", {}, title), el("p", {class: "about"}, about),
            el("div", {class: "scroll", tabindex: 0, role: "group", "aria-label": title},
               el("table", {class: "summary"}, el("thead", {}, header), el("tbody", {}, ...rows))));
}

function measureCell(value, most) {
  const bar = el("i", {"aria-hidden": "true"});
  bar.style.width = `${(100 * value / most).toFixed(1)}%`;
  return el("td", {class: "measure"}, bar, el("span", {}, value.toFixed(2)));
}
