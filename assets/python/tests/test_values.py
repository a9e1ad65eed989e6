"""Every recorded number against plain autograd by hand, in float64."""

import math
import unittest

import torch

import networks
from networks import double
from recordings import Folder, check, read
import headwater


def norm(*tensors):
    return math.sqrt(sum(float((tensor.detach() ** 2).sum()) for tensor in tensors))


def by_hand(network, model, batch):
    """The rows of a network: retained gradients at the blocks' ends, and a vector-Jacobian product for each part."""
    seen, handles = {}, []

    def enter(module, arguments, named):
        named = dict(named)
        x = arguments[0] if arguments else named["hidden_states"]
        x.retain_grad()
        seen[module] = [x, named, None]

    def leave(module, arguments, named, output):
        y = output if isinstance(output, torch.Tensor) else output[0]
        y.retain_grad()
        seen[module][2] = y

    blocks = network.parts(model)
    for _, module, _ in blocks:
        handles += [module.register_forward_pre_hook(enter, with_kwargs=True), module.register_forward_hook(leave, with_kwargs=True)]
    model.zero_grad()
    loss = network.loss(model, batch)
    loss.backward()
    for handle in handles:
        handle.remove()

    rows = []
    for path, module, parts in blocks:
        x, named, y = seen[module]
        u, chain = x.detach().requires_grad_(), []
        for part in parts(path, module, named):
            h, f = part.shortcut(u), part.branch(u)
            z = h + f
            chain.append((part, u, h, f, z))
            u = part.after(z)
        flat = [tensor for _, u_in, _, _, z in chain for tensor in (u_in, z)]
        gradients = torch.autograd.grad(u, flat, y.grad, retain_graph=True)
        for index, (part, u_in, h, f, z) in enumerate(chain):
            g_in, g = gradients[2 * index], gradients[2 * index + 1]
            g_out = gradients[2 * index + 2] if index + 1 < len(chain) else y.grad
            leaf = u_in.detach().requires_grad_()
            shortcut = part.shortcut(leaf)
            back = torch.autograd.grad(shortcut, leaf, g)[0] if shortcut is not leaf else g
            through = torch.autograd.grad(part.branch(leaf), leaf, g)[0]
            weights = [parameter.grad for one in part.modules for parameter in one.parameters() if parameter.grad is not None]
            rows.append({"name": part.name, "grad_in_l2": norm(x.grad if index == 0 else g_in), "grad_out_l2": norm(g_out),
                         "weight_grad_l2": norm(*weights), "branch_grad_l2": norm(through), "skip_grad_l2": norm(back),
                         "skip_branch_cosine": float((back * through).sum()) / norm(back) / norm(through),
                         "branch_ratio": norm(f) / norm(h), "branch_rms": norm(f) / math.sqrt(f.numel())})
    def of(names):
        parameters = dict(model.named_parameters())
        found = [p for name, p in parameters.items() if any(name == own or name.startswith(own + ".") for own in names)]
        return norm(*[p.grad for p in found if p.grad is not None])

    return float(loss.detach()), rows, of(network.stem) if network.stem else None, of(network.head) if network.head else None


