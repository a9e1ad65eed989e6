"""The ways people train: mixed precision, accumulation, checkpoints, frozen parts, copies, models of their own."""

import copy
import io
import math
import unittest

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

import networks
from recordings import Folder, check, lines, read
import headwater


class Block(nn.Module):
    """y = x + F(x), without batch norm."""

    def __init__(self, width):
        super().__init__()
        self.norm, self.one, self.two = nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x):
        return x + self.two(torch.relu(self.one(self.norm(x))))


class Pair(nn.Module):
    """Two joins, one after the other, as in a transformer's layer."""

    def __init__(self, width):
        super().__init__()
        self.small, self.large = nn.Linear(width, width), nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(),
                                                                        nn.Linear(2 * width, width))

    def forward(self, x):
        x = x + torch.tanh(self.small(x))
        return x + self.large(x)


class Net(nn.Module):
    def __init__(self, width=8, depth=4, saved=None, reads=False, block=Block):
        super().__init__()
        self.saved, self.reads = saved, reads
        self.stem = nn.Linear(3, width)
        self.blocks = nn.ModuleList(block(width) for _ in range(depth))
        self.head = nn.Linear(width, networks.CLASSES)

    def forward(self, x):
        x = self.stem(x)
        side = 0.0
        for block in self.blocks:
            side = side + x if self.reads else 0.0  # another reader of each block's input
            x = block(x) if self.saved is None else checkpoint(block, x, use_reentrant=self.saved)
        return self.head(x + side)


def batch(count=8, dtype=torch.float64):
    return torch.randn(count, 3, generator=torch.Generator().manual_seed(3), dtype=dtype), networks.labels(count)


def net(**options):
    torch.manual_seed(0)
    return Net(**options).double()


def recorded(model, train, name="run.headwater.jsonl", **options):
    """What a recording says of one step; `train(run)` makes it."""
    with Folder() as folder:
        path = folder / name
        with headwater.record(model, path, **options) as run:
            train(run)
        check(path)
        return read(path)


def one_step(model, size=8):
    x, y = batch(size)

    def train(run):
        model.zero_grad()
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        run.step(loss)
    return train


