"""What `show` puts into a notebook: the viewer with the recordings inside, or a drawing."""

import base64
import contextlib
import gzip
import html.parser
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import headwater

VIEWER = '<!doctype html><title>"A & B"</title>\n<!-- Recordings stand here. -->\n<script>start("<b>")</script>\n'


def lines(columns):
    """A recording with these values of `grad_in_l2`, a step each."""
    blocks = [{"name": f"layers.{index}"} for index in range(len(columns[0]))]
    header = {"type": "header", "schema": 1, "model": "Net<1>", "blocks": blocks, "quantities": ["grad_in_l2"]}
    step = lambda number, values: {"type": "step", "step": number, "loss": 1.0, "columns": {"grad_in_l2": values}}
    return [json.dumps(line) + "\n" for line in [header, *(step(10 * at, own) for at, own in enumerate(columns))]]


class Tags(html.parser.HTMLParser):
    """The tags of a page, with their attributes, and the text in each script."""

    def __init__(self, page):
        super().__init__()
        self.found, self.scripts = [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        self.scripts += [""] if tag == "script" else []

    def handle_data(self, data):
        if self.scripts and self.found[-1][0] == "script":
            self.scripts[-1] += data


class Show(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, content):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def drawing(self, path):
        """The drawing in place of a viewer, which may lie beside the module."""
        viewer, headwater._VIEWER = headwater._VIEWER, "no-viewer.html"
        try:
            return headwater.show(path)._repr_html_()
        finally:
            headwater._VIEWER = viewer

    def test_the_frame_holds_the_viewer_and_each_recording_to_the_last_byte(self):
        text = "".join(lines([[1.0, 0.5], [0.25, 0.125]])).encode()
        plain, packed = self.file('a"<b>&.headwater.jsonl', text), self.file("b/x.gz", gzip.compress(text))
        again = self.file('c/a"<b>&.headwater.jsonl', text)
        shown = headwater.show(plain, packed, again, viewer=self.file("viewer.html", VIEWER), height=500)
        [(tag, frame)] = Tags(shown._repr_html_()).found
        self.assertEqual((tag, frame["sandbox"]), ("iframe", "allow-scripts allow-downloads"))
        self.assertIn("height:500px", frame["style"])
        page = Tags(frame["srcdoc"])
        scripts = [own for tag, own in page.found if tag == "script"]
        names = [own["data-recording"] for own in scripts if "data-recording" in own]
        self.assertEqual(names, ['a"<b>&.headwater.jsonl', "x.gz", 'a"<b>&.headwater.jsonl (2)'])
        inside = [body for own, body in zip(scripts, page.scripts) if "data-recording" in own]
        self.assertEqual([gzip.decompress(base64.b64decode(body)) for body in inside], [text] * 3)
        self.assertEqual(json.loads(page.scripts[0]), {"embed": "0"})
        self.assertIn('start("<b>")', page.scripts[-1])

    def test_a_run_is_shown_by_its_file(self):
        class File:
            path = self.file("run.headwater.jsonl", "".join(lines([[1.0]])))

        class Run:
            file = File()

        self.assertIn("run.headwater.jsonl", self.drawing(Run()))
        self.assertIn("run.headwater.jsonl", repr(headwater.show(Run())))

    def test_the_drawing_has_the_first_a_middle_and_the_last_step(self):
        columns = [[0.5 / (at + 1), None, "NaN", 2e-5, 0] for at in range(9)]
        page = self.drawing(self.file("run.jsonl", "".join(lines(columns))))
        svg = xml.fromstring(page[: page.index("</svg>") + 6])
        words = ["".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")]
        self.assertEqual([own for own in words if own.startswith("step")], ["step 0", "step 40", "step 80"])
        self.assertIn("Gradient passed on by each block: Net<1>, run.jsonl", words)
        self.assertTrue({"1e-5", "1e0", "1", "5", "block (1 = layers.0, nearest the input; 5 = layers.4)"} <= set(words))
        dots = list(svg.iter("{http://www.w3.org/2000/svg}circle"))
        self.assertEqual(len(dots), 3 * 2, "two of five values can be drawn")
        self.assertGreater(float(dots[1].get("cy")), float(dots[0].get("cy")), "smaller is lower")
        self.assertIn("headwater-viewer.html", page)

    def test_a_run_that_broke_says_which_steps_are_not_drawn_and_what_its_loss_was(self):
        text = lines([[0.5, 0.25], [1e3, 1e5], ["NaN", "Infinity"], [None, "NaN"]])
        text[2] = text[2].replace('"loss": 1.0', '"loss": "NaN"')
        page = self.drawing(self.file("broke.jsonl", "".join(text)))
        self.assertIn("Loss: 1 at step 0, NaN at step 10.", page)
        self.assertIn("No later step is drawn, up to the last, step 30", page)
        text = lines([[0.5, 0.25]] * 6 + [["NaN", "NaN"]])
        for at, loss in enumerate(["1.0", "1.2", "60.0", "8.0", "900.0", "700.0", '"NaN"']):
            text[at + 1] = text[at + 1].replace('"loss": 1.0', f'"loss": {loss}')
        page = self.drawing(self.file("jumped.jsonl", "".join(text)))
        self.assertIn("At step 20 the loss was first more than ten times the one before", page)
        self.assertEqual(re.findall(">(step [0-9]+)<", page), ["step 0", "step 20", "step 50"])
        whole = self.drawing(self.file("whole.jsonl", "".join(lines([[0.5, 0.25], [0.5, 0.125]]))))
        self.assertNotIn("No later step", whole)

    def test_the_drawing_says_how_the_run_ended(self):
        for end, said in [
            ({"reason": "nonfinite", "step": 9, "block": "part<1>"},
             "From step 9 on the loss was no finite number. That came about in block part&lt;1&gt;."),
            ({"reason": "nonfinite", "step": 9, "block": "stem"}, "no finite number. That came about before the first block."),
            ({"reason": "nonfinite", "step": 9, "block": None}, "no finite number. That came about after the last block."),
            ({"reason": "the loss of step 9 is NaN", "step": 9}, "The run ended at step 9: the loss of step 9 is NaN."),
            ({"reason": "interrupted", "step": 16}, "The run was interrupted at step 16."),
        ]:
            for values in ([1.0, 0.5], [None, None]):
                with self.subTest(end=end, values=values):
                    last = json.dumps({"type": "end", "lane": "a", **end}) + "\n"
                    self.assertIn(said, self.drawing(self.file("ended.jsonl", "".join([*lines([values]), last]))))
        done = json.dumps({"type": "end", "lane": "a", "reason": "done", "step": 10}) + "\n"
        text = lines([[1.0, 0.5]])
        self.assertEqual(self.drawing(self.file("run.jsonl", "".join(text + [done]))), self.drawing(self.file("run.jsonl", "".join(text))))

    def test_the_drawing_says_what_the_recording_notes(self):
        text = lines([[None, 0.25]])
        text[0] = text[0].replace('"schema": 1', '"schema": 1, "notes": ["the weights of <layers.0> are frozen"]')
        self.assertIn("<p>Note: the weights of &lt;layers.0&gt; are frozen.</p>", self.drawing(self.file("frozen.jsonl", "".join(text))))

    def test_a_page_for_the_browser_is_the_viewer_with_each_recording_or_the_drawing(self):
        text = "".join(lines([[1.0, 0.5]])).encode()
        run, out = self.file("run.headwater.jsonl", text), os.path.join(self.folder.name, "page.html")
        self.assertEqual(self.printed(lambda: headwater.show(run, run, out=out, viewer=self.file("viewer.html", VIEWER))),
                         f"{out}: open it in a browser\n")
        page = Tags(self.read(out))
        names = [own["data-recording"] for tag, own in page.found if "data-recording" in own]
        self.assertEqual(names, ["run.headwater.jsonl", "run.headwater.jsonl (2)"])
        self.assertEqual(gzip.decompress(base64.b64decode(page.scripts[1])), text)
        self.assertNotIn("<iframe", self.read(out))
        viewer, headwater._VIEWER = headwater._VIEWER, "no-viewer.html"
        self.addCleanup(setattr, headwater, "_VIEWER", viewer)
        self.printed(lambda: headwater.show(run, out=out))
        self.assertTrue(self.read(out).startswith("<!doctype html>"))
        self.assertIn("</svg>", self.read(out))
        self.assertNotIn("http-equiv", self.read(out))

    def printed(self, make):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            make()
        return said.getvalue()

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_python_m_headwater_writes_a_page_beside_the_recording(self):
        text = "".join(lines([[1.0, 0.5]])).encode()
        for name, content in [("a.headwater.jsonl", text), ("b.headwater.jsonl.gz", gzip.compress(text)), ("c.d.txt", text)]:
            run = self.file(name, content)
            page = os.path.join(self.folder.name, {"a": "a.html", "b": "b.html", "c": "c.d.txt.html"}[name[0]])
            self.assertEqual(self.printed(lambda: self.assertEqual(headwater._main([run]), 0)), f"{page}: open it in a browser\n")
            self.assertIn("<!doctype html", self.read(page).lower())
        named = os.path.join(self.folder.name, "both.html")
        self.printed(lambda: headwater._main([self.file("a.headwater.jsonl", text), run, "--out", named]))
        self.assertIn("c.d.txt", self.read(named))

    def test_python_m_headwater_ends_with_a_sentence_where_it_cannot(self):
        module = os.path.abspath(headwater.__file__)
        run = self.file("run.headwater.jsonl", "".join(lines([[1.0]])))
        for given, sentence in [
            (["check", run], "check is no recording: `python -m headwater FILE …` takes their names alone"),
            ([run + "x"], "run.headwater.jsonlx cannot be read: No such file"),
            ([run, "--out", run], "a name that ends in .html is accepted"),
            ([run, "--out", os.path.join(self.folder.name, "none", "a.html")], "a.html cannot be written: No such file"),
            ([], "arguments are required: FILE"),
        ]:
            with self.subTest(sentence):
                with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.redirect_stdout(io.StringIO()) as printed:
                    try:
                        code = headwater._main(given)
                    except SystemExit as end:
                        code = end.code
                self.assertEqual((code, printed.getvalue()), (2, ""))
                self.assertIn(sentence, said.getvalue())
        self.assertEqual(self.read(run), "".join(lines([[1.0]])))
        told = subprocess.run([sys.executable, module, "check", run], capture_output=True, text=True)
        self.assertEqual((told.returncode, told.stdout), (2, ""))
        self.assertIn("check is no recording", told.stderr)

    def test_a_file_that_was_cut_is_drawn_as_far_as_it_is_whole(self):
        text = lines([[1.0, 0.5], [0.5, 0.25], [0.1, 0.2]])
        plain = self.file("cut.jsonl", "".join(text)[:-20])
        members = [gzip.compress(line.encode()) for line in text]
        packed = self.file("cut.jsonl.gz", b"".join(members)[:-40])
        for path in (plain, packed):
            page = self.drawing(path)
            self.assertIn(">step 10<", page)
            self.assertNotIn(">step 20<", page)

    def test_where_nothing_can_be_drawn_that_is_said(self):
        page = self.drawing(self.file("frozen.jsonl", "".join(lines([[None, None]]))))
        self.assertIn("no step holds a gradient above 0", page)

    def test_wrong_use_is_one_sentence(self):
        run = self.file("run.jsonl", "".join(lines([[1.0]])))
        wrong = [
            ((), {}, "show needs a recording"),
            ((3,), {}, "show was given int"),
            ((run + "x",), {}, "run.jsonlx cannot be read: No such file"),
            ((self.folder.name,), {}, "cannot be read: Is a directory"),
            ((self.file("notes.txt", "milk\n[1]\n{}\n"),), {}, "notes.txt is no recording"),
            ((self.file("odd.bin", b"\x1f\x8b\x00\xff"),), {}, "odd.bin is no recording"),
            ((run,), {"height": "tall"}, "height is 'tall'"),
            ((run,), {"out": 3}, "out is 3"),
            ((run,), {"viewer": run + "y"}, "cannot be read: No such file"),
            ((run,), {"viewer": run}, "is no viewer: the file headwater-viewer.html"),
            ((run,), {"viewer": self.file("odd.html", b"\xff\xfe")}, "it is no text"),
        ]
        for given, named, sentence in wrong:
            with self.subTest(sentence), self.assertRaises(headwater.Misuse) as caught:
                headwater.show(*given, **named)
            self.assertIn(sentence, str(caught.exception))
            self.assertEqual(str(caught.exception).count("\n"), 0)


if __name__ == "__main__":
    unittest.main()
