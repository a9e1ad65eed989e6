"""A recording of torchvision's networks against `headwater probe` for the same weights and batch, float64 on both sides."""

import json
import struct
import subprocess
import unittest

import torch

import networks
from recordings import PROGRAM, Folder, check, read
import headwater


def save(path, tensors):
    """A safetensors file."""
    kinds = {torch.float32: "F32", torch.int64: "I64"}
    header, data = {}, b""
    for name, tensor in tensors.items():
        own = tensor.contiguous().numpy().tobytes()
        header[name] = {"dtype": kinds[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(own)]}
        data += own
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


@unittest.skipIf(PROGRAM is None, "HEADWATER_PROGRAM names no program")
class Program(unittest.TestCase):
    def compare(self, name, size, **options):
        import torchvision
        torch.manual_seed(0)
        model = getattr(torchvision.models, name)(num_classes=10, **options).train()
        images, labels = networks.images(size, 4), torch.arange(4)
        with Folder() as folder:
            save(folder / "weights.safetensors", model.state_dict())
            save(folder / "batch.safetensors", {"images": images, "labels": labels})
            told = subprocess.run([PROGRAM, "probe", "--model", name, "--classes", "10", "--image-size", str(size), "--weights",
                                   folder / "weights.safetensors", "--input", folder / "batch.safetensors", "--dtype", "f64", "--json"],
                                  capture_output=True, text=True)
            self.assertEqual(told.returncode, 0, told.stderr)
            probe = json.loads(told.stdout)
            path = folder / "run.headwater.jsonl"
            model.double()
            with headwater.record(model, path) as run:
                loss = torch.nn.functional.cross_entropy(model(images.double()), labels)
                loss.backward()
                run.step(loss)
            check(path)
            header, [step], _ = read(path)
        self.assertEqual([block["name"] for block in header["blocks"]], [row["block"] for row in probe["blocks"]])
        compared = 0
        for index, row in enumerate(probe["blocks"]):
            for quantity in headwater.QUANTITIES:
                own, other = step["columns"][quantity][index], row[quantity]
                if index == 0 and name.startswith("vgg") and quantity in ("grad_in_l2", "branch_grad_l2"):
                    self.assertIsNone(own)  # images have no gradient in PyTorch unless it is asked for
                    continue
                self.near(own, other, f"{name} {row['block']} {quantity}")
                compared += own is not None
        self.near(step["loss"], probe["loss"], "loss")
        self.near(step["ends"]["head"]["grad_in_l2"], probe["ends"]["head"]["grad_in_l2"], "head")
        self.near(step["ends"]["head"]["weight_grad_l2"], probe["ends"]["head"]["weight_grad_l2"], "head's weights")
        if not name.startswith("vgg"):
            self.near(step["ends"]["stem"]["weight_grad_l2"], probe["ends"]["stem"]["weight_grad_l2"], "stem's weights")
        return compared

    def near(self, own, other, what):
        if other is None or own is None:
            self.assertEqual(own, other, what)
        elif what.endswith("cosine"):
            self.assertLess(abs(own - other), 0.003, what)
        else:
            self.assertLess(abs(own - other), 0.002 * abs(other), f"{what}: {own}, headwater {other}")

    def test_resnet18(self):
        self.assertEqual(self.compare("resnet18", 64), 8 * 8)

    def test_resnet50(self):
        self.assertEqual(self.compare("resnet50", 64), 16 * 8)

    def test_vgg16_bn(self):
        self.assertEqual(self.compare("vgg16_bn", 32, dropout=0.0), 13 * 5 - 2)


if __name__ == "__main__":
    unittest.main()
