// The page itself: which view, which sentence, light or dark.

const page = {
  view: "matrix",
  sentence: 0,
  panels: [],

  show(view) {
    this.view = view;
    document.querySelector("#views").replaceChildren(viewTabs());
    this.panels.forEach(panel => panel.draw());
  },

  choose(sentence) {
    this.sentence = sentence;
    const source = document.getElementById("source"), text = DATA.models[0].sentences[sentence].text;
    source.textContent = text;
    source.classList.toggle("long", isLong(text));
    drawPicker();
    this.panels.forEach(panel => panel.sentenceChanged());
  },
};

function viewTabs() {
  const options = Object.entries(VIEWS).map(([value, view]) => ({value, label: view.name}));
  const focused = document.activeElement !== null && document.activeElement.getAttribute("role") === "tab";
  const tabs = choice("Views", options, page.view, view => page.show(view), "tablist");
  if (focused) requestAnimationFrame(() => tabs.querySelector("[aria-selected=true]").focus());
  return tabs;
}

// Several sentences: a list to choose from, and a step to either side.
function drawPicker() {
  const sentences = DATA.models[0].sentences;
  if (sentences.length < 2) return;
  const options = sentences.map((sentence, i) => el("option", {value: i}, `${i + 1}. ${sentence.text}`));
  const list = el("select", {"aria-label": "Sentence"}, ...options);
  list.value = page.sentence;
  list.addEventListener("change", () => page.choose(Number(list.value)));
  const move = (label, title, by) => el("button", {type: "button", "aria-label": title, title, class: "quiet", onclick: () => {
    page.choose((page.sentence + by + sentences.length) % sentences.length);
    document.querySelector(`#picker [aria-label="${title}"]`).focus();
  }}, label);
  document.getElementById("picker").replaceChildren(
    move("←", "Sentence before", -1), list, move("→", "Next sentence", 1),
    el("span", {class: "label"}, `${page.sentence + 1} of ${sentences.length}${averagedNote()}`));
}

// Of many sentences the first are shown; means are taken over all.
function averagedNote() {
  const {averaged, sentences} = DATA.models[0];
  return averaged > sentences.length ? `, the first of ${averaged} that were read` : "";
}

const THEMES = ["auto", "light", "dark"];

function startTheme() {
  const button = document.getElementById("theme");
  let theme = 0;
  const apply = () => {
    if (theme === 0) document.documentElement.removeAttribute("data-theme");
    else document.documentElement.dataset.theme = THEMES[theme];
    button.textContent = `Theme: ${THEMES[theme]}`;
  };
  button.addEventListener("click", () => {
    theme = (theme + 1) % THEMES.length;
    apply();
  });
  apply();
}

function start() {
  startTheme();
  page.panels = DATA.models.map(model => new Panel(model, page));
  document.getElementById("panels").append(...page.panels.map(panel => panel.element));
  document.querySelector("#views").replaceChildren(viewTabs());
  if (!DATA.models.some(model => model.attends)) page.view = "steps";
  page.choose(0);
  document.querySelector("#views").replaceChildren(viewTabs());
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    page.panels.forEach(panel => panel.drawBody());
  });
}

start();
