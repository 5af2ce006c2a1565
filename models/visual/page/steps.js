// How a translation comes about: one step of the decoder after the other, with what it reads, looks at and writes.
// In the manner of Alammar's "Visualizing a Neural Machine Translation Model".

function drawSteps(panel) {
  const sentence = panel.sentence(), count = sentence.output.pieces.length;
  const body = el("div", {class: "step-body", "aria-live": "polite"});
  const slider = el("input", {type: "range", min: 0, max: count - 1, "aria-label": "Step"});
  const go = step => {
    panel.view.step = Math.min(count - 1, Math.max(0, step));
    slider.value = panel.view.step;
    body.replaceChildren(...stepParts(panel, panel.view.step).filter(node => node !== null));
    showWhatMatters(body);
  };
  slider.addEventListener("input", () => { panel.stop(); go(Number(slider.value)); });
  const controls = stepControls(panel, slider, go, count);
  go(panel.view.step);
  return [controls, body];
}

function stepControls(panel, slider, go, count) {
  const move = (label, title, step) => el("button", {type: "button", "aria-label": title, title,
    onclick: () => { panel.stop(); go(step()); }}, label);
  const play = el("button", {type: "button", class: "play"}, "Play");
  play.addEventListener("click", () => {
    if (panel.stop()) return;
    play.textContent = "Stop";
    if (panel.view.step === count - 1) go(0);
    panel.play(() => {
      if (panel.view.step < count - 1) go(panel.view.step + 1);
      else panel.stop();
    }, () => { play.textContent = "Play"; });
  });
  return el("div", {class: "step-controls", role: "group", "aria-label": "Steps"},
            move("⇤", "First step", () => 0), move("←", "Step before", () => panel.view.step - 1), slider,
            move("→", "Next step", () => panel.view.step + 1), move("⇥", "Last step", () => count - 1), play);
}

function stepParts(panel, step) {
  const sentence = panel.sentence();
  const weights = stepWeights(sentence, step);
  return [
    stepHeading(sentence, step),
    writtenSoFar(sentence, step),
    encoderPart(sentence, weights, sentence.scores ? sentence.scores[step] : null),
    el("div", {class: "step-row"}, contextPart(sentence, step, weights), decoderPart(sentence, step), candidatePart(sentence, step)),
  ];
}

// Long sentences scroll: to the word that is written, and to the state that is attended to most.
function showWhatMatters(body) {
  const written = body.querySelector(".output-so-far .written");
  written.parentElement.scrollTop = written.offsetTop - written.parentElement.clientHeight / 2;
  const states = [...body.querySelectorAll(".state")];
  const weights = states.map(state => Number(state.dataset.weight ?? 0));
  if (states.length === 0 || weights.every(weight => weight === 0)) return;
  const most = states[largestOf(weights)];
  most.parentElement.scrollLeft = most.offsetLeft - (most.parentElement.clientWidth - most.clientWidth) / 2;
}

// What the step attends to: cross attention of the last layer, the mean over its heads. None in a model without.
function stepWeights(sentence, step) {
  const layers = layersOf(sentence, "cross");
  if (layers.length === 0) return null;
  return meanOf(layers[layers.length - 1].heads.map(head => [head[step]]))[0];
}

function stepHeading(sentence, step) {
  return el("p", {class: "step-heading"}, el("span", {class: "step-number"}, `Step ${step + 1} of ${sentence.output.pieces.length}`),
            " reads ", word(sentence.input.pieces[step]), " and writes ", word(sentence.output.pieces[step], "written"));
}

function word(text, extra = "") {
  return el("span", {class: `word ${extra}`, dir: "auto"}, text);
}

function writtenSoFar(sentence, step) {
  const pieces = sentence.output.pieces.map((piece, i) =>
    word(piece, i < step ? "before" : i === step ? "written" : "after"));
  return el("p", {class: "output-so-far", "aria-label": "Written so far"}, ...pieces);
}

function part(title, about, ...children) {
  return el("section", {class: "part"}, el("h3", {}, title), el("p", {class: "about"}, about), ...children);
}

