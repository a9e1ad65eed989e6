"""Golden values of the quantities, computed in float64 with PyTorch autograd.

Weights and batch are those of ../reference/make_reference.py, whose functions are used here. Each block is evaluated from
leaves of its own for branch and shortcut, so that torch.autograd.grad gives the two parts of any gradient that arrives at
its output; the parts of all path lengths follow by the recursion G_k <- over the shortcut(G_k) + through the branch(G_k-1).
Ablation and strength sweep are of the batch itself, with its own statistics.

Usage: python make_golden.py golden.json ; needs torch and numpy.
"""
import json, math, sys
from pathlib import Path
import numpy as np
import torch, torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).parent.parent / "reference"))
from make_reference import batch, parameter

torch.set_default_dtype(torch.float64)
SEED = 8
STRENGTHS = [0.0, 0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25]
ACTIVATIONS = {"relu": lambda v: v.clamp(min=0), "tanh": torch.tanh}


class Network:
    """Stem, blocks and head as functions; parameters are made where they are first used."""

    def __init__(self, case):
        self.case, self.parameters, self.relus = case, {}, []
        self.f = ACTIVATIONS[case["activation"]]
        self.build_mlp() if case["model"].startswith("mlp") else self.build_resnet8()

    def parameter(self, name, *shape):
        if name not in self.parameters:
            values = torch.from_numpy(parameter(SEED, name, shape).astype(np.float64))
            self.parameters[name] = values.requires_grad_()
        return self.parameters[name]

    def norm(self, name, x):
        if self.case["norm"] == "none":
            return x
        c = x.shape[1]
        weight, bias = self.parameter(f"{name}.weight", c), self.parameter(f"{name}.bias", c)
        return F.batch_norm(x, None, None, weight, bias, training=True, eps=1e-5)

    def activate(self, x):
        y = self.f(x)
        if self.case["activation"] == "relu":
            self.relus.append(y.detach())
        return y

    def linear(self, name, x, out):
        return F.linear(x, self.parameter(f"{name}.weight", out, x.shape[1]), self.parameter(f"{name}.bias", out))

    def conv(self, name, x, out, stride=1):
        return F.conv2d(x, self.parameter(f"{name}.weight", out, x.shape[1], 3, 3), stride=stride, padding=1)

    def branch(self, block, layers):
        """layers: functions of x, in order; norm i is BLOCK.bn{i}."""
        def run(x):
            for i, layer in enumerate(layers, 1):
                if self.case["order"] == "pre":
                    x = layer(self.activate(self.norm(f"{block}.bn{i}", x)))
                else:
                    x = self.norm(f"{block}.bn{i}", layer(x))
                    if i < len(layers):
                        x = self.activate(x)
            return x
        return run

    def open(self, x):
        """What follows the stem's weight layer."""
        return self.f(self.norm("bn1", x)) if self.case["order"] == "post" else x

    def close(self, x):
        """What comes before the head."""
        return self.f(self.norm("bn", x)) if self.case["order"] == "pre" else x

    def build_mlp(self):
        width, count = self.case["width"], int(self.case["model"][3:])
        self.stem = lambda x: self.open(self.linear("fc1", x.flatten(1), width))
        self.blocks = []
        for i in range(count):
            name = f"layer1.{i}"
            layers = [lambda x, name=name, j=j: self.linear(f"{name}.fc{j}", x, width) for j in range(1, self.case["branch_layers"] + 1)]
            self.blocks.append((name, self.branch(name, layers), lambda x: x))
        self.head = lambda x: self.linear("fc", self.close(x), self.case["classes"])

    def build_resnet8(self):
        width, concat = self.case["width"], self.case["merge"] == "concat"
        self.stem = lambda x: self.open(self.conv("conv1", x, width))
        self.blocks = []
        for stage in (1, 2, 3):
            name, stride = f"layer{stage}.0", 2 if stage > 1 else 1
            out = width if concat else width << (stage - 1)
            layers = [lambda x, n=name, o=out, s=stride: self.conv(f"{n}.conv1", x, o, s), lambda x, n=name, o=out: self.conv(f"{n}.conv2", x, o)]
            def shortcut(x, stride=stride, out=out):
                x = x[:, :, ::stride, ::stride]
                return x if concat else F.pad(x, (0, 0, 0, 0, 0, out - x.shape[1]))
            self.blocks.append((name, self.branch(name, layers), shortcut))
        self.head = lambda x: self.linear("fc", self.close(x).mean((2, 3)), self.case["classes"])

    def join(self, branch, shortcut):
        """The sum, or the two side by side; None is a way that is shut."""
        if self.case["merge"] == "add":
            return branch if shortcut is None else shortcut if branch is None else shortcut + branch
        return torch.cat([shortcut, branch], 1)

    def after(self, joined):
        return self.activate(joined) if self.case["order"] == "post" else joined

    def loss(self, images, labels, strengths, left_out=None):
        """Mean cross-entropy and accuracy."""
        x = self.stem(images)
        for i, ((_, branch, shortcut), a) in enumerate(zip(self.blocks, strengths)):
            if i == left_out:
                a = a or 1.0
            b, s = branch(x), a * shortcut(x) if a else None
            if i == left_out:
                b = None if self.case["merge"] == "add" else torch.zeros_like(b)
            elif s is None and self.case["merge"] == "concat":
                s = torch.zeros_like(shortcut(x))
            x = self.after(self.join(b, s))
        logits = self.head(x)
        return F.cross_entropy(logits, labels), float((logits.argmax(1) == labels).double().mean())


