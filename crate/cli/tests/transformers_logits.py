"""A ResNet of Hugging Face's transformers with random weights and statistics, saved into a folder as save_pretrained does,
with images and labels; its logits (evaluation) and its loss (training) as JSON on standard output.

transformers_logits.py MODEL FOLDER

Needs torch and transformers. What is made has 10 classes and images of 64 pixels.
"""

import json
import os
import sys

import torch
import transformers
from safetensors.torch import save_file

SHAPES = {
    "resnet18": {"layer_type": "basic", "depths": [2, 2, 2, 2], "hidden_sizes": [64, 128, 256, 512]},
    "resnet34": {"layer_type": "basic", "depths": [3, 4, 6, 3], "hidden_sizes": [64, 128, 256, 512]},
    "resnet50": {"layer_type": "bottleneck", "depths": [3, 4, 6, 3], "hidden_sizes": [256, 512, 1024, 2048]},
}


def main():
    name, folder = sys.argv[1:]
    torch.manual_seed(1)
    config = transformers.ResNetConfig(embedding_size=64, num_labels=10, **SHAPES[name])
    network = transformers.ResNetForImageClassification(config)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0.0, 0.1)
                module.running_mean.normal_(0.0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
    network.save_pretrained(folder)
    images, labels = torch.randn(8, 3, 64, 64), torch.arange(8)
    save_file({"images": images, "labels": labels}, os.path.join(folder, "input.safetensors"))
    with torch.no_grad():
        logits = network.eval()(images).logits
        # Training moves the running statistics: last, and after the file was written.
        loss = torch.nn.functional.cross_entropy(network.double().train()(images.double()).logits, labels)
    versions = [torch.__version__, transformers.__version__]
    print(json.dumps({"versions": versions, "logits": logits.tolist(), "loss": loss.item()}))


main()
