// Elements and controls. Text always goes into text nodes.

const SVG = "http://www.w3.org/2000/svg";
const HEAD_COLOURS = ["#3b7dd8", "#e07b1f", "#2f9e62", "#d2453f", "#8a63d2", "#a0714f", "#d862a8", "#7a8591", "#a39a12", "#17a0b4"];

function headColour(head) {
  return HEAD_COLOURS[head % HEAD_COLOURS.length];
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter(child => child !== null));
  return node;
}

function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

const NEXT_KEYS = ["ArrowRight", "ArrowDown"];
const BEFORE_KEYS = ["ArrowLeft", "ArrowUp"];

// The place that a key leads to from `place` of `count`; null for other keys.
function placeAfter(key, place, count) {
  if (NEXT_KEYS.includes(key)) return (place + 1) % count;
  if (BEFORE_KEYS.includes(key)) return (place + count - 1) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
}

// Among buttons one takes part in the order of Tab; arrows lead to the others.
function rove(buttons, current) {
  buttons.forEach((button, i) => { button.tabIndex = i === current ? 0 : -1; });
}

function onArrows(group, buttons, moved) {
  group.addEventListener("keydown", event => {
    const from = buttons.indexOf(event.target.closest("button"));
    const to = from < 0 ? null : placeAfter(event.key, from, buttons.length);
    if (to === null) return;
    event.preventDefault();
    rove(buttons, to);
    buttons[to].focus();
    moved(to);
  });
}

// One of several: options are {value, label}. Role tablist for the views, radiogroup for all else.
function choice(label, options, value, changed, role = "radiogroup") {
  const item = role === "tablist" ? "tab" : "radio";
  const state = role === "tablist" ? "aria-selected" : "aria-checked";
  const buttons = options.map(option => el("button", {type: "button", role: item, "data-value": option.value}, option.label));
  const group = el("div", {class: "buttons", role, "aria-label": label}, ...buttons);
  const mark = place => {
    buttons.forEach((button, i) => button.setAttribute(state, String(i === place)));
    rove(buttons, place);
  };
  const choose = place => {
    mark(place);
    changed(options[place].value);
  };
  mark(Math.max(0, options.findIndex(option => option.value === value)));
  buttons.forEach((button, i) => button.addEventListener("click", () => choose(i)));
  onArrows(group, buttons, choose);
  return group;
}

function field(label, control) {
  return el("div", {class: "field"}, el("span", {class: "label", "aria-hidden": "true"}, label), control);
}

function toggle(label, on, changed) {
  const button = el("button", {type: "button", class: "toggle", "aria-pressed": String(on)}, label);
  button.addEventListener("click", () => {
    const now = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(now));
    changed(now);
  });
  return button;
}

// Heads: any number of them, at least one. Space switches one on or off, Enter or a double click leaves it alone.
function headChoice(count, heads, changed) {
  const chips = Array.from({length: count}, (_, head) => el("button", {
    type: "button", class: "head", "aria-label": `Head ${head}`, "data-head": head,
    title: "Click: on or off. Double click or Enter: this head alone, and again: all."
  }, el("i", {style: `background:${headColour(head)}`}), String(head)));
  const all = el("button", {type: "button"}, "All");
  const buttons = [all, ...chips];
  const mark = () => {
    chips.forEach((chip, head) => chip.setAttribute("aria-pressed", String(heads.has(head))));
    all.setAttribute("aria-pressed", String(heads.size === count));
  };
  const set = chosen => {
    heads.clear();
    chosen.forEach(head => heads.add(head));
    mark();
    changed();
  };
  const everyHead = Array.from({length: count}, (_, head) => head);
  const alone = head => set(heads.size === 1 && heads.has(head) ? everyHead : [head]);
  const flip = head => {
    const rest = everyHead.filter(other => heads.has(other) !== (other === head));
    if (rest.length > 0) set(rest);
  };
  all.addEventListener("click", () => set(everyHead));
  chips.forEach((chip, head) => {
    chip.addEventListener("click", event => { if (event.detail < 2) flip(head); });
    chip.addEventListener("dblclick", () => alone(head));
    chip.addEventListener("keydown", event => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      alone(head);
    });
  });
  const group = el("div", {class: "buttons heads", role: "group", "aria-label": "Heads"}, ...buttons);
  rove(buttons, 0);
  onArrows(group, buttons, () => {});
  mark();
  return group;
}
