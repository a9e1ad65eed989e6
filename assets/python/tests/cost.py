"""What recording costs a step: ResNet-18, images of 64x64, batches of 16; with and without it, in turn.

    python cost.py [ROUNDS]
"""

import os
import statistics
import sys
import time
import warnings

import torch
import torchvision
from torch.nn import functional

from recordings import Folder
import networks  # noqa: F401  (where headwater.py is)
import headwater


def main(rounds=15):
    warnings.simplefilter("ignore")
    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(0)
    model = torchvision.models.resnet18(num_classes=10).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    images, labels = torch.randn(16, 3, 64, 64), torch.arange(16) % 10

    def steps(count, run):
        begin = time.perf_counter()
        for _ in range(count):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(images), labels)
            loss.backward()
            if run is not None:
                run.step(loss)
            optimizer.step()
        return (time.perf_counter() - begin) / count

    with Folder() as folder:
        for every, count in ((1, 5), (10, 10)):
            ratios, plain = [], []
            steps(3, None)
            with headwater.record(model, folder / "run.headwater.jsonl", every=every) as run:
                steps(every, run)  # the first recorded step also finds the blocks
                run._unhook()
                for _ in range(rounds):
                    before = steps(count, None)
                    run._hook()
                    recorded = steps(count, run)
                    run._unhook()
                    after = steps(count, None)
                    plain.append(before)
                    ratios.append(recorded / ((before + after) / 2) - 1)
            print(f"every={every}: {100 * statistics.median(ratios):.1f} % of a step of {1000 * statistics.median(plain):.0f} ms "
                  f"(middle half {100 * statistics.quantiles(ratios)[0]:.1f} to {100 * statistics.quantiles(ratios)[2]:.1f} %)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