class Values(unittest.TestCase):
    def near(self, value, expected, what):
        self.assertIsNotNone(value, what)
        self.assertLessEqual(abs(value - expected), 1e-6 * abs(expected), f"{what}: {value}, by hand {expected}")

    def compare(self, name):
        network = networks.networks()[name]
        with double(), Folder() as folder:
            torch.manual_seed(0)
            model, batch = networks.stirred(network.make()).train(), network.batch()
            batch = batch.double() if batch.is_floating_point() else batch
            path = folder / "run.headwater.jsonl"
            with headwater.record(model, path) as run:
                for _ in range(2):  # the second step has the fewer hooks
                    model.zero_grad()
                    loss = network.loss(model, batch)
                    loss.backward()
                    run.step(loss)
            check(path)
            header, steps, _ = read(path)
            loss, rows, stem, head = by_hand(network, model, batch)
        self.assertEqual([block["name"] for block in header["blocks"]], [row["name"] for row in rows])
        self.assertEqual(header["notes"], [])
        for step in steps:
            self.near(step["loss"], loss, "loss")
            for index, row in enumerate(rows):
                for quantity in headwater.QUANTITIES:
                    what = f"{name}, {row['name']}, {quantity}"
                    self.near(step["columns"][quantity][index], row[quantity], what)
            ends = step["ends"]
            self.near(ends["stem"]["grad_out_l2"], rows[0]["grad_in_l2"], "stem")
            self.near(ends["head"]["grad_in_l2"], rows[-1]["grad_out_l2"], "head")
            if stem is not None:
                self.near(ends["stem"]["weight_grad_l2"], stem, "stem's weights")
            if head is not None:
                self.near(ends["head"]["weight_grad_l2"], head, "head's weights")

    def chained(self, model, batch, ends, weights, has_values=()):
        """A network without joins: gradients at the ends of its blocks, retained; `ends` gives the tensors of each."""
        with Folder() as folder, double():
            path = folder / "run.headwater.jsonl"
            with headwater.record(model, path) as run:
                for _ in range(2):
                    model.zero_grad()
                    networks.classify(model, batch).backward()
                    run.step(1.0)
            check(path)
            header, steps, _ = read(path)
        model.zero_grad()
        tensors, inputs_of = {}, {}
        for name, module in model.named_modules():
            def keep(module, arguments, output, name=name):
                inputs = arguments[0] if isinstance(arguments[0], (list, tuple)) else [arguments[0]]
                for tensor in [*inputs, output]:
                    if tensor.requires_grad:
                        tensor.retain_grad()
                # Layers that compute in place change the tensor, not what it was: copies keep values.
                tensors[name] = (list(inputs), output, output.detach().clone())
                inputs_of[name] = inputs[0].detach().clone()
            module.register_forward_hook(keep)
        networks.classify(model, batch).backward()
        names = [block["name"] for block in header["blocks"]]
        self.assertEqual(names, list(ends))
        for step in steps:
            columns = step["columns"]
            for index, name in enumerate(names):
                first, last = ends[name]
                inputs = [tensor.grad for tensor in tensors[first][0] if tensor.requires_grad]
                if inputs:
                    self.near(columns["grad_in_l2"][index], norm(*inputs), f"{name} in")
                else:
                    self.assertIsNone(columns["grad_in_l2"][index])
                out = tensors[last][1].grad if isinstance(last, str) else tensors[last[0]][0][0].grad
                self.near(columns["grad_out_l2"][index], norm(out), f"{name} out")
                own = [p.grad for module in weights(name) for p in model.get_submodule(module).parameters()]
                self.near(columns["weight_grad_l2"][index], norm(*own), f"{name} weights")
                if name in has_values:
                    value = tensors[last][2] if isinstance(last, str) else inputs_of[last[0]]
                    self.near(columns["branch_rms"][index], norm(value) / math.sqrt(value.numel()), f"{name} rms")
                for quantity in ["skip_grad_l2", "skip_branch_cosine", "branch_ratio"]:
                    self.assertIsNone(columns[quantity][index])
        return header, steps

    def test_torchvision_vgg16_bn(self):
        import torchvision
        with double():
            torch.manual_seed(0)
            model = torchvision.models.vgg16_bn(num_classes=networks.CLASSES, dropout=0.0)
            batch = networks.images(32).double()
        starts = [int(name) for name, module in model.features.named_children() if isinstance(module, torch.nn.Conv2d)]
        following = dict(zip(starts, starts[1:]))
        ends = {f"features.{at}": (f"features.{at}", (f"features.{following[at]}",) if at in following else "features")
                for at in starts}
        header, steps = self.chained(model, batch, ends, lambda name: [name, f"features.{int(name[9:]) + 1}"],
                                     has_values=ends)
        self.assertEqual([block["stage"] for block in header["blocks"]], [1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5])
        self.assertEqual({block["kind"] for block in header["blocks"]}, {"conv"})
        columns = steps[0]["columns"]
        self.assertEqual(columns["branch_grad_l2"], columns["grad_in_l2"])
        head = norm(*[p.grad for p in model.classifier.parameters()])
        self.near(steps[0]["ends"]["head"]["weight_grad_l2"], head, "head")

    def dense(self, model):
        layers = [name for name, module in model.named_modules()
                  if type(module).__name__ in ("_DenseLayer", "DenseLayer", "_Transition", "DenseTransition")]
        # A transition is a layer of its own; what a dense layer puts out stands beside what it got.
        transitions = [name for name in layers if "ransition" in type(model.get_submodule(name)).__name__]
        header, steps = self.chained(model, networks.images(32).double(), {name: (name, name) for name in layers},
                                     lambda name: [name], has_values=transitions)
        known = [name for name, value in zip(layers, steps[0]["columns"]["branch_rms"]) if value is not None]
        self.assertEqual(known, transitions)
        self.assertEqual([block["stage"] for block in header["blocks"]][-1], 4)

    def test_torchvision_densenet121(self):
        import torchvision
        with double():
            torch.manual_seed(0)
            self.dense(networks.stirred(torchvision.models.densenet121(num_classes=networks.CLASSES)))

    def test_timm_densenet121(self):
        import timm
        with double():
            torch.manual_seed(0)
            self.dense(networks.stirred(timm.create_model("densenet121", num_classes=networks.CLASSES)))


def case(name):
    def test(self):
        self.compare(name)
    return test


for _name in networks.networks():
    setattr(Values, "test_" + _name.replace(" ", "_").replace("-", ""), case(_name))


if __name__ == "__main__":
    unittest.main()