def l2(t):
    return float(t.detach().norm())

def joint(tensors):
    return math.sqrt(sum(l2(t) ** 2 for t in tensors))

class Tape:
    """One block at the operating point."""

    def __init__(self, net, index, x, a):
        self.name, branch, shortcut = net.blocks[index]
        self.xb, self.xs = x.detach().requires_grad_(), x.detach().requires_grad_()
        net.relus = []
        self.f = branch(self.xb)
        self.s = a * shortcut(self.xs) if a else None
        silent = torch.zeros_like(shortcut(x)) if not a and net.case["merge"] == "concat" else None
        self.joined = net.join(self.f, self.s if a else silent)
        self.y = net.after(self.joined)
        self.relus = net.relus
        self.parameters = {n: p for n, p in net.parameters.items() if n.startswith(self.name + ".")}

    def parts(self, g):
        """The gradient at the input through the branch, and over the shortcut (None if closed)."""
        leaves = [self.xb, self.xs] if self.s is not None else [self.xb]
        parts = torch.autograd.grad(self.y, leaves, g, retain_graph=True)
        return parts[0], parts[1] if len(parts) == 2 else None

    def weight_gradients(self, g):
        names = list(self.parameters)
        found = torch.autograd.grad(self.y, [self.parameters[n] for n in names], g, retain_graph=True)
        return dict(zip(names, found))


def row(tape, g):
    """The quantities of one block from the gradient at its output; and the gradient at its input."""
    through, over = tape.parts(g)
    masked = torch.autograd.grad(tape.y, tape.joined, g, retain_graph=True)[0] if tape.y is not tape.joined else g
    whole = through if over is None else through + over
    weights, gradients = tape.parameters, tape.weight_gradients(g)
    weight, gradient = joint(weights.values()), joint(gradients.values())
    matrices = [n for n in weights if weights[n].dim() > 1]
    y = tape.y.detach()
    flat = y.flatten(1)
    cosines = [F.cosine_similarity(flat[i], flat[j], dim=0) for i in range(len(flat)) for j in range(i)]
    dead = [float((r.amax((0, 2, 3) if r.dim() == 4 else 0) == 0).sum()) for r in tape.relus]
    lost = np.abs(whole.numpy().astype(np.float32))
    r = {
        "grad_in_l2": l2(whole), "grad_out_l2": l2(g), "weight_grad_l2": gradient, "branch_grad_l2": l2(through),
        "branch_rms": l2(tape.f) / math.sqrt(tape.f.numel()), "grad_in_rms": l2(whole) / math.sqrt(whole.numel()),
        "grad_in_per_sample": l2(whole) * math.sqrt(len(whole)), "weight_l2": weight, "weight_grad_ratio": gradient / weight,
        "weight_grad_invariant": math.sqrt(sum((l2(weights[n]) * l2(gradients[n])) ** 2 for n in matrices)),
        "branch_gain": l2(through) / l2(g), "mask_pass": l2(masked) ** 2 / l2(g) ** 2,
        "activation_rms": l2(y) / math.sqrt(y.numel()), "activation_cosine": float(sum(cosines)) / len(cosines),
        "dead_share": sum(dead) / sum(r.shape[1] for r in tape.relus) if dead else None,
        "underflow_share": float((lost < np.finfo(np.float32).tiny).mean()),
        "skip_grad_l2": None, "skip_branch_cosine": None, "branch_ratio": None, "skip_share": None,
    }
    if over is not None:
        r |= {"skip_grad_l2": l2(over), "skip_branch_cosine": float((over * through).sum()) / (l2(over) * l2(through)),
              "branch_ratio": l2(tape.f) / l2(tape.s), "skip_share": l2(over) / (l2(over) + l2(through))}
    return r, whole

def path_parts(tapes, g):
    """G_k at the first block's input."""
    parts = [g]
    for tape in reversed(tapes):
        at_input = [torch.zeros_like(tape.xb) for _ in range(len(parts) + 1)]
        for k, part in enumerate(parts):
            through, over = tape.parts(part)
            at_input[k + 1] = at_input[k + 1] + through
            if over is not None:
                at_input[k] = at_input[k] + over
        parts = at_input
    return parts

