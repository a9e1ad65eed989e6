"""The programs in docs/recording-your-own.md run as they stand there, and write what the text says."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

from recordings import Folder, check, read
import networks  # noqa: F401  (where headwater.py is)
import headwater

DOCUMENT = pathlib.Path(__file__).parents[3] / "docs" / "recording-your-own.md"


class Document(unittest.TestCase):
    def run_program(self, recording, page, steps):
        """Runs the program that writes this recording, and looks at what it wrote and printed."""
        programs = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
        [program] = [own for own in programs if f'"{recording}"' in own]
        with Folder() as folder:
            (folder / "own.py").write_text(program, encoding="utf-8")
            paths = [os.path.dirname(os.path.abspath(headwater.__file__)), *filter(None, [os.environ.get("PYTHONPATH")])]
            told = subprocess.run([sys.executable, "own.py"], cwd=folder, capture_output=True, text=True,
                                  env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)})
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertIn("step 0: loss ", told.stdout)
            self.assertTrue(told.stdout.endswith(f"{page}: open it in a browser\n"), told.stdout)
            self.assertIn(recording, (folder / page).read_text(encoding="utf-8"))
            check(folder / recording)
            header, recorded, _ = read(folder / recording)
        self.assertEqual([step["step"] for step in recorded], steps)
        return header

    def test_the_first_program(self):
        header = self.run_program("run.headwater.jsonl", "run.html", list(range(20)))
        self.assertEqual(len(header["blocks"]), 8)

    def test_the_transformer(self):
        header = self.run_program("gpt2.headwater.jsonl.gz", "gpt2.html", [0, 2, 4])
        self.assertEqual([block["name"].partition(".")[2] for block in header["blocks"][:2]], ["h.0.attn", "h.0.mlp"])

    def test_every_word_that_a_mark_accepts_is_named(self):
        [line] = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith('- `run.mark')]
        self.assertEqual(sorted(re.findall(r"`(\w+)`", line)), sorted(headwater.MARKS))


if __name__ == "__main__":
    unittest.main()
