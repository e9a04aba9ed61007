"""The page of a run in a real browser: it is quiet, whole and readable, in light and dark, wide, narrow and on paper.
"""

import os
import re
import subprocess
import tempfile
import unittest

from sshsync.testing import python_cases
from tools.cli.page.testing.browser import Browser

SAMPLES = ["good", "bad", "many", "killed"]

# Every element that shows text of its own: what it says, how, and on which ground. Text in SVG has its colour in
# `fill`.
TEXTS = """
(() => {
  const rgb = text => { const m = text.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const ground = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const shape = e.tagName === 'g' ? e.querySelector('rect') : null;
      const style = getComputedStyle(shape || e);
      const colour = shape ? (style.fill === 'none' ? 'rgba(0,0,0,0)' : style.fill) : style.backgroundColor;
      layers.push(rgb(colour));
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const luminance = c => { const [r, g, b] = c.map(v => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const result = [];
  for (const e of document.body.querySelectorAll('*')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || ['TITLE', 'title', 'STYLE'].includes(e.tagName) || !e.getClientRects().length) continue;
    const style = getComputedStyle(e), svg = e instanceof SVGElement;
    const below = ground(e), colour = over(rgb(svg ? style.fill : style.color), below);
    const [a, b] = [luminance(colour), luminance(below)].sort((x, y) => y - x);
    result.push({text: e.textContent.trim().slice(0, 40),
                 contrast: (a + 0.05) / (b + 0.05), size: parseFloat(style.fontSize)});
  }
  return result;
})()
"""


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(dir="/tmp")
        subprocess.run(["tools/cli/page/write_sample", cls.folder.name], check=True)
        cls.browser = Browser()
        cls.browser.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.folder.cleanup()

    def open(self, name, **options):
        return self.browser.open("file://%s/%s.html" % (self.folder.name, name), **options)

    def each(self, **options):
        for name in SAMPLES:
            with self.subTest(name, **options):
                yield name, self.open(name, **options)

    def test_nothing_is_said_on_the_console_and_nothing_else_is_loaded(self):
        for name, page in self.each():
            page.evaluate("1")
            self.assertEqual(page.problems, [])
            self.assertEqual(
                [url for url in page.requests if not url.startswith("data:")],
                ["file://%s/%s.html" % (self.folder.name, name)],
            )

    def test_the_test_sees_what_a_page_says(self):
        page = self.open("good")
        page.evaluate(
            "console.error('heard'); document.body.appendChild(document.createElement('img')).src ="
            " 'http://127.0.0.1:9/'; 1"
        )
        page.evaluate("1")
        self.assertIn("heard", str(page.problems))
        self.assertIn("Content Security Policy", str(page.problems))

    def test_the_text_is_there_without_scripts(self):
        for name, page in self.each(scripts=False):
            text = page.evaluate("document.body.innerText")
            for heading in ("Cascade", "Timeline", "Throughput", "What took longest", "Hops", "The last 30 runs"):
                self.assertIn(heading, text)
            self.assertEqual(page.evaluate("document.scripts.length"), 0)
        text = self.open("bad", scripts=False).evaluate("document.body.innerText")
        for part in (
            "1 of 4 repositories equal their parents",
            "No space left on device",
            "cat: write error",
            "<script>alert(1)</script>",
            "lib/<b>module</b>-0.jar",
        ):
            self.assertIn(part, text)

    def test_names_from_hosts_make_no_element(self):
        page = self.open("bad")
        self.assertEqual(
            page.evaluate("document.querySelectorAll('script, main b:not(.brand b), iframe, img').length"), 0
        )

    def test_every_text_stands_out_from_its_ground_in_light_and_dark(self):
        for dark in (False, True):
            for _, page in self.each(dark=dark):
                texts = page.evaluate(TEXTS)
                self.assertGreater(len(texts), 100)
                self.assertEqual([text for text in texts if text["contrast"] < 4.5], [])
                self.assertEqual([text for text in texts if text["size"] < 11], [])

    def test_dark_is_dark(self):
        ground = "getComputedStyle(document.body).backgroundColor"
        light, dark = (self.open("good", dark=dark).evaluate(ground) for dark in (False, True))
        self.assertGreater(int(re.findall(r"\d+", light)[0]), 200)
        self.assertLess(int(re.findall(r"\d+", dark)[0]), 60)

    def test_a_phone_shows_it_without_scrolling_sideways_and_in_letters_that_can_be_read(self):
        for _, page in self.each(width=360, height=740):
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 360)
            self.assertEqual([text for text in page.evaluate(TEXTS) if text["size"] < 11], [])
            self.assertTrue(
                page.evaluate(
                    "document.querySelector('.narrow').getClientRects().length > 0 &&"
                    " !document.querySelector('.wide').getClientRects().length"
                )
            )
            # Text in SVG is as large as it says only where the picture is not scaled.
            self.assertEqual(
                page.evaluate(
                    "Math.round(100 * document.querySelector('.narrow').getBoundingClientRect().width /"
                    " document.querySelector('.narrow').viewBox.baseVal.width)"
                ),
                100,
            )

    def test_pictures_have_labels_and_headings_their_order(self):
        for _, page in self.each():
            self.assertEqual(
                page.evaluate(
                    "[...document.querySelectorAll('svg[role=img]')].filter(e => !e.getAttribute('aria-label')).length"
                ),
                0,
            )
            self.assertEqual(
                page.evaluate(
                    "[...document.querySelectorAll('svg:not([role=img])')].filter(e => e.getAttribute('aria-hidden')"
                    " !== 'true').length"
                ),
                0,
            )
            self.assertEqual(page.evaluate("document.querySelectorAll('h1').length"), 1)
            self.assertEqual(page.evaluate("document.querySelectorAll('section:not([aria-labelledby])').length"), 0)
        nodes = self.open("good").accessibility()
        self.assertIn(("heading", "Cascade"), nodes)
        self.assertIn(("image", "repoproxy: changed, 1 min 11 s"), nodes)
        self.assertIn(("group", "appnode1 on appnode1.example: changed"), nodes)

    def test_the_timeline_is_drawn_where_its_times_are(self):
        page = self.open("good")
        lanes = page.evaluate(
            """[...document.querySelectorAll('.lane svg')].filter(e => e.querySelector('.bar')).map(lane => {
          const box = lane.getBoundingClientRect();
          const bars = [...lane.querySelectorAll('.bar')].map(bar => bar.getBoundingClientRect());
          return [Math.min(...bars.map(b => b.left - box.left)) / box.width,
                  Math.max(...bars.map(b => b.right - box.left)) / box.width, bars.length];
        })"""
        )
        self.assertEqual([lane[2] for lane in lanes], [56] * 4)
        for (begin, end, _), (expected_begin, expected_end) in zip(lanes, [(7, 68), (12, 85), (13, 94), (14, 101)]):
            self.assertAlmostEqual(begin, expected_begin / 104, delta=0.01)
            self.assertAlmostEqual(end, expected_end / 104, delta=0.02)

    def test_paper_has_all_of_it_on_a_light_ground(self):
        for name, page in self.each(dark=True, media="print"):
            self.assertEqual(page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
            self.assertTrue(
                page.evaluate(
                    "document.querySelector('.wide').getBoundingClientRect().width <="
                    " document.querySelector('main').getBoundingClientRect().width"
                )
            )
            paper = page.paper()
            self.assertTrue(paper.startswith(b"%PDF-"))
            self.assertLess(len(re.findall(rb"/Type */Page\b", paper)), 14 if name == "many" else 8)


if __name__ == "__main__":
    python_cases.main(__file__)