class Ways(unittest.TestCase):
    def equal(self, own, other, within=1e-9):
        """Two steps say the same."""
        for quantity in headwater.QUANTITIES:
            for index, (a, b) in enumerate(zip(own["columns"][quantity], other["columns"][quantity])):
                what = f"{quantity} of block {index}: {a}, {b}"
                self.assertEqual(a is None, b is None, what)
                if a is not None:
                    self.assertLessEqual(abs(a - b), within * max(abs(b), 1e-3), what)
        for end in ("stem", "head"):
            for key, value in own["ends"][end].items():
                self.assertLessEqual(abs(value - other["ends"][end][key]), within * abs(value), f"{end} {key}")

    def test_accumulation_is_the_joined_batch(self):
        model, (x, y) = net(), batch(8)

        def train(run):
            for part in range(4):
                some = slice(2 * part, 2 * part + 2)
                (functional.cross_entropy(model(x[some]), y[some]) / 4).backward()
                with torch.no_grad():
                    model(x)  # held-out images in between are not recorded
            run.step(functional.cross_entropy(model(x), y))

        _, [accumulated], _ = recorded(model, train)
        _, [whole], _ = recorded(model, one_step(model))
        self.equal(accumulated, whole)

    def test_checkpoints_are_measured_once(self):
        model = net()
        _, [plain], _ = recorded(model, one_step(model))
        for reentrant in (False, True):
            model = net(saved=reentrant)
            header, steps, _ = recorded(model, lambda run: [one_step(model)(run), one_step(model)(run)])
            self.assertEqual(header["notes"], [])
            for step in steps:
                self.equal(step, plain)

    def test_checkpoints_hide_no_other_reader_of_the_input(self):
        model = net(reads=True)
        _, [plain], _ = recorded(model, one_step(model))
        for reentrant in (False, True):
            model = net(saved=reentrant, reads=True)
            _, steps, _ = recorded(model, lambda run: [one_step(model)(run), one_step(model)(run)])
            for step in steps:
                self.equal(step, plain)

    def test_another_reader_of_the_input_is_not_counted_among_the_parts(self):
        model, (x, y) = net(reads=True), batch()
        header, [step], _ = recorded(model, one_step(model))
        self.assertEqual([block["shortcut"] for block in header["blocks"]], ["identity"] * 4)
        kept = []
        handle = model.blocks[1].register_forward_hook(lambda block, given, out: (given[0].retain_grad(), out.retain_grad(),
                                                                                  kept.append((given[0], out)))[0])
        functional.cross_entropy(model(x), y).backward()
        handle.remove()
        (x1, y1), = kept
        leaf = x1.detach().requires_grad_()
        branch = torch.autograd.grad(model.blocks[1](leaf) - leaf, leaf, y1.grad)[0]
        columns = step["columns"]
        self.assertAlmostEqual(columns["branch_grad_l2"][1], float(branch.norm()), 12)
        self.assertAlmostEqual(columns["skip_grad_l2"][1], float(y1.grad.norm()), 12)
        self.assertAlmostEqual(columns["grad_in_l2"][1], float(x1.grad.norm()), 12)
        self.assertGreater(float((x1.grad - y1.grad - branch).norm()), 0.01)  # so the difference of the ends would be wrong

    def test_bfloat16_is_near_float32(self):
        for name in ("torchvision resnet18", "GPT-2"):
            network = networks.networks()[name]
            torch.manual_seed(0)
            model, x = networks.stirred(network.make()).train(), network.batch()
            if name.startswith("torchvision"):
                model.eval()  # batch norm of two small images would say more of rounding than of gradients

            def train(run, half):
                model.zero_grad()
                with torch.autocast("cpu", torch.bfloat16, enabled=half):
                    loss = network.loss(model, x)
                loss.backward()
                run.step(loss)

            header, [full], _ = recorded(model, lambda run: train(run, False))
            mixed_header, [mixed], _ = recorded(model, lambda run: train(run, True))
            self.assertEqual(header["blocks"], mixed_header["blocks"])
            for quantity in headwater.QUANTITIES:
                for a, b in zip(mixed["columns"][quantity], full["columns"][quantity]):
                    self.assertIsNotNone(a, quantity)
                    close = 0.1 if quantity == "skip_branch_cosine" else 0.1 * b
                    self.assertLess(abs(a - b), close, f"{name} {quantity} {a} {b}")

    def test_a_scaler_is_divided_out(self):
        class Scaler:
            """What the recorder asks of a GradScaler, which needs a graphics card: the factor, and whether it was divided out."""
            _per_optimizer_states = {}

            def is_enabled(self):
                return True

            def get_scale(self):
                return 1024.0

        model, (x, y) = net(), batch()

        def train(run):
            model.zero_grad()
            loss = functional.cross_entropy(model(x), y)
            (loss * 1024).backward()
            run.step(loss, scaler=Scaler())

        _, [scaled], _ = recorded(model, train)
        _, [plain], _ = recorded(model, one_step(model))
        self.equal(scaled, plain)

    def test_a_gradscaler_also_after_it_unscaled_the_weights(self):
        model, (x, y) = net(), batch()
        _, [plain], _ = recorded(model, one_step(model))
        for unscales in (False, True):
            scaler, optimizer = torch.amp.GradScaler("cpu", init_scale=512.0), torch.optim.SGD(model.parameters(), lr=0.0)

            def train(run):
                model.zero_grad()
                loss = functional.cross_entropy(model(x), y)
                scaler.scale(loss).backward()
                if unscales:
                    scaler.unscale_(optimizer)
                run.step(loss, scaler=scaler)

            _, [scaled], _ = recorded(model, train)
            self.equal(scaled, plain, 1e-6)

    def test_float16_without_a_scaler_is_noted(self):
        model, (x, y) = net().float(), batch(dtype=torch.float32)

        def train(run):
            with torch.autocast("cpu", torch.float16):
                loss = functional.cross_entropy(model(x), y)
            loss.backward()
            run.step(loss)

        header, _, _ = recorded(model, train)
        self.assertTrue(any("scaler=" in note for note in header["notes"]), header["notes"])

    def test_frozen_blocks_are_null_and_not_zero(self):
        model = net()
        for module in [model.stem, model.blocks[0], model.blocks[1]]:
            module.requires_grad_(False)
        header, [step], _ = recorded(model, one_step(model))
        self.assertEqual([block["name"] for block in header["blocks"]], [f"blocks.{index}" for index in range(4)])
        self.assertEqual({block["shortcut"] for block in header["blocks"]}, {"identity"})
        for quantity, values in step["columns"].items():
            self.assertEqual(values[:2], [None, None], quantity)
            self.assertIsNotNone(values[3], quantity)
        self.assertIsNone(step["columns"]["grad_in_l2"][2])
        self.assertIsNotNone(step["columns"]["grad_out_l2"][2])
        self.assertIsNone(step["ends"]["stem"]["weight_grad_l2"])
        said = "\n".join(header["notes"])
        self.assertIn("the weights of blocks.0, blocks.1 are frozen", said)
        self.assertIn("the weights before blocks.0 are frozen", said)
        self.assertIn("no gradient comes to blocks.0, blocks.1, since nothing before them learns: all columns are null", said)
        self.assertIn("no gradient is computed for what blocks.2 gets", said)

    def test_frozen_blocks_of_others_are_called_what_they_are(self):
        from torchvision import models

        def blocks(make, frozen, kind="plain"):
            torch.manual_seed(0)
            model, x = make(num_classes=networks.CLASSES), networks.images(32)
            for path in frozen:
                model.get_submodule(path).requires_grad_(False)
            model, x = (model.to(torch.bfloat16), x.to(torch.bfloat16)) if kind == "pure" else (model, x)

            def train(run):
                with torch.autocast("cpu", torch.bfloat16, enabled=kind == "autocast"):
                    loss = networks.classify(model, x)
                loss.backward()
                run.step(loss)

            return recorded(model, train)[0]

        def shown(header):
            return [(block["name"], block["kind"], block.get("shortcut")) for block in header["blocks"]]

        stem = ["conv1", "bn1"]
        for make in (models.resnet18, models.resnet50):
            whole = shown(blocks(make, []))
            self.assertEqual({kind for _, kind, _ in whole}, {"basic" if make is models.resnet18 else "bottleneck"})
            for frozen in (["layer2"], [*stem, "layer1", "layer2"], [*stem, "layer1", "layer2", "layer3"]):
                for kind in ("plain", "autocast", "pure"):
                    self.assertEqual(shown(blocks(make, frozen, kind)), whole, (frozen, kind))
        # No block shows its inside: nothing is said of the shortcut.
        header = blocks(models.resnet18, [*stem, "layer1", "layer2", "layer3", "layer4.0"])
        self.assertEqual({(kind, shortcut) for _, kind, shortcut in shown(header)}, {("block", None)})
        self.assertTrue(any("shortcut" in note and "not known" in note for note in header["notes"]), header["notes"])
        # Blocks of one class that change the shape have no shortcut here, so what stands in for one must not change it otherwise.
        whole = shown(blocks(models.mobilenet_v2, []))
        header = blocks(models.mobilenet_v2, [f"features.{index}" for index in range(15)])
        for known, own in zip(whole, shown(header)):
            self.assertIn(own[2], (known[2], None))

    def test_a_frozen_block_in_the_middle_passes_gradients_on(self):
        model = net()
        _, [plain], _ = recorded(model, one_step(model))
        model.blocks[2].requires_grad_(False)
        header, [step], _ = recorded(model, one_step(model))
        self.assertEqual(header["notes"], ["the weights of blocks.2 are frozen: no weight gradient"])
        self.assertIsNone(step["columns"]["weight_grad_l2"][2])
        for quantity in headwater.QUANTITIES:
            if quantity != "weight_grad_l2":
                self.assertEqual(step["columns"][quantity], plain["columns"][quantity])

    def test_a_note_names_blocks_that_follow_one_another_by_the_first_and_the_last(self):
        model = Net(depth=8).double()
        for number in [0, 1, 2, 5, 7]:
            model.blocks[number].requires_grad_(False)
        header, _, _ = recorded(model, one_step(model))
        self.assertEqual(header["notes"], ["the weights of blocks.0 … blocks.2, blocks.5, blocks.7 are frozen: no weight gradient"])

    def test_a_plain_network_says_that_its_first_block_reads_data_and_that_no_shortcut_is_there(self):
        model = nn.Sequential(*(layer for width in (3, 5, 5) for layer in (nn.Linear(width, 5), nn.Sigmoid()))).double()
        header, [step], _ = recorded(model, one_step(model))
        reads, none = header["notes"]
        self.assertIn("for what 0 gets, which is data", reads)
        self.assertIn("no shortcut around 0 … 4: skip_grad_l2, skip_branch_cosine and branch_ratio are null", none)
        values = step["columns"]
        self.assertEqual([value is None for value in values["grad_in_l2"]], [True, False, False])
        for quantity in ("skip_grad_l2", "skip_branch_cosine", "branch_ratio"):
            self.assertEqual(values[quantity], [None] * 3)

    def test_a_frozen_transformer_layer_has_the_rows_of_the_others(self):
        network = networks.networks()["GPT-2"]
        model, ids = network.make(), network.batch()
        for module in [model.transformer.wte, model.transformer.wpe, model.transformer.h[0]]:
            module.requires_grad_(False)

        def train(run):
            loss = network.loss(model, ids)
            loss.backward()
            run.step(loss)

        self.assertEqual(model.lm_head.weight.requires_grad, False)
        with self.assertRaises(headwater.Misuse) as told:  # layer 1 is the first with a gradient, and nothing leads down from it
            model.transformer.h[1].requires_grad_(False)
            model.transformer.ln_f.requires_grad_(True)
            recorded(model, train)
        self.assertIn("no gradient reaches any block", str(told.exception))

    def test_a_block_that_is_called_twice_in_a_forward_pass_is_null(self):
        class Shared(Net):
            def forward(self, x):
                x = self.stem(x)
                for block in [*self.blocks, self.blocks[1]]:
                    x = block(x)
                return self.head(x)

        torch.manual_seed(0)
        model = Shared().double()
        header, [step], _ = recorded(model, one_step(model))
        for quantity, values in step["columns"].items():
            self.assertEqual(values[1] is None, quantity != "weight_grad_l2", quantity)
            self.assertIsNotNone(values[0], quantity)
        self.assertTrue(any("several times" in note for note in header["notes"]))

    def test_joins_in_the_models_own_forward(self):
        class Loop(nn.Module):
            def __init__(self):
                super().__init__()
                self.stem, self.head = nn.Linear(3, 8), nn.Linear(8, networks.CLASSES)
                self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(5))

            def forward(self, x):
                x = self.stem(x)
                for layer in self.layers:
                    x = x + layer(torch.tanh(x))
                return self.head(x)

        torch.manual_seed(0)
        model = Loop().double()
        header, [step], _ = recorded(model, one_step(model))
        self.assertEqual([block["name"] for block in header["blocks"]], [f"layers.{index}" for index in range(5)])
        self.assertEqual({block["shortcut"] for block in header["blocks"]}, {"identity"})
        columns = step["columns"]
        self.assertEqual(columns["grad_in_l2"][1:], columns["grad_out_l2"][:-1])
        self.assertEqual(columns["skip_grad_l2"], columns["grad_out_l2"])
        for index in range(5):
            whole = math.sqrt(columns["skip_grad_l2"][index] ** 2 + columns["branch_grad_l2"][index] ** 2 + 2 * columns[
                "skip_branch_cosine"][index] * columns["skip_grad_l2"][index] * columns["branch_grad_l2"][index])
            self.assertAlmostEqual(whole, columns["grad_in_l2"][index], 12)
            own = math.sqrt(sum(float((p.grad ** 2).sum()) for p in model.layers[index].parameters()))
            self.assertAlmostEqual(columns["weight_grad_l2"][index], own, 12)
        head = math.sqrt(sum(float((p.grad ** 2).sum()) for p in model.head.parameters()))
        self.assertAlmostEqual(step["ends"]["head"]["weight_grad_l2"], head, 12)

    def test_ways_that_cannot_be_told_apart_are_null(self):
        class Twins(nn.Module):
            def __init__(self):
                super().__init__()
                self.one, self.two = nn.Linear(8, 8), nn.Linear(8, 8)

            def forward(self, x):
                return torch.relu(self.one(x)) + torch.relu(self.two(x))

        torch.manual_seed(0)
        model = net()
        model.blocks = nn.ModuleList(Twins() for _ in range(3)).double()
        header, [step], _ = recorded(model, one_step(model))
        for quantity in ["branch_grad_l2", "skip_grad_l2", "skip_branch_cosine", "branch_ratio", "branch_rms"]:
            self.assertEqual(step["columns"][quantity], [None] * 3)
        self.assertNotIn(None, step["columns"]["grad_in_l2"])
        self.assertTrue(any("cannot be told apart" in note for note in header["notes"]))

    def test_named_blocks(self):
        model = net()
        header, [own], _ = recorded(model, one_step(model), blocks=["blocks.1", "blocks.3"])
        self.assertEqual([block["name"] for block in header["blocks"]], ["blocks.1", "blocks.3"])
        _, [all_of_them], _ = recorded(model, one_step(model))
        for quantity, values in own["columns"].items():
            self.assertEqual(values, all_of_them["columns"][quantity][1::2])

    def test_named_blocks_whose_sum_is_outside_of_them(self):
        class Outside(nn.Module):
            def __init__(self):
                super().__init__()
                self.parts = nn.ModuleList(nn.Sequential(nn.Linear(6, 6), nn.Tanh()) for _ in range(3))

            def forward(self, x):
                for part in self.parts:
                    x = x + part(x)
                return x

        model, x = Outside(), torch.randn(4, 6, requires_grad=True)

        def train(run):
            loss = model(x).square().mean()
            loss.backward()
            run.step(loss)

        header, [step], _ = recorded(model, train, blocks=["parts.0", "parts.1", "parts.2"])
        self.assertEqual(step["columns"]["skip_grad_l2"], [None] * 3)
        self.assertIn("no shortcut is seen inside parts.0 … parts.2, which blocks= names: skip_grad_l2, skip_branch_cosine and "
                      "branch_ratio are null; a sum outside of a named module is not found", header["notes"])
        header, _, _ = recorded(model, train)
        self.assertEqual([block["shortcut"] for block in header["blocks"]], ["identity"] * 3)

    def test_frozen_blocks_are_recorded_where_what_goes_in_has_a_gradient(self):
        model, (x, y) = net(), batch()
        model.requires_grad_(False)
        model.head.requires_grad_(True)

        def train(run):
            loss = functional.cross_entropy(model(x.clone().requires_grad_()), y)
            loss.backward()
            run.step(loss)

        _, [step], _ = recorded(model, train)
        self.assertNotIn(None, step["columns"]["grad_in_l2"])
        self.assertEqual(set(step["columns"]["weight_grad_l2"]), {None})

    def test_tiny_gradients_keep_their_digits(self):
        model, (x, y) = net(width=64).float(), batch(4096, torch.float32)

        def train(run, factor):
            model.zero_grad()
            (functional.cross_entropy(model(x), y) * factor).backward()
            run.step(1.0)

        _, [plain], _ = recorded(model, lambda run: train(run, 1.0))
        _, [tiny], _ = recorded(model, lambda run: train(run, 2.0 ** -90))
        for a, b in zip(tiny["columns"]["grad_in_l2"], plain["columns"]["grad_in_l2"]):
            self.assertGreater(a, 0)
            self.assertLess(abs(a * 2.0 ** 90 - b), 1e-5 * b)

    def test_numbers_that_are_not_finite(self):
        model, (x, y) = net(), batch()

        def train(run):
            (functional.cross_entropy(model(x), y) * float("inf")).backward()
            run.step(float("nan"))

        _, [step], _ = recorded(model, train)
        self.assertEqual(step["loss"], "NaN")
        self.assertIn(step["columns"]["grad_in_l2"][0], ("NaN", "Infinity"))

    def test_a_run_whose_loss_is_no_number_says_so_at_its_end(self):
        def ended(spoil, every=1, model=net, after=lambda model: None):
            model, (x, y) = model(), batch()

            def train(run):
                for step in range(6):
                    if step == 3:
                        spoil(model)
                    if step == 5:
                        after(model)
                    model.zero_grad()
                    loss = functional.cross_entropy(model(x), y)
                    loss.backward()
                    run.step(loss)

            *_, end = recorded(model, train, every=every)[2]
            return {key: value for key, value in end.items() if key not in ("type", "lane")}

        def fill(path, value=math.inf):
            return lambda model: model.get_parameter(path).data.fill_(value)

        for path, block in [("stem.weight", "stem"), ("blocks.0.two.weight", "blocks.0"), ("blocks.2.two.bias", "blocks.2"),
                            ("head.weight", None)]:
            self.assertEqual(ended(fill(path)), {"reason": "nonfinite", "step": 3, "block": block})
        self.assertEqual(ended(fill("head.weight"), every=2), {"reason": "nonfinite", "step": 4, "block": None})
        # Where it came about is not known: no step with such a loss was recorded, or no value of the branch.
        self.assertEqual(ended(fill("head.weight"), every=4)["reason"], "nonfinite")
        self.assertEqual(ended(fill("head.weight"), every=9), {"reason": "the last loss is NaN", "step": 6})
        self.assertEqual(ended(fill("head.weight"), model=lambda: net(block=Pair))["reason"], "the loss of step 3 is NaN")
        # It came back.
        self.assertEqual(ended(fill("head.weight"), after=fill("head.weight", 0.5)), {"reason": "done", "step": 6})

    def test_packed_files_marks_and_evaluations(self):
        model, (x, y) = net(), batch()

        def train(run):
            run.mark("lr", before=0.1, after=0.01)
            for step in range(7):
                model.zero_grad()
                loss = functional.cross_entropy(model(x), y)
                loss.backward()
                run.step(loss, accuracy=torch.tensor(0.5), lr=0.01)
            run.eval(loss=0.7, accuracy=0.75)

        header, steps, others = recorded(model, train, "run.headwater.jsonl.gz", every=3)
        self.assertEqual([step["step"] for step in steps], [0, 3, 6])
        self.assertEqual(steps[0]["train_accuracy"], 0.5)
        self.assertEqual(others[0], {"type": "mark", "lane": "a", "step": 0, "what": "lr", "from": 0.1, "to": 0.01})
        self.assertEqual(others[1], {"type": "eval", "lane": "a", "step": 7, "loss": 0.7, "accuracy": 0.75})
        self.assertEqual(others[2], {"type": "end", "lane": "a", "reason": "done", "step": 7})

    def test_nothing_is_hooked_between_recorded_steps(self):
        model, (x, y) = net(), batch()
        with Folder() as folder, headwater.record(model, folder / "run.headwater.jsonl", every=3) as run:
            for step in range(7):
                hooked = any(module._forward_hooks for module in model.modules())
                self.assertEqual(hooked, step % 3 == 0, step)
                functional.cross_entropy(model(x), y).backward()
                run.step(1.0)

    def test_copies_and_files_of_the_model_are_free_of_the_recorder(self):
        model, (x, y) = net(), batch()
        with Folder() as folder, headwater.record(model, folder / "run.headwater.jsonl") as run:
            twin = copy.deepcopy(model)
            file = io.BytesIO()
            torch.save(model, file)
            file.seek(0)
            read_back = torch.load(file, weights_only=False)
            functional.cross_entropy(model(x), y).backward()
            for other in (twin, read_back):
                functional.cross_entropy(other(x), y).backward()
            run.step(1.0)
            run.close()
            self.assertEqual(len(lines(folder / "run.headwater.jsonl")), 3)

    def test_the_graph_is_let_go(self):
        import gc
        import weakref
        model, (x, y) = net(), batch()

        class Token:
            pass

        class Keep(torch.autograd.Function):
            @staticmethod
            def forward(ctx, value):
                ctx.token = Token()
                tokens.append(weakref.ref(ctx.token))
                return value.clone()

            @staticmethod
            def backward(ctx, gradient):
                return gradient

        tokens = []
        model.stem.register_forward_hook(lambda module, given, output: Keep.apply(output))
        with Folder() as folder, headwater.record(model, folder / "run.headwater.jsonl") as run:
            for _ in range(2):
                loss = functional.cross_entropy(model(x), y)
                self.assertIsNotNone(tokens[-1]())
                loss.backward()
                run.step(loss)
                del loss
                gc.collect()
                self.assertIsNone(tokens[-1]())


if __name__ == "__main__":
    unittest.main()