// A vector as a strip of coloured cells: blue above zero, orange below, stronger for larger ones.
function strip(states, row, largest) {
  const cells = states.rows[row].map((value, i) => {
    const share = Math.sqrt(Math.min(1, Math.abs(value) / largest));
    const colour = value >= 0 ? "var(--above)" : "var(--below)";
    const cell = el("i", {title: `entry ${states.entries[i]}: ${fixed(value, 3)}`}, el("b", {}));
    cell.firstChild.style.cssText = `background:${colour};opacity:${share.toFixed(3)}`;
    return cell;
  });
  return el("div", {class: "strip-of-cells", role: "img", "aria-label": `${states.entries.length} of ${states.width} numbers`}, ...cells);
}

function largestIn(states) {
  return states.rows.reduce((most, row) => row.reduce((m, value) => Math.max(m, Math.abs(value)), most), 1e-9);
}

function cellsNote(states) {
  if (states.entries.length === states.width) return `${states.width} numbers each`;
  return `${states.entries.length} of ${states.width} numbers of each`;
}

// Each state in a column of its own. From bottom to top: the word, its state, the score that the step gives it, and
// what the softmax over all scores makes of that.
function encoderPart(sentence, weights, scores) {
  const states = sentence.states.encoder;
  if (!states) return null;
  const largest = largestIn(states);
  const columns = sentence.source.pieces.map((piece, s) => {
    const weight = weights === null ? null : weights[s];
    const cells = strip(states, s, largest);
    if (weight !== null) cells.style.opacity = (0.2 + 0.8 * weight).toFixed(3);
    const bar = weight === null ? null : weightBar(weight);
    const score = scores === null ? null : el("output", {class: "score", "data-score": scores[s]}, fixed(scores[s], 1));
    return el("li", {class: weight !== null && weight >= 0.5 ? "state seen" : "state", "data-weight": weight}, bar, score, cells, word(piece));
  });
  const about = weights === null ? `one for each source piece, ${cellsNote(states)}; the decoder cannot look at them one by one`
                                 : `one for each source piece, ${cellsNote(states)}; shown as strongly as this step attends to it${ofHeads(sentence)}`;
  const list = el("ol", {class: "states", tabindex: 0, "aria-label": "Encoder states"}, ...columns);
  return part("Encoder states", about, list, scores === null ? null : el("p", {class: "about"},
    "The number under a bar is the step's score of that state; the bars are the softmax of all scores, so they add up to 1."));
}

function ofHeads(sentence) {
  const layers = layersOf(sentence, "cross");
  const heads = layers[layers.length - 1].heads.length;
  return heads === 1 ? "" : ` (cross attention of the last layer, mean over its ${heads} heads)`;
}

function weightBar(weight) {
  const bar = el("span", {class: "weight"}, el("i", {}), el("output", {}, weight < 0.005 ? "0" : weight.toFixed(2)));
  bar.firstChild.style.height = `${Math.round(40 * weight)}px`;
  return bar;
}

function contextPart(sentence, step, weights) {
  const states = sentence.states.contexts;
  if (!states) return null;
  const about = weights === null ? "what the decoder knows of the source, the same in every step"
                                 : "the encoder's states, each times its weight, added up";
  return part("Context", about, strip(states, step, largestIn(states)));
}

function decoderPart(sentence, step) {
  const states = sentence.states.decoder;
  if (!states) return null;
  return part("Decoder state", `what the next word is scored with, ${cellsNote(states)}`, strip(states, step, largestIn(states)));
}

function candidatePart(sentence, step) {
  const {candidates, p} = sentence.steps[step];
  const written = sentence.output.pieces[step];
  const rows = candidates.map(candidate => candidateRow(candidate.piece, candidate.p, candidate.piece === written));
  if (!candidates.some(candidate => candidate.piece === written)) rows.push(candidateRow(written, p, true));
  return part("Candidates", "the most probable next pieces; ✓ is the one that was written", el("ol", {class: "candidates"}, ...rows));
}

function candidateRow(piece, p, written) {
  const bar = el("span", {class: "bar", "aria-hidden": "true"}, el("i", {style: `width:${(100 * p).toFixed(2)}%`}));
  return el("li", {class: written ? "chosen" : ""}, el("span", {class: "tick"}, written ? "✓" : ""), word(piece), bar,
            el("output", {"data-p": p}, percent(p)));
}
