"""Wrong use gives one sentence, and a disk that is full stops the recording alone."""

import os
import subprocess
import sys
import unittest
import warnings

import torch
from torch import nn
from torch.nn import functional

from recordings import Folder, check, read
from test_ways import batch, net
import headwater


class Misuse(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.path = self.folder.__enter__() / "run.headwater.jsonl"
        warnings.simplefilter("ignore")
        self.addCleanup(self.folder.__exit__)
        self.addCleanup(warnings.resetwarnings)

    def told(self, wrong, *words):
        with self.assertRaises(headwater.Misuse) as told:
            wrong()
        sentence = str(told.exception)
        self.assertNotIn("\n", sentence)
        for word in words:
            self.assertIn(word, sentence)

    def loss(self, model):
        x, y = batch()
        return functional.cross_entropy(model(x), y)

    def test_what_record_takes(self):
        model = net()
        self.told(lambda: headwater.record("model", self.path), "torch.nn.Module", "str")
        self.told(lambda: headwater.record(model, self.path, blocks=["blocks.0", "blocks.9"]), "'blocks.9'", "named_modules")
        self.told(lambda: headwater.record(model, self.path, blocks="blocks.0"), "list of names")
        self.told(lambda: headwater.record(model, self.path, blocks=[]), "at least one")
        self.told(lambda: headwater.record(model, self.path, blocks=["blocks"]), "'blocks' is a ModuleList", "never called itself",
                  "name blocks.0, blocks.1")
        self.told(lambda: headwater.record(model, self.path, every=0), "every=0", "from 1")
        self.told(lambda: headwater.record(model, self.path, every=2.5), "every=2.5")
        self.told(lambda: headwater.record(model, self.path, begins=-1), "begins=-1")
        self.told(lambda: headwater.record(model, self.path.parent / "none" / "run.headwater.jsonl"), "none", "No such file")
        self.told(lambda: headwater.record(model, self.path.parent), "directory")
        self.told(lambda: headwater.record(model, 7), "name of a file", "int")

    def test_no_blocks_found(self):
        model = nn.Sequential(nn.Flatten(), nn.Linear(3, 5)).double()

        def wrong():
            with headwater.record(model, self.path) as run:
                loss = self.loss(model)
                loss.backward()
                run.step(loss)

        self.told(wrong, "no blocks found in Sequential", "blocks=")

    def test_step_before_backward(self):
        model = net()

        def wrong(forward):
            with headwater.record(model, self.path) as run:
                run.step(self.loss(model) if forward else 1.0)

        self.told(lambda: wrong(True), "after loss.backward()")
        self.told(lambda: wrong(False), "no forward pass")

    def test_step_before_backward_where_older_gradients_are_there(self):
        model = net()
        with headwater.record(model, self.path) as run:
            loss = self.loss(model)
            loss.backward()
            run.step(loss)
            self.told(lambda: run.step(self.loss(model)), "after loss.backward()")
            loss = self.loss(model)
            loss.backward()
            run.step(loss)  # it goes on
        check(self.path)
        self.assertEqual([step["step"] for step in read(self.path)[1]], [0, 1])

    def test_step_after_zero_grad(self):
        model = net()

        def wrong():
            with headwater.record(model, self.path) as run:
                loss = self.loss(model)
                loss.backward()
                model.zero_grad()
                run.step(loss)

        self.told(wrong, "before optimizer.zero_grad()")

    def test_backward_twice(self):
        model = net()

        def wrong():
            with headwater.record(model, self.path) as run:
                loss = self.loss(model)
                loss.backward(retain_graph=True)
                loss.backward()
                run.step(loss)

        self.told(wrong, "backward ran twice")

    def test_all_frozen(self):
        model = net()
        model.blocks.requires_grad_(False)
        model.stem.requires_grad_(False)

        def wrong():
            with headwater.record(model, self.path) as run:
                loss = self.loss(model)
                loss.backward()
                run.step(loss)

        self.told(wrong, "no gradient reaches any block", "images.requires_grad_()")

    def test_what_step_eval_and_mark_take(self):
        model = net()
        with headwater.record(model, self.path) as run:
            self.told(lambda: run.step(None), "loss")
            self.told(lambda: run.step("0.5"), "loss is a str")
            self.told(lambda: run.step(torch.ones(2)), "2 elements")
            self.told(lambda: run.step(1.0, accuracy=[1]), "accuracy is a list")
            self.told(lambda: run.step(1.0, scaler=1024), "GradScaler")
            self.told(lambda: run.step(1.0, accuracy=87.5), "accuracy=87.5", "between 0 and 1", "0.875")
            self.told(lambda: run.step(1.0, accuracy=torch.tensor(-0.25)), "accuracy=-0.25")
            self.told(lambda: run.eval(0.5, 88), "accuracy=88")
            self.told(lambda: run.eval(0.5, None), "two numbers")
            self.told(lambda: run.eval(0.5, 0.5, step=-1), "step=-1")
            self.told(lambda: run.mark("learning rate"), "'learning rate'", "skip, fade, lr, momentum, batch, resume")
        self.told(lambda: run.step(1.0), "closed")

    def test_blocks_that_are_never_called(self):
        model = net()
        model.spare = nn.Linear(2, 2).double()

        def wrong():
            with headwater.record(model, self.path, blocks=["spare"]) as run:
                loss = self.loss(model)
                loss.backward()
                run.step(loss)

        self.told(wrong, "calls none of spare")

    def test_an_older_file_is_kept(self):
        model = net()

        def record():
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                with headwater.record(model, self.path) as run:
                    loss = self.loss(model)
                    loss.backward()
                    run.step(loss)
            check(self.path)
            return self.path.read_bytes(), [one for one in said if "was there already" in str(one.message)]

        first, said = record()
        self.assertEqual(said, [])
        for kept, old in [("~", first), ("~2", None)]:
            now = self.path.read_bytes()
            _, [said] = record()
            kept = self.path.with_name(self.path.name + kept)
            self.assertEqual(kept.read_bytes(), old or now)
            self.assertIn(f"the old one is {kept.resolve()} now", str(said.message))
            self.assertEqual(said.filename, __file__)
        self.path.write_bytes(b"")
        self.assertEqual(record()[1], [], "nothing is lost")

    def run_script(self, ending, path):
        """A script of one's own that records three steps of a network, and its error stream."""
        text = f"""
import sys
sys.path[:0] = {[os.path.dirname(__file__), os.path.dirname(headwater.__file__)]!r}
import headwater, torch
from test_ways import batch, net
model = net()
{ending}
"""
        script = self.path.parent / "own.py"
        script.write_text(text)
        told = subprocess.run([sys.executable, script, path], capture_output=True, text=True, cwd=self.path.parent)
        check(path)
        return read(path), told.stderr

    def test_without_a_with_statement_the_recording_ends_with_python(self):
        loop = """
run = headwater.record(model, sys.argv[1])
for _ in range(3):
    model.zero_grad()
    loss = model(batch()[0]).square().mean()
    loss.backward()
    run.step(loss)
"""
        packed = self.path.with_name("packed.headwater.jsonl.gz")
        (_, steps, others), told = self.run_script(loop, packed)
        self.assertEqual((len(steps), others[-1]["reason"], told), (3, "done", ""))
        (_, steps, others), told = self.run_script(loop + "raise ValueError('mine')", self.path)
        self.assertEqual((len(steps), others[-1]["reason"]), (3, "interrupted"))
        self.assertTrue(told.endswith("ValueError: mine\n"), told)

    def test_the_key_that_interrupts_shows_the_line_of_ones_own_loop(self):
        # The key is seen in the first line of Python that runs in `backward`: one of the recorder's.
        loop = """
def pressed(given):
    raise KeyboardInterrupt

with headwater.record(model, sys.argv[1]) as run:
    for number in range(3):
        model.zero_grad()
        loss = model(batch()[0]).square().mean()
        if number == 2:
            headwater._square = pressed
        loss.backward()
        run.step(loss)
"""
        (_, steps, others), told = self.run_script(loop, self.path)
        self.assertEqual((len(steps), others[-1]["reason"]), (2, "interrupted"))
        self.assertIn("loss.backward()", told)
        self.assertTrue(told.endswith("KeyboardInterrupt\n"), told)
        self.assertNotIn("headwater.py", told)

    def test_a_compiled_model(self):
        compiled = torch.compile(net(), backend="eager")
        self.told(lambda: headwater.record(compiled, self.path), "torch.compile")
        model = net()
        model.blocks[1].compile(backend="eager")
        self.told(lambda: headwater.record(model, self.path), "torch.compile", "blocks.1")

    def test_no_recorded_step_is_said(self):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            with headwater.record(net(), self.path):
                pass
        self.assertIn("no step was recorded", str(said[-1].message))

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs a disk that is always full")
    def test_a_full_disk_stops_the_recording_and_not_the_training(self):
        model, steps = net(), 0
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            with headwater.record(model, "/dev/full") as run:
                for _ in range(3):
                    model.zero_grad()
                    loss = self.loss(model)
                    loss.backward()
                    run.step(loss)
                    steps += 1
        self.assertEqual(steps, 3)
        own = [str(one.message) for one in said if "training goes on" in str(one.message)]
        self.assertEqual(len(own), 1)
        self.assertIn("No space left", own[0])

    def test_a_disk_that_fills_up_leaves_whole_lines_and_an_end(self):
        model = net()
        with headwater.record(model, self.path) as run:
            def train():
                model.zero_grad()
                loss = self.loss(model)
                loss.backward()
                run.step(loss)

            train()

            class Full:
                """A disk with room for half a line, and later for a short one."""
                def __init__(self, file):
                    self.file, self.room = file, 100

                def write(self, data):
                    if len(data) > 100 and self.room == 0:
                        raise OSError(28, "No space left on device")
                    self.room = 0
                    return self.file.write(data[:100])

                def __getattr__(self, name):
                    return getattr(self.file, name)

            run.file.file = Full(run.file.file)
            train()
            train()
        check(self.path)
        _, steps, others = read(self.path)
        self.assertEqual([step["step"] for step in steps], [0])
        self.assertEqual(others[-1]["type"], "end")
        self.assertEqual(others[-1]["step"], 1)
        self.assertIn("No space left", others[-1]["reason"])


if __name__ == "__main__":
    unittest.main()
