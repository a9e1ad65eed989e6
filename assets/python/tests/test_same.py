"""A recorded run is the run that would have been: bit for bit, its random streams too."""

import copy
import unittest

import torch

import networks
from recordings import Folder, check
import headwater


def updates(network, model, batch, path, every=1, memory_format=torch.contiguous_format):
    """Ten updates: losses, parameters and buffers, and what the random stream gives next."""
    torch.manual_seed(7)
    model = copy.deepcopy(model).train().to(memory_format=memory_format)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    run = headwater.record(model, path, every=every) if path else None
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = network.loss(model, batch)
        loss.backward()
        if run:
            run.step(loss, accuracy=0.5, lr=0.01)
        optimizer.step()
        losses.append(loss.detach())
    if run:
        run.close()
        check(path)
        for module in model.modules():
            assert not module._forward_hooks and not module._forward_pre_hooks
    return losses, model.state_dict(), torch.rand(3)


class Same(unittest.TestCase):
    def compare(self, network, every=1, **options):
        torch.manual_seed(0)
        model, batch = networks.stirred(network.make()), network.batch()
        with Folder() as folder:
            plain = updates(network, model, batch, None, **options)
            recorded = updates(network, model, batch, folder / "run.headwater.jsonl", every, **options)
        for own, other in zip(plain[0], recorded[0]):
            self.assertTrue(torch.isfinite(own) and torch.equal(own, other))
        for key, value in plain[1].items():
            self.assertTrue(torch.equal(value, recorded[1][key]), key)
        self.assertTrue(torch.equal(plain[2], recorded[2]))

    def test_channels_last_and_every_third_step(self):
        self.compare(networks.networks()["torchvision resnet18"], every=3, memory_format=torch.channels_last)

    def test_torchvision_vgg16_bn(self):
        import torchvision
        self.compare(networks.Network(lambda: torchvision.models.vgg16_bn(num_classes=networks.CLASSES), None))

    def test_torchvision_densenet121(self):
        import torchvision
        make = torchvision.models.densenet121
        self.compare(networks.Network(lambda: make(num_classes=networks.CLASSES, drop_rate=0.1), None))


def case(name):
    def test(self):
        self.compare(networks.networks(dropout=0.2)[name])
    return test


for _name in networks.networks():
    setattr(Same, "test_" + _name.replace(" ", "_").replace("-", ""), case(_name))


if __name__ == "__main__":
    unittest.main()
