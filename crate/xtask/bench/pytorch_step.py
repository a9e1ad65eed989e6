"""One training step of the benched networks in PyTorch on the CPU, for `cargo xtask bench`.

Usage: python pytorch_step.py THREADS; reads lines `MODEL WIDTH CHANNELS SIZE CLASSES BATCH STEPS` on standard input and
answers each with one line of JSON: {"ms": median milliseconds a step (forward, backward, SGD with momentum), "peak_mb": the
most memory that the process had so far, MB}.
"""
import json, resource, statistics, sys, time

import torch
import torch.nn as nn
import torch.nn.functional as F


class OptionA(nn.Module):
    def __init__(self, extra):
        super().__init__()
        self.extra = extra

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.extra))


def projection(i, o, stride):
    return nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))


class Basic(nn.Module):
    def __init__(self, i, o, stride, shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(i, o, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(o)
        self.conv2 = nn.Conv2d(o, o, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(o)
        self.shortcut = shortcut(i, o, stride) if stride != 1 or i != o else None

    def forward(self, x):
        f = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(f + (x if self.shortcut is None else self.shortcut(x)))


class Bottleneck(nn.Module):
    def __init__(self, i, o, stride, shortcut):
        super().__init__()
        m = o // 4
        self.conv1, self.bn1 = nn.Conv2d(i, m, 1, bias=False), nn.BatchNorm2d(m)
        self.conv2, self.bn2 = nn.Conv2d(m, m, 3, stride, 1, bias=False), nn.BatchNorm2d(m)
        self.conv3, self.bn3 = nn.Conv2d(m, o, 1, bias=False), nn.BatchNorm2d(o)
        self.shortcut = shortcut(i, o, stride) if stride != 1 or i != o else None

    def forward(self, x):
        f = F.relu(self.bn1(self.conv1(x)))
        f = self.bn3(self.conv3(F.relu(self.bn2(self.conv2(f)))))
        return F.relu(f + (x if self.shortcut is None else self.shortcut(x)))


def network(model, width, channels, classes):
    depth = int(model.removeprefix("resnet"))
    stages = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3]}.get(depth)
    if stages is None:
        stem = [nn.Conv2d(channels, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        stages, block, expansion, shortcut = [(depth - 2) // 6] * 3, Basic, 1, lambda i, o, s: OptionA(o - i)
    else:
        stem = [nn.Conv2d(channels, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
        block, expansion = (Bottleneck, 4) if depth >= 50 else (Basic, 1)
        shortcut = projection
    layers, i = stem, width
    for number, count in enumerate(stages):
        for index in range(count):
            o = (width << number) * expansion
            layers.append(block(i, o, 2 if number and not index else 1, shortcut))
            i = o
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(i, classes))


def main():
    torch.set_num_threads(int(sys.argv[1]))
    for line in sys.stdin:
        model, *numbers = line.split()
        width, channels, size, classes, batch, steps = map(int, numbers)
        torch.manual_seed(1)
        net = network(model, width, channels, classes).train()
        optimiser = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
        images, labels = torch.randn(batch, channels, size, size), torch.randint(0, classes, (batch,))
        times = []
        for _ in range(steps + 2):
            start = time.perf_counter()
            optimiser.zero_grad()
            F.cross_entropy(net(images), labels).backward()
            optimiser.step()
            times.append(1000 * (time.perf_counter() - start))
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
        print(json.dumps({"ms": statistics.median(times[2:]), "peak_mb": peak_mb}), flush=True)


if __name__ == "__main__":
    main()
