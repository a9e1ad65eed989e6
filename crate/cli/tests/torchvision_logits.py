"""The logits of torchvision's network with the weights of a checkpoint, as JSON on standard output.

torchvision_logits.py MODEL model.safetensors input.safetensors

Needs torch and torchvision. Every tensor of the file must be one of the network and the other way round.
"""

import json
import struct
import sys

import torch
import torchvision

KINDS = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64}


def tensors(path):
    """The tensors of a safetensors file: the length of a header, the header, the values."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)

    def tensor(entry):
        start, end = entry["data_offsets"]
        values = bytearray(data[8 + length + start : 8 + length + end])
        return torch.frombuffer(values, dtype=KINDS[entry["dtype"]]).reshape(entry["shape"])

    return {name: tensor(entry) for name, entry in header.items()}


def main():
    name, weights, images = sys.argv[1:]
    weights, images = tensors(weights), tensors(images)["images"]
    network = getattr(torchvision.models, name)(num_classes=weights["fc.weight"].shape[0])
    network.load_state_dict(weights, strict=True)
    with torch.no_grad():
        logits = network.eval()(images)
    print(json.dumps({"versions": [torch.__version__, torchvision.__version__], "logits": logits.tolist()}))


main()