def scalars(rows, parts):
    norms = [r["grad_in_l2"] for r in rows]
    weights = [r["weight_grad_l2"] for r in rows]
    over = lambda r: r["skip_grad_l2"] or 0.0
    p = [r["branch_grad_l2"] ** 2 / (r["branch_grad_l2"] ** 2 + over(r) ** 2) for r in rows]
    ratio = lambda r: 1.0 if r["branch_ratio"] is None else r["branch_ratio"] ** 2 / (1 + r["branch_ratio"] ** 2)
    energies = [l2(part) ** 2 for part in parts]
    whole = sum(parts)
    closed = np.array([1.0])
    for q in p:
        closed = np.convolve(closed, [1 - q, q])
    slope = np.polyfit(np.arange(len(norms)), np.log(norms), 1)[0]
    return {
        "depth_ratio": math.log10(norms[0] / norms[-1]), "layer_factor": math.exp(-slope),
        "weight_depth_ratio": math.log10(weights[0] / weights[-1]),
        "effective_depth": sum(k * e for k, e in enumerate(energies)) / sum(energies),
        "effective_depth_mean": float((whole * sum(k * part for k, part in enumerate(parts))).sum() / (whole * whole).sum()),
        "effective_depth_closed": sum(p),
        "effective_depth_bound": sum(r["branch_grad_l2"] / (r["branch_grad_l2"] + over(r)) for r in rows),
        "effective_depth_forward": sum(ratio(r) for r in rows), "active_blocks": float(len(rows)),
    }, {"path_energy": energies, "path_energy_closed": closed.tolist()}

def measure(case):
    net = Network(case)
    images, labels = batch(SEED, case["batch"], case["channels"], case["image_size"], case["classes"])
    images, labels = torch.from_numpy(images.astype(np.float64)), torch.from_numpy(labels)
    strengths = case["strengths"]
    loss, accuracy = net.loss(images, labels, strengths)
    loss.backward()
    x, tapes = net.stem(images), []
    for index, a in enumerate(strengths):
        tapes.append(Tape(net, index, x, a)); x = tapes[-1].y.detach()
    x.requires_grad_()
    end = torch.autograd.grad(F.cross_entropy(net.head(x), labels), x)[0]
    g, rows = end, []
    for tape in reversed(tapes):
        for n, found in tape.weight_gradients(g).items():
            torch.testing.assert_close(found, net.parameters[n].grad, rtol=1e-9, atol=1e-13)
        r, g = row(tape, g); rows.insert(0, r)
    parts = path_parts(tapes, end)
    torch.testing.assert_close(sum(parts), g, rtol=1e-9, atol=1e-13)
    scalar, vector = scalars(rows, parts)
    with torch.no_grad():
        whole = float(loss)
        trials = [net.loss(images, labels, strengths, i) for i in range(len(tapes))]
        for r, (l, a) in zip(rows, trials):
            r |= {"ablation_loss": float(l) - whole, "ablation_accuracy": a - accuracy}
        scalar["effective_depth_ablation"] = float(sum(float(l) - whole > 0.1 for l, _ in trials))
        sweep = [net.loss(images, labels, [f * a for a in strengths]) for f in STRENGTHS]
        vector |= {"sweep_loss": [float(l) for l, _ in sweep], "sweep_accuracy": [a for _, a in sweep]}
    return case | {"loss": whole, "columns": {q: [r[q] for r in rows] for q in rows[0]}, "scalars": scalar, "vectors": vector}

def cases():
    mlp = {"model": "mlp6", "width": 8, "channels": 1, "image_size": 4, "classes": 10, "batch": 6, "branch_layers": 2,
           "norm": "bn", "order": "post", "merge": "add", "activation": "relu", "strengths": [1.0] * 6}
    resnet = mlp | {"model": "resnet8", "width": 4, "image_size": 8, "strengths": [1.0] * 3}
    for norm in ("bn", "none"):
        for order in ("post", "pre"):
            yield mlp | {"norm": norm, "order": order}
    yield mlp | {"norm": "none", "activation": "tanh", "branch_layers": 1, "strengths": [1.0, 0.5, 0.0, 1.0, 1.0, 0.5]}
    for merge in ("add", "concat"):
        yield resnet | {"merge": merge}
        yield resnet | {"merge": merge, "strengths": [0.5, 0.0, 1.0]}

def dump(value, depth=0):
    """JSON with each list of numbers on one line."""
    if isinstance(value, dict):
        inner = ",\n".join(" " * (depth + 1) + json.dumps(k) + ": " + dump(v, depth + 1) for k, v in value.items())
        return "{\n" + inner + "\n" + " " * depth + "}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(" " * (depth + 1) + dump(v, depth + 1) for v in value) + "\n" + " " * depth + "]"
    return json.dumps(value)

if __name__ == "__main__":
    golden = {"seed": SEED, "precision": "float64", "cases": [measure(case) for case in cases()]}
    Path(sys.argv[1]).write_text(dump(golden) + "\n")
