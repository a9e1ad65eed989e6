"""Two processes under torchrun write what one process says of the joined batch."""

import os
import subprocess
import sys
import unittest

import torch
from torch.nn import functional

from recordings import Folder, check, read
from test_ways import Net, Pair, batch
import headwater


def alone(path, way, count=8):
    torch.manual_seed(0)
    model = (Net(block=Pair) if "pairs" in way else Net()).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = (part[:count] for part in batch(8))
    with headwater.record(model, path, every=2) as run:
        for _ in range(4):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(x), y)
            loss.backward()
            run.step(loss)
            optimizer.step()
    return read(path)


class Processes(unittest.TestCase):
    def train(self, way, path, processes=2):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "train_many.py")
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), script, way, path]
        return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})

    def compare(self, way, count=8, note="2 processes", accuracy=0.5, processes=2):
        with Folder() as folder:
            header, steps, _ = alone(folder / "one.jsonl.gz", way, count)
            path = folder / "run.headwater.jsonl"
            told = self.train(way, path, processes)
            self.assertEqual(told.returncode, 0, told.stderr[-3000:])
            check(path)
            own_header, own_steps, _ = read(path)
        self.assertEqual(own_header["blocks"], header["blocks"])
        self.assertTrue(any(note in one for one in own_header["notes"]), own_header["notes"])
        self.assertEqual([step["step"] for step in own_steps], [0, 2])
        compared = 0
        for own, step in zip(own_steps, steps):
            self.near(own["loss"], step["loss"], "loss")
            self.assertEqual(own["train_accuracy"], accuracy)
            for quantity in headwater.QUANTITIES:
                for a, b in zip(own["columns"][quantity], step["columns"][quantity]):
                    if b is None:
                        self.assertIsNone(a, quantity)
                    else:
                        self.near(a, b, quantity)
                        compared += 1
            for end in ("stem", "head"):
                for key in step["ends"][end]:
                    self.near(own["ends"][end][key], step["ends"][end][key], f"{end} {key}")
        # Of the pairs' first joins no module puts out the branch: their two columns of values are null.
        self.assertEqual(compared, 2 * 4 * (8 + 6) if "pairs" in way else 2 * 8 * 4)

    def near(self, a, b, what):
        self.assertIsNotNone(a, what)
        self.assertLessEqual(abs(a - b), 1e-4 * abs(b), f"{what}: {a}, one process {b}")

    def test_ddp(self):
        self.compare("ddp")

    def test_the_model_inside_ddp(self):
        self.compare("ddp inside")

    def test_ddp_among_some_of_the_processes(self):
        self.compare("ddp in a group", note="1 other processes", processes=3)

    def test_processes_that_train_apart_are_not_joined(self):
        self.compare("apart", count=4, note="1 other processes", accuracy=0.0)

    def test_one_of_the_processes_that_train_apart_records(self):
        self.compare("one records", count=4, note="1 other processes", accuracy=0.0)

    def test_parameters_that_are_shared_out_otherwise_are_refused(self):
        with Folder() as folder:
            told = self.train("tensors", folder / "run.headwater.jsonl")
        self.assertIn("Misuse: the model's parameters are shared out", told.stderr)

    def test_fully_shard(self):
        self.compare("fully_shard")

    def test_fully_shard_with_two_joins_a_block(self):
        self.compare("fully_shard pairs")

    def test_fsdp(self):
        self.compare("fsdp")


if __name__ == "__main__":
    unittest.main()
