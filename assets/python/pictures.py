#!/usr/bin/env python3
"""Makes a folder like ImageNet's of invented JPEGs, and times how fast torchvision reads it.

    pictures.py make DIR [COUNT]     COUNT (2,000) training JPEGs of 500x375 in ten classes, and a tenth of that held out
    pictures.py time DIR [WORKERS]   ImageFolder, RandomResizedCrop(224), flip, ToTensor, Normalize, batches of 64

Needs numpy and Pillow; `time` also torch and torchvision. The pictures are smooth shapes with some noise, saved at quality 90,
which makes files about as large as ImageNet's (110 kB).
"""
import os
import sys
import time


def make(folder, count):
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(1)
    for split, number in [("train", count), ("val", count // 10)]:
        for index in range(number):
            label = index % 10
            small = rng.integers(0, 256, (12 + label, 16, 3), dtype=np.uint8)
            image = np.asarray(Image.fromarray(small).resize((500, 375), Image.BICUBIC), dtype=np.int16)
            image = np.clip(image + rng.normal(0, 9, image.shape), 0, 255).astype(np.uint8)
            place = os.path.join(folder, split, f"class{label}")
            os.makedirs(place, exist_ok=True)
            Image.fromarray(image).save(os.path.join(place, f"{index}.jpg"), quality=90)


def measure(folder, workers):
    import torch
    from torchvision import datasets, transforms

    torch.set_num_threads(1)
    transform = transforms.Compose([
        transforms.RandomResizedCrop(224),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ])
    images = datasets.ImageFolder(os.path.join(folder, "train"), transform)
    loader = torch.utils.data.DataLoader(images, 64, num_workers=workers)
    begun = time.perf_counter()
    count = sum(len(labels) for _, labels in loader)
    print(f"torchvision: {count / (time.perf_counter() - begun):.1f} pictures/s with {workers} workers")


if __name__ == "__main__":
    command, folder, *rest = sys.argv[1:]
    number = int(rest[0]) if rest else None
    make(folder, number or 2000) if command == "make" else measure(folder, 2 if number is None else number)
