#!/usr/bin/env python3
"""The page of `heed-translate attend --out` in a real browser: what it shows, and that keys alone lead everywhere.

    test_page.py HEED-TRANSLATE

Exits with 77, which ctest takes as skipped, where no Chromium is installed.
"""

import math
import pathlib
import subprocess
import sys
import tempfile
import unittest

from browser import Browser, find_program
from safetensors import read_tensors

EVIL = """half past <script>window.hacked = 1</script> "seven" & '<b>eight</b>'"""
PLAIN = "half past seven"
LONG = " ".join(["twenty-one thousand three hundred and"] * 20)  # 100 words

PROGRAM = None
WORK = None


def heed(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"heed-translate {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def train(name, *flags):
    heed("train", "--max-steps", 2, "--batch-tokens", 400, "--threads", 2, "--out", WORK / name, *flags)


def prepare():
    # Characters are pieces that words are joined from; tiny has four layers of four heads.
    train("characters", "--model", "transformer", "--preset", "tiny", "--vocab", "char")
    train("words", "--model", "bahdanau", "--preset", "micro")
    train("blind", "--model", "rnnencdec", "--preset", "micro")
    runs = [flag for name in ("characters", "words", "blind") for flag in ("--checkpoint", WORK / name)]
    heed("attend", *runs, "--out", WORK / "page.html", PLAIN, EVIL)
    heed("attend", "--checkpoint", WORK / "words", "--checkpoint", WORK / "characters", "--out", WORK / "long.html", LONG)
    (WORK / "given.de").write_text("halb acht\n")
    (WORK / "gold").write_text("0-0 1?0 2-1\n")
    heed("attend", "--checkpoint", WORK / "words", "--translations", WORK / "given.de", "--gold", WORK / "gold",
         "--out", WORK / "gold.html", PLAIN)


def luminance(colour):
    parts = [int(part) / 255 for part in colour[colour.index("(") + 1:-1].split(",")[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class PageTest(unittest.TestCase):
    page = "page.html"

    def setUp(self):
        self.browser = Browser(find_program())
        self.addCleanup(self.browser.close)
        self.browser.open(WORK / self.page)

    def tearDown(self):
        self.assertEqual(self.browser.console, [], "the page wrote to the console")
        outside = [url for url in self.browser.requests if not url.startswith(("file:", "data:"))]
        self.assertEqual(outside, [], "the page asked for something outside itself")

    def value(self, expression):
        return self.browser.evaluate(expression)

    def count(self, selector):
        return self.value(f"document.querySelectorAll({selector!r}).length")

    def text(self, selector):
        return self.value(f"document.querySelector({selector!r}).textContent")

    def show(self, view):
        self.value(f"""document.querySelector('[role=tab][data-value="{view}"]').click()""")

    def tab_to(self, condition, most=80):
        """Presses Tab until the focused element, called `it`, fulfils the condition."""
        for _ in range(most):
            self.browser.press("Tab")
            if self.value(f"(it => {condition})(document.activeElement)"):
                return
        self.fail(f"Tab does not lead to an element with {condition}")

    def tab_to_group(self, label):
        self.tab_to(f"it.closest('[aria-label={label}]') !== null && it.tagName === 'BUTTON'")

    def cells(self):
        """The weights in the first panel's matrix, row by row."""
        return self.value("""[...document.querySelector('.panel table').tBodies[0].rows].map(
            row => [...row.querySelectorAll('td.cell')].map(cell => Number(cell.dataset.weight)))""")


class WhatIsShown(PageTest):
    def tensor(self, name):
        target = self.value("DATA.models[0].sentences[0].translation")
        path = WORK / "tensors.safetensors"
        heed("inspect", "--checkpoint", WORK / "characters", "--text", PLAIN, "--target", target, "--fetch", name,
             "--output", path)
        (shape, values), = read_tensors(path).values()
        return shape, values

    def test_the_matrix_of_pieces_is_the_tensor(self):
        shape, values = self.tensor("decoder/3/cross/weights")
        self.value("[...document.querySelectorAll('.panel [aria-label=Text] button')][1].click()")
        self.value("document.querySelector('.panel [data-head=\"1\"]').dispatchEvent(new MouseEvent('dblclick'))")
        _, heads, rows, columns = shape
        cells = self.cells()
        # A translation that was cut has no row for </s>, which was given to the program that fetched.
        self.assertIn(len(cells), (rows, rows - 1))
        self.assertEqual({len(row) for row in cells}, {columns})
        self.assertEqual(self.count(".panel:first-child td.cell"), len(cells) * columns)
        for r, row in enumerate(cells):
            for c, weight in enumerate(row):
                self.assertAlmostEqual(weight, values[(1 * rows + r) * columns + c], delta=1e-6)

    def test_words_are_sums_over_columns_and_means_over_rows(self):
        data = self.value("DATA.models[0].sentences[0]")
        heads = next(layer for layer in data["layers"] if layer["tensor"] == "decoder/3/cross/weights")["heads"]
        rows_of, columns_of = data["output"]["wordOf"], data["source"]["wordOf"]
        cells = self.cells()
        self.assertEqual(len(cells), len(data["output"]["words"]))
        self.assertEqual(len(cells[0]), len(PLAIN.split()) + 1)
        for r, c in ((0, 0), (0, 2), (len(cells) - 1, 3)):
            rows = [i for i, word in enumerate(rows_of) if word == r]
            columns = [i for i, word in enumerate(columns_of) if word == c]
            total = sum(head[i][j] for head in heads for i in rows for j in columns)
            self.assertAlmostEqual(cells[r][c], total / len(heads) / len(rows), delta=1e-9)

    def test_a_cell_says_its_weight_where_the_pointer_is(self):
        self.browser.point_at(".panel tbody tr:nth-child(1) td:nth-child(3)")
        self.assertEqual(self.text(".panel .readout output"), f"{self.cells()[0][1]:.4f}")

    def test_text_of_a_user_is_no_markup(self):
        self.value("page.choose(1)")
        for view in ("matrix", "lines", "steps", "heads"):
            self.show(view)
        self.assertEqual(self.text("#source"), EVIL)
        self.assertEqual(self.count("script"), 2)
        self.assertEqual(self.count("main b:not(.readout b, .strip-of-cells b)"), 0)
        self.assertIsNone(self.value("window.hacked ?? null"))

    def test_a_model_without_attention_says_so_and_has_steps(self):
        self.assertIn("no attention", self.text(".panel:nth-child(3) .body"))
        self.show("steps")
        self.assertEqual(self.count(".panel:nth-child(3) .candidates li"), 5)
        self.assertEqual(self.count(".panel:nth-child(3) .weight"), 0)

    def test_a_step_shows_candidates_and_the_state_of_every_piece(self):
        self.show("steps")
        step = self.value("DATA.models[1].sentences[0].steps[0]")
        shown = self.value("[...document.querySelectorAll('.panel:nth-child(2) .candidates output')].map(o => Number(o.dataset.p))")
        self.assertEqual(shown, [candidate["p"] for candidate in step["candidates"]])
        self.assertEqual(self.count(".panel:nth-child(2) .state"), len(PLAIN.split()) + 1)
        self.assertEqual(self.count(".panel:nth-child(2) .candidates .chosen"), 1)

    def test_a_step_shows_the_score_of_every_state(self):
        self.show("steps")
        sentence = "DATA.models.map(model => model.sentences[0]).find(sentence => sentence.scores)"
        panel = self.value("DATA.models.findIndex(model => model.sentences[0].scores) + 1")
        scores = self.value(f"{sentence}.scores[0]")
        shown = self.value(f"[...document.querySelectorAll('.panel:nth-child({panel}) .score')].map(o => Number(o.dataset.score))")
        self.assertEqual(shown, scores)
        total = sum(math.exp(score) for score in scores)
        weights = self.value(f"{sentence}.layers[0].heads[0][0]")
        for score, weight in zip(scores, weights):
            self.assertAlmostEqual(math.exp(score) / total, weight, delta=2e-3)

    def test_weak_lines_stay_away(self):
        self.show("lines")
        drawn = ".panel:nth-child(2) .lines .all line"
        of_all = "DATA.models[1].sentences[0].layers[0].heads.flat(2)"
        at_least = lambda weight: self.value(f"{of_all}.filter(weight => weight >= {weight}).length")
        self.assertGreater(self.value("DATA.models[1].sentences[0].output.words.length"), 40)  # so it is a long one
        self.assertEqual(self.count(drawn), at_least(0.3))
        for weight in (0.24, 0.02):
            self.value(f"""{{
                const slider = document.querySelector('.panel:nth-child(2) [aria-label="Weakest line"]');
                slider.value = {weight};
                slider.dispatchEvent(new Event('input'));
            }}""")
            self.assertEqual(self.count(drawn), at_least(weight))
        self.assertGreater(at_least(0.02), at_least(0.3))

    def test_steps_play_until_they_are_stopped(self):
        self.show("steps")
        play = "document.querySelector('.panel .play')"
        self.value(f"{play}.click()")
        self.assertEqual(self.value(f"{play}.textContent"), "Stop")
        self.value("new Promise(done => setTimeout(done, 1500))")
        self.assertIn("Step 2 of", self.text(".panel .step-heading"))
        self.value(f"{play}.click()")
        self.assertEqual(self.value(f"{play}.textContent"), "Play")
        self.value("new Promise(done => setTimeout(done, 1500))")
        self.assertIn("Step 2 of", self.text(".panel .step-heading"))

    def test_heads_have_a_thumbnail_each(self):
        self.show("heads")
        self.assertEqual(self.count(".panel:first-child .thumbnail"), 3 * 4 * 4)
        self.value("document.querySelectorAll('.panel .thumbnail')[6].click()")
        self.assertEqual(self.text(".panel .caption code"), "decoder/1/cross/weights")
        self.assertIn("head 2", self.text(".panel .caption"))

    def test_labels_stand_out_in_light_and_dark(self):
        for scheme in ("light", "dark"):
            self.browser.scheme(scheme)
            ground = self.value("getComputedStyle(document.querySelector('.panel')).backgroundColor")
            for selector in (".about", ".caption", ".label", ".translation", ".matrix th"):
                colour = self.value(f"getComputedStyle(document.querySelector({selector!r})).color")
                self.assertGreaterEqual(contrast(colour, ground), 4.5, f"{selector} in {scheme}")


class Keys(PageTest):
    def test_every_control_is_reached_by_tab(self):
        reached = set()
        for _ in range(60):
            self.browser.press("Tab")
            reached.add(self.value("""(it => (it.closest('[role=tablist], [role=radiogroup], [role=group]') ?? it)
                .getAttribute('aria-label') ?? it.textContent)(document.activeElement)"""))
        expected = {"Views", "Theme: auto", "Sentence", "Sentence before", "Next sentence", "Attention", "Layer", "Heads",
                    "Rows", "Text", "Values", "Largest", "Alignment matrix"}
        self.assertEqual(expected - reached, set())

    def test_arrows_lead_through_kinds_and_layers(self):
        self.tab_to_group("Attention")
        self.browser.press("ArrowRight")
        self.assertEqual(self.text(".panel .caption code"), "encoder/3/self/weights")
        self.browser.press("ArrowRight")
        self.assertEqual(self.text(".panel .caption code"), "decoder/3/self/weights")
        self.tab_to_group("Layer")
        self.browser.press("ArrowLeft")
        self.assertEqual(self.text(".panel .caption code"), "decoder/2/self/weights")
        self.browser.press("Home")
        self.assertEqual(self.text(".panel .caption code"), "decoder/0/self/weights")
        self.browser.press("ArrowLeft")
        self.assertEqual(self.text(".panel .caption code"), "decoder/3/self/weights")

    def test_arrows_lead_through_heads_and_space_and_enter_choose_them(self):
        def chosen():
            return self.value("[...document.querySelectorAll('.panel [data-head][aria-pressed=true]')].map(b => b.dataset.head)")
        self.tab_to_group("Heads")
        self.browser.press("ArrowRight", 2)
        self.browser.press(" ")
        self.assertEqual(chosen(), ["0", "2", "3"])
        self.browser.press("Enter")
        self.assertEqual(chosen(), ["1"])
        self.assertIn("head 1", self.text(".panel .caption"))
        self.browser.press(" ")
        self.assertEqual(chosen(), ["1"], "one head stays")
        self.browser.press("Enter")
        self.assertEqual(chosen(), ["0", "1", "2", "3"])

    def test_arrows_lead_through_cells(self):
        self.tab_to("it.classList.contains('matrix')")
        self.browser.press("ArrowDown")
        self.browser.press("ArrowRight", 2)
        self.assertEqual(self.text(".panel .readout output"), f"{self.cells()[0][2]:.4f}")
        self.assertEqual(self.count("th.here"), 2)

    def test_arrows_lead_through_views_and_words(self):
        self.tab_to_group("Views")
        self.browser.press("ArrowRight")
        self.assertEqual(self.count(".panel:first-child .lines"), 1)
        self.assertGreater(self.count(".panel:first-child .all line"), 10)
        self.tab_to("it.dataset.side === 'right'")
        self.browser.press("ArrowDown")
        self.assertEqual(self.value("document.activeElement.dataset.index"), "1")
        self.assertEqual(self.count(".panel:first-child .token.chosen"), 1)
        self.assertGreater(self.count(".panel:first-child .one line"), 0)
        self.assertIn("past is looked at by", self.text(".panel .readout"))
        self.browser.press("Escape")
        self.assertEqual(self.count(".panel:first-child .one line"), 0)

    def test_arrows_lead_through_steps(self):
        self.tab_to_group("Views")
        self.browser.press("ArrowRight", 2)
        self.tab_to("it.type === 'range'")
        self.browser.press("ArrowRight")
        self.assertIn("Step 2 of", self.text(".panel .step-heading"))
        self.browser.press("ArrowLeft")
        self.assertIn("Step 1 of", self.text(".panel .step-heading"))
        last = self.value("DATA.models[0].sentences[0].output.pieces.length")
        self.browser.press("End")
        self.assertIn(f"Step {last} of {last}", self.text(".panel .step-heading"))

    def test_the_theme_is_switched_by_a_key(self):
        ground = "getComputedStyle(document.body).backgroundColor"
        self.browser.scheme("light")
        light = self.value(ground)
        self.tab_to("it.id === 'theme'")
        self.browser.press(" ", 2)
        self.assertEqual(self.text("#theme"), "Theme: dark")
        dark = self.value(ground)
        self.assertNotEqual(dark, light)
        self.browser.press(" ")
        self.browser.scheme("dark")
        self.assertEqual(self.value(ground), dark)


class TrueLinks(PageTest):
    page = "gold.html"

    def links(self):
        return self.value("""[...document.querySelectorAll('td[data-link]')].map(
            cell => [cell.dataset.link, cell.parentElement.rowIndex - 1, cell.cellIndex - 1])""")

    def test_true_links_are_marked_and_explained(self):
        self.assertEqual(self.links(), [["sure", 0, 0], ["possible", 0, 1], ["sure", 1, 2]])
        self.assertIn("true link", self.text(".gold-legend"))
        self.assertEqual(self.count("[title='possible link']"), 1)

    def test_links_between_words_are_not_shown_where_rows_are_the_words_read(self):
        self.value("[...document.querySelectorAll('.panel [aria-label=Rows] button')][1].click()")
        self.assertEqual(self.links(), [])
        self.assertEqual(self.count(".gold-legend"), 0)


class LongSentences(PageTest):
    page = "long.html"

    def test_a_hundred_words_are_readable_and_stay_on_the_page(self):
        self.assertEqual(self.count(".panel:first-child thead th"), 101)
        for view in ("matrix", "lines", "steps", "heads"):
            self.show(view)
            self.assertLessEqual(self.value("document.documentElement.scrollWidth - window.innerWidth"), 0, view)
        self.show("matrix")
        size = self.value("parseFloat(getComputedStyle(document.querySelector('.matrix tbody th')).fontSize)")
        self.assertGreaterEqual(size, 12)
        height = self.value("document.querySelector('.matrix tbody tr').getBoundingClientRect().height")
        self.assertLess(height, 24)


def main():
    global PROGRAM, WORK
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    PROGRAM = sys.argv[1]
    if find_program() is None:
        print("skipped: no Chromium is installed (Debian's package chromium; HEED_CHROMIUM names another)")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="heed-page-") as folder:
        WORK = pathlib.Path(folder)
        prepare()
        result = unittest.main(argv=[sys.argv[0]], exit=False, verbosity=2).result
    sys.exit(0 if result.wasSuccessful() else 1)


main()
