#!/usr/bin/env python3
"""Makes the data files that Headwater ships, from the two sources it is given.

    python3 make_data.py --fashion FOLDER --digits digits.csv.gz [--out FOLDER]

FOLDER holds the four idx files of Fashion-MNIST (Debian's package `dataset-fashion-mnist` puts them into
/usr/share/datasets/fashion-mnist); `digits.csv.gz` is `sklearn/datasets/data/digits.csv.gz` out of the wheel of
scikit-learn. The same sources give the same files, byte for byte: the choice of images is seeded, and the gzip streams
carry no time.

A data file (`train-00.bin`, one shard of the images) is one gzip stream of: the magic `HWSHARD1`; five little-endian
u32 `count, channels, height, width, classes`; `count` label bytes; `count * channels * height * width` pixel bytes, one image after another, each row by row.
"""

import argparse
import gzip
import io
import json
import math
import random
import struct
from pathlib import Path

SEED = 20171
SHARD_IMAGES = 500
FASHION_TRAIN_SHARDS = 12
FASHION_TEST_SHARDS = 2
DIGITS_TEST_IMAGES = 360

FASHION_CLASSES = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
]
DIGITS_CLASSES = [str(digit) for digit in range(10)]


def read_idx(path):
    """The dimensions and the bytes of one gzipped idx file of unsigned bytes."""
    raw = gzip.decompress(path.read_bytes())
    zero, kind, rank = struct.unpack_from(">HBB", raw)
    if (zero, kind) != (0, 8):
        raise SystemExit(f"{path}: not an idx file of unsigned bytes")
    dimensions = struct.unpack_from(f">{rank}I", raw, 4)
    values = raw[4 + 4 * rank :]
    if len(values) != math.prod(dimensions):
        raise SystemExit(f"{path}: {len(values)} bytes of data where {dimensions} asks for {math.prod(dimensions)}")
    return dimensions, values


def fashion_images(folder, part):
    """All (label, pixels) of one official part, `train` or `t10k`."""
    (count, height, width), pixels = read_idx(folder / f"{part}-images-idx3-ubyte.gz")
    (labelled,), labels = read_idx(folder / f"{part}-labels-idx1-ubyte.gz")
    if (labelled, height, width) != (count, 28, 28):
        raise SystemExit(f"{folder}: {count} images of {height}x{width} and {labelled} labels in part {part}")
    size = height * width
    return [(labels[i], pixels[i * size : (i + 1) * size]) for i in range(count)]


def digits_images(path):
    """All (label, pixels) of scikit-learn's digits, their 0..16 stretched to 0..255."""
    images = []
    for line in gzip.decompress(path.read_bytes()).decode("ascii").splitlines():
        *pixels, label = (int(float(field)) for field in line.split(","))
        if len(pixels) != 64 or not all(0 <= pixel <= 16 for pixel in pixels):
            raise SystemExit(f"{path}: a line that is not 64 pixels in 0..16 and a label")
        images.append((label, bytes(int(pixel * 255 / 16 + 0.5) for pixel in pixels)))
    return images


def by_class(images, classes, rng):
    """One shuffled list of images for each class."""
    piles = [[] for _ in range(classes)]
    for image in images:
        piles[image[0]].append(image)
    for pile in piles:
        rng.shuffle(pile)
    return piles


def deal(piles, shards, rng):
    """Deals the piles round and round into shards, as one deals cards: so each shard has as many images of each class
    as any other, give or take one. Then shuffles each shard."""
    hands = [[] for _ in range(shards)]
    for position, image in enumerate(image for pile in piles for image in pile):
        hands[position % shards].append(image)
    for hand in hands:
        rng.shuffle(hand)
    return hands


def shard_bytes(images, height, width, classes):
    """One shard as it lies on disk."""
    body = io.BytesIO()
    body.write(b"HWSHARD1")
    body.write(struct.pack("<5I", len(images), 1, height, width, classes))
    body.write(bytes(label for label, _ in images))
    for _, pixels in images:
        body.write(pixels)
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
        stream.write(body.getvalue())
    return packed.getvalue()


def mean_and_std(images):
    """Mean and standard deviation of all pixels, scaled to 0..1. Exact sums of integers, so no rounding on the way."""
    count = sum(len(pixels) for _, pixels in images)
    total = sum(sum(pixels) for _, pixels in images)
    squares = sum(sum(pixel * pixel for pixel in pixels) for _, pixels in images)
    mean = total / count
    return round(mean / 255, 6), round(math.sqrt(squares / count - mean * mean) / 255, 6)


def write_set(folder, about, side, class_names, train, test):
    """Writes all shards of one data set and the manifest that lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.bin"):
        stale.unlink()
    listed = {}
    for part, shards in (("train", train), ("test", test)):
        listed[part] = []
        for number, images in enumerate(shards):
            name = f"{part}-{number:02}.bin"
            packed = shard_bytes(images, side, side, len(class_names))
            (folder / name).write_bytes(packed)
            listed[part].append({"file": name, "count": len(images), "bytes": len(packed)})
    mean, std = mean_and_std([image for shard in train for image in shard])
    shape = {"channels": 1, "height": side, "width": side, "classes": len(class_names), "class_names": class_names}
    manifest = {**about, **shape, "mean": mean, "std": std, **listed}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    size = sum(shard["bytes"] for part in listed.values() for shard in part)
    print(f"{about['name']}: {sum(map(len, train))} + {sum(map(len, test))} images, {size} bytes, mean {mean}, std {std}")


def make_fashion(source, out):
    """6,000 of the official training images and 1,000 of the official test images, balanced."""
    rng = random.Random(SEED)
    parts = []
    for part, shards in (("train", FASHION_TRAIN_SHARDS), ("t10k", FASHION_TEST_SHARDS)):
        each = shards * SHARD_IMAGES // len(FASHION_CLASSES)
        piles = by_class(fashion_images(source, part), len(FASHION_CLASSES), rng)
        parts.append(deal([pile[:each] for pile in piles], shards, rng))
    about = {
        "name": "fashion-mnist",
        "title": "Fashion-MNIST",
        "licence": "MIT",
        "source": "Zalando Research, Fashion-MNIST (2017): a balanced part of the official training and test sets",
    }
    write_set(out / "fashion-mnist", about, 28, FASHION_CLASSES, *parts)


def make_digits(source, out):
    """360 balanced images to test on, all others to train on."""
    rng = random.Random(SEED)
    piles = by_class(digits_images(source), len(DIGITS_CLASSES), rng)
    each = DIGITS_TEST_IMAGES // len(DIGITS_CLASSES)
    test = deal([pile[:each] for pile in piles], 1, rng)
    rest = [pile[each:] for pile in piles]
    train = deal(rest, math.ceil(sum(map(len, rest)) / SHARD_IMAGES), rng)
    about = {
        "name": "digits",
        "title": "Handwritten digits (UCI, 8×8)",
        "licence": "CC-BY-4.0",
        "source": "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository"
        " (1998): the part that scikit-learn carries",
    }
    write_set(out / "digits", about, 8, DIGITS_CLASSES, train, test)


def main():
    """Reads the arguments and makes both sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fashion", type=Path, required=True, metavar="FOLDER", help="the idx files of Fashion-MNIST")
    parser.add_argument("--digits", type=Path, required=True, metavar="FILE", help="scikit-learn's digits.csv.gz")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "data", metavar="FOLDER",
                        help="default: assets/data")
    arguments = parser.parse_args()
    make_fashion(arguments.fashion, arguments.out)
    make_digits(arguments.digits, arguments.out)


if __name__ == "__main__":
    main()
