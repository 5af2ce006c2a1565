// A panel: one model's translation of the sentence, its controls, and the picture that they choose.

const VIEWS = {
  matrix: {name: "Matrix", draw: drawMatrix, attention: true, controls: true},
  lines: {name: "Lines", draw: drawLines, attention: true, controls: true},
  steps: {name: "Steps", draw: drawSteps, attention: false, controls: false},
  heads: {name: "Heads", draw: drawHeads, attention: true, controls: false},
};

class Panel {
  constructor(model, page) {
    this.model = model;
    this.page = page;
    this.view = {kind: "cross", layer: 0, pieces: false, byInput: false, values: false, marks: false, step: 0};
    this.chosenHeads = new Set();
    this.title = el("div", {class: "title"});
    this.controls = el("div", {class: "controls"});
    this.body = el("div", {class: "body"});
    this.element = el("section", {class: "panel", "aria-label": model.name}, this.title, this.controls, this.body);
    this.timer = null;
    if (model.attends) this.chooseKind(kindsOf(this.sentence())[0]);
  }

  sentence() { return this.model.sentences[this.page.sentence]; }
  heads() { return [...this.chosenHeads].sort((a, b) => a - b); }
  width() { return this.body.clientWidth || 600; }

  chooseKind(kind) {
    this.view.kind = kind;
    this.chooseLayer(layersOf(this.sentence(), kind).length - 1);
  }

  chooseLayer(layer) {
    this.view.layer = layer;
    const count = layerOf(this.sentence(), this.view).heads.length;
    const kept = this.heads().filter(head => head < count);
    this.chosenHeads = new Set(kept.length > 0 ? kept : Array.from({length: count}, (_, head) => head));
  }

  // Another sentence is shown: steps start over, all else stays as it was chosen.
  sentenceChanged() {
    this.view.step = 0;
    this.draw();
  }

  draw() {
    this.stop();
    this.title.replaceChildren(...titleOf(this.model, this.sentence()));
    this.drawControls();
    this.drawBody();
  }

  drawBody() {
    const view = VIEWS[this.page.view];
    if (view.attention && !this.model.attends) {
      this.body.replaceChildren(el("p", {class: "nothing"}, "This model has no attention. Its steps show how it translates all the same."));
      return;
    }
    this.body.replaceChildren(...view.draw(this).filter(node => node !== null));
  }

  drawControls() {
    const shown = VIEWS[this.page.view].controls && this.model.attends;
    this.controls.replaceChildren(...(shown ? this.fields().filter(node => node !== null) : []));
  }

  fields() {
    return [this.kindField(), this.layerField(), this.headField(), this.rowField(), this.pieceField(), ...this.matrixToggles()];
  }

  kindField() {
    const kinds = kindsOf(this.sentence());
    if (kinds.length < 2) return null;
    const options = kinds.map(kind => ({value: kind, label: KINDS[kind].name}));
    return field("Attention", choice("Attention", options, this.view.kind, kind => {
      this.chooseKind(kind);
      this.redrawFrom("Attention");
    }));
  }

  layerField() {
    const layers = layersOf(this.sentence(), this.view.kind);
    if (layers.length < 2) return null;
    const options = layers.map(layer => ({value: layer.layer, label: String(layer.layer)}));
    return field("Layer", choice("Layer", options, this.view.layer, layer => {
      this.chooseLayer(layer);
      this.redrawFrom("Layer");
    }));
  }

  headField() {
    const count = layerOf(this.sentence(), this.view).heads.length;
    if (count < 2) return null;
    return field("Heads", headChoice(count, this.chosenHeads, () => this.drawBody()));
  }

  rowField() {
    if (KINDS[this.view.kind].rows !== "output") return null;
    const options = [{value: false, label: "Word written"}, {value: true, label: "Word read"}];
    return field("Rows", choice("Rows", options, this.view.byInput, byInput => {
      this.view.byInput = byInput;
      this.drawBody();
    }));
  }

  pieceField() {
    const axes = axesOf(this.sentence(), this.view);
    if (!hasSubwords(axes.rows) && !hasSubwords(axes.columns)) return null;
    const options = [{value: false, label: "Words"}, {value: true, label: "Pieces"}];
    return field("Text", choice("Text", options, this.view.pieces, pieces => {
      this.view.pieces = pieces;
      this.drawBody();
    }));
  }

  matrixToggles() {
    if (this.page.view !== "matrix") return [];
    const set = name => on => {
      this.view[name] = on;
      this.drawBody();
    };
    return [field("Cells", el("div", {class: "buttons"}, toggle("Values", this.view.values, set("values")),
                              toggle("Largest", this.view.marks, set("marks"))))];
  }

  // New controls take the place of those that depended on a choice; the choice keeps the focus.
  redrawFrom(label) {
    this.drawControls();
    this.drawBody();
    const chosen = this.controls.querySelector(`[aria-label="${label}"] [aria-checked="true"]`);
    if (chosen !== null) chosen.focus();
  }

  open(kind, layer, head) {
    this.chooseKind(kind);
    this.chooseLayer(layer);
    this.chosenHeads = new Set([head]);
    this.page.show("matrix");
  }

  play(tick, ended) {
    this.timer = setInterval(tick, 1200);
    this.ended = ended;
  }

  // Whether something was playing.
  stop() {
    if (this.timer === null) return false;
    clearInterval(this.timer);
    this.timer = null;
    this.ended();
    return true;
  }
}

// Longer than a few lines: set smaller, and scrolled.
function isLong(text) {
  return text.length > 240;
}

function titleOf(model, sentence) {
  const facts = [`log probability ${fixed(sentence.logProbability, 2)}`];
  if (!sentence.ended) facts.push("cut at the length limit");
  return [el("h2", {}, model.name), el("p", {class: "about"}, `${model.about} · ${facts.join(" · ")}`),
          el("p", {class: isLong(sentence.translation) ? "translation long" : "translation", dir: "auto"}, sentence.translation || "(an empty translation)")];
}
