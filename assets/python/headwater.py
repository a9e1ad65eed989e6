"""Records how gradients flow through the blocks of a PyTorch model while it trains.

    import headwater
    with headwater.record(model, "run.headwater.jsonl") as run:
        for images, labels in loader:
            loss = criterion(model(images), labels)
            loss.backward()
            run.step(loss)              # after backward, before optimizer.zero_grad()
            optimizer.step()
            optimizer.zero_grad()

The file is a Headwater recording: one JSON object a line, which Headwater's page and program open, and of which
`python -m headwater run.headwater.jsonl` makes a page to look at (`show` in a notebook). The recorder changes nothing of the
model, its results or its random streams. This module needs nothing but PyTorch, and also works when copied.

What is measured of a block y = f(h(x) + F(x)) with shortcut h, branch F, and f what comes after the sum (an activation, a
norm, or nothing). E is the loss, g = dE/dz the gradient at the sum z = h(x) + F(x); all norms are L2, over batch and features:

    grad_in_l2          ||dE/dx||, the whole gradient at the block's input
    grad_out_l2         ||dE/dy||
    skip_grad_l2        ||h'(x)^T g||, what comes back to x through the shortcut
    branch_grad_l2      ||F'(x)^T g||, what comes back to x through the branch
    skip_branch_cosine  the cosine between these two parts
    weight_grad_l2      the norm of dE/dw over all parameters of the block
    branch_ratio        ||F(x)|| / ||h(x)||
    branch_rms          ||F(x)|| / sqrt(number of elements)

A block without a shortcut, such as VGG's, is all branch: F(x) is what it puts out.

How: forward hooks see each block's input and output. Between these two the autograd graph shows the block's inside: a join
is an addition from which two ways lead down to the input. The nodes that read the input are asked what they give back to it,
each for itself. So no part is a difference of two large gradients, and whoever else reads the input is not counted. What the
graph does not show is null in the file, never guessed.

Tried with torch 2.15.
"""

import argparse
import atexit
import base64
import contextlib
import datetime
import gzip
import html
import itertools
import json
import math
import os
import re
import sys
import time
import warnings
import weakref
import zlib

import torch
from torch import nn
from torch.autograd.graph import get_gradient_edge

__version__ = "0.1.0"
__all__ = ["record", "show", "Recorder", "Misuse"]

QUANTITIES = ["grad_in_l2", "grad_out_l2", "weight_grad_l2", "branch_grad_l2", "skip_grad_l2", "skip_branch_cosine",
              "branch_ratio", "branch_rms"]
MARKS = ["skip", "fade", "lr", "momentum", "batch", "resume"]


class Misuse(ValueError):
    """The recorder was used in a way that gives no sound recording; the message says how to use it."""


def record(model, path, blocks=None, every=1, begins=0):
    """Begins a recording of `model` in the file `path` (*.headwater.jsonl, or *.headwater.jsonl.gz, compressed).

    `blocks` is a list of names of modules, as `model.named_modules()` gives them, in the order in which the signal passes them;
    without it the blocks are found. One step in `every` is measured; the others cost nothing. `begins` is the number of the
    first step, for a run that goes on. Returns a `Recorder`, to be used in a `with` statement or closed with `close()`.
    """
    return Recorder(model, path, blocks, every, begins)


class Recorder:
    """A recording that is being made. Under several processes every one of them has its own, and the first writes the file."""

    def __init__(self, model, path, blocks=None, every=1, begins=0):
        if not isinstance(model, nn.Module):
            raise Misuse(f"headwater.record takes a torch.nn.Module, not {_kind_of(model)}")
        for name, value, least in [("every", every, 1), ("begins", begins, 0)]:
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise Misuse(f"{name}={value!r}: it is a whole number from {least}")
        self.model, self.wrapper = _bare(model), model  # the wrapper says which processes train together
        for name, module in self.model.named_modules():
            if getattr(module, "_compiled_call_impl", None) is not None or hasattr(module, "_orig_mod"):
                raise Misuse(f"torch.compile hides what is inside {name or 'the model'}: record a model that is not compiled")
        self.every, self.begins, self.number = every, begins, begins
        self.units, self.chosen = _units(self.model, blocks), blocks is not None
        self.plan = None  # the rows of the recording, known after the first recorded step
        self.closed = False
        self.last, self.lost = 0.0, None  # the last loss; since when it is not finite: what the recording's end then says
        self._forget()
        self._handles = []
        self.ranks, self.rank = _processes()
        self.group, self.others = None, 0  # the processes that train together, if not all; how many train apart
        self.file = _File(path) if self.rank == 0 else None
        self._waiting = []
        self._at_exit = _Ending(self)
        if self._due():
            self._hook()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close("done" if kind is None else "interrupted")
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            _point_at_user(trace)

    def step(self, loss, accuracy=None, lr=None, scaler=None):
        """Tells that a step was made: call it after `backward` and before the gradients are set to zero.

        `loss` is the batch's loss (a number, or a tensor with one element), `accuracy` between 0 and 1 and `lr` are written down
        if given. `scaler` is the `GradScaler` of mixed precision: all gradients are divided by its factor. Where gradients are
        accumulated over several forward and backward passes, it is called once, after the last.
        """
        loss, accuracy, lr = _number("loss", loss), _number("accuracy", accuracy), _number("lr", lr)
        if self._due() or isinstance(accuracy, float):  # a tensor is not read where nothing is recorded
            accuracy = _share(accuracy)
        if loss is None:
            raise Misuse("run.step(loss) takes the loss of the batch: a number, or a tensor with one element")
        if scaler is not None and not hasattr(scaler, "get_scale"):
            raise Misuse(f"scaler={_kind_of(scaler)}: it is a torch.amp.GradScaler")
        if self.closed:
            raise Misuse("run.step was called after the recording was closed")
        self.last = loss
        if self.plan is None and self.ranks > 1 and self.forwards:
            self._find_group()
        if self._due():
            try:
                self._record(float(loss), accuracy, lr, scaler)
            finally:
                self._forget()
        self.number += 1
        if self._due():
            self._hook()
        else:
            self._unhook()

    def eval(self, loss, accuracy, step=None):
        """Writes down loss and accuracy on held-out data; `step` is the number of updates made, if it is not the present one."""
        loss, accuracy = _number("loss", loss), _share(_number("accuracy", accuracy))
        if loss is None or accuracy is None:
            raise Misuse("run.eval(loss, accuracy) takes two numbers")
        step = self._step_number(step)
        self._write({"type": "eval", "lane": "a", "step": step, "loss": _json(float(loss)), "accuracy": _json(float(accuracy))})

    def mark(self, what, before=None, after=None, block=None, step=None):
        """Writes down a change that takes effect with the next step, such as `run.mark("lr", before=0.1, after=0.01)`."""
        if what not in MARKS:
            raise Misuse(f"a mark {what!r}: it is one of {', '.join(MARKS)}")
        line = {"type": "mark", "lane": "a", "step": self._step_number(step), "what": what}
        if block is not None:
            line["block"] = str(block)
        for name, value in [("from", _number("before", before)), ("to", _number("after", after))]:
            if value is not None:
                line[name] = _json(float(value))
        self._write(line)

    def close(self, reason="done"):
        """Ends the recording and takes all hooks off the model. Also done by the `with` statement."""
        if self.closed:
            return
        self._unhook()
        self._forget()
        if self.plan is None:
            if self.file is not None and reason == "done":
                warnings.warn(f"{self.file.path}: no step was recorded", stacklevel=3)
        else:
            self._write({"type": "end", "lane": "a", **self._ending(reason)})
        self.closed = True
        atexit.unregister(self._at_exit)
        if self.file is not None:
            self.file.close()

    def _ending(self, reason):
        """A run whose last loss is not finite ended with the first such loss that was recorded."""
        last = float(self.last)
        if math.isfinite(last):
            return {"reason": reason, "step": self.number}
        return self.lost or {"reason": f"the last loss is {_json(last)}", "step": self.number}

    def _due(self):
        is_silent = self.others and self.ranks == 1 and self.file is None
        return not is_silent and (self.number - self.begins) % self.every == 0

    def _step_number(self, step):
        if step is None:
            return self.number
        if isinstance(step, bool) or not isinstance(step, int) or step < 0:
            raise Misuse(f"step={step!r}: it is a whole number from 0")
        return step

    # --- what the hooks do ---

    def _hook(self):
        """Sets the hooks: on every module at first, later on the blocks and on the modules whose values are wanted."""
        if self._handles:
            return
        learning = self.plan is None
        starts, ends = {}, {}
        for unit in self.units:
            starts.setdefault(unit.first, []).append(unit)
            ends.setdefault(unit.last, []).append(unit)
        for name, module in self.model.named_modules():
            role = _Role(_clean(name), starts.get(module, []), ends.get(module, []), learning or _clean(name) in self.wanted_in,
                         learning or _clean(name) in self.wanted_out)
            if role.starts or role.note_in or module is self.model:
                self._handles.append(module.register_forward_pre_hook(_Hook(self._enter, role), with_kwargs=True))
            if role.ends or role.note_out or module is self.model:
                self._handles.append(module.register_forward_hook(_Hook(self._leave, role)))

    def _unhook(self):
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def _forget(self):
        """Lets go of all that was seen since the last step, and so of the autograd graph."""
        self.calls, self.forwards, self.half, self.called, self.ids = [], 0, False, {}, {}
        self._forget_graph()
        for unit in self.units:
            unit.eager, unit.forward, unit.repeated, unit.outer = False, None, False, []

    def _forget_graph(self):
        self.taps, self.values = {}, {}
        for unit in self.units:
            unit.is_entered, unit.edges, unit.stops, unit.taps_in = False, [], set(), []

    def _enter(self, role, module, args, kwargs):
        if self.plan is None:
            self.called.setdefault(role.name, len(self.called))
        if not torch.is_grad_enabled():
            for unit in role.starts:  # a reentrant checkpoint: its tensors lead on here, and in backward no more
                outer = [self._tap_tensor(tensor) for tensor in _tensors(_first(args, kwargs)) if _has_gradient(tensor)]
                unit.outer += [outer] if outer else []
            return
        inside_backward = _inside_backward()
        if module is self.model and not inside_backward:
            self.forwards += 1
            if self.ranks > 1:
                self.wrapper = nn.parallel.DistributedDataParallel._active_ddp_module or self.wrapper
        tensors = None
        for unit in role.starts:
            if inside_backward and unit.eager:
                continue  # a checkpoint computes again what was seen already
            tensors = tensors or _tensors((args, kwargs))
            first = _first(args, kwargs)
            given = _tensors(first)
            inputs = [tensor for tensor in given if _has_gradient(tensor)]
            unit.shape = given[0].shape if given else None
            if inside_backward and any(tensor.is_leaf for tensor in inputs):
                unit.taps_in = unit.outer.pop(0) if unit.outer else []
            else:
                unit.taps_in = [self._tap_tensor(tensor) for tensor in inputs]
            unit.edges = [_edge(tensor) for tensor in inputs]
            unit.reads_many = isinstance(first, (tuple, list))
            unit.stops = {_edge(tensor) for tensor in tensors if tensor.requires_grad}
            unit.is_entered = True
        if role.note_in:
            for tensor in [tensor for tensor in _tensors((args, kwargs)) if _has_gradient(tensor)][:1]:
                self._note(tensor, (role.name, "in"), is_own=bool(role.starts))

    def _leave(self, role, module, args, output):
        if not torch.is_grad_enabled():
            return
        inside_backward = _inside_backward()
        tensors = _tensors(output)
        if self.plan is None:  # sharded models have other parameters within a forward pass
            for name, parameter in module._parameters.items():
                if parameter is not None:
                    self.ids.setdefault(id(parameter), (_clean(f"{role.name}.{name}" if role.name else name), parameter))
        if role.note_out and tensors:
            self._note(tensors[0], (role.name, "out"))
        for unit in role.ends:
            if not unit.is_entered or not tensors:
                continue
            if not inside_backward:
                unit.repeated |= self.forwards > 0 and unit.forward == self.forwards
                unit.forward, unit.eager = self.forwards, tensors[0].requires_grad
            self.calls.append(_Call(self, unit, tensors[0]))
            unit.is_entered = False
        if module is self.model and not inside_backward:
            kind = tensors[0].device.type if tensors else "cpu"
            self.half |= torch.is_autocast_enabled(kind) and torch.get_autocast_dtype(kind) == torch.float16
            self._forget_graph()

    def _note(self, tensor, place, is_own=False):
        """Keeps the sum of squares of a tensor that may be a branch's or a shortcut's value; `place` is where it is seen again.

        A block's own input is the best place: other modules, such as an activation, may be called often.
        """
        if _has_gradient(tensor):
            edge = _edge(tensor)
            square, count, known = self.values.get(edge) or (_square(tensor), tensor.numel(), place)
            self.values[edge] = square, count, place if is_own else known

    def _tap_tensor(self, tensor):
        edge = _edge(tensor)
        if edge not in self.taps and tensor.grad_fn is None:
            self.taps[edge] = tap = _Tap()
            tensor.register_hook(tap.see)
        return self._tap(edge)

    def _tap(self, edge):
        """The one measurement of the gradient that arrives at an edge of the graph."""
        tap = self.taps.get(edge)
        if tap is None:
            self.taps[edge] = tap = _Tap()
            node, number = edge
            node.register_prehook(lambda gradients, tap=tap, number=number: tap.see(gradients[number]))
        return tap

    # --- what a recorded step writes ---

    def _record(self, loss, accuracy, lr, scaler):
        calls = [call for call in self.calls if call.times() > 0]
        if not any(parameter.grad is not None for parameter in self.model.parameters()):
            self._complain_of_no_gradient()
        if any(call.times() > 1 for call in calls):
            raise Misuse("backward ran twice through one forward pass, so its gradients cannot be told apart: add the losses "
                         "and call backward once")
        if not calls and (not self.calls or any(call.rows for call in self.calls)):
            self._complain_of_no_gradient()
        if self.plan is None:
            self._learn()
        scale = float(scaler.get_scale()) if scaler is not None and scaler.is_enabled() else 1.0
        weight_scale = 1.0 if _is_unscaled(scaler) else scale
        rows, weights = self._read(calls)
        rows, weights, loss, accuracy = self._join(rows, weights, loss, accuracy)
        self.last = loss
        if math.isfinite(loss):
            self.lost = None
        elif self.lost is None:
            self.lost = _lost(self.plan, rows, loss, self.number)
        self._write(self._line(rows, weights, loss, accuracy, lr, scale, weight_scale))

    def _find_group(self):
        """Joins with the processes that DistributedDataParallel or FSDP joins this one with, and with no others."""
        world = self.ranks
        if isinstance(self.wrapper, nn.parallel.DistributedDataParallel):
            self.group = self.wrapper.process_group
            self.ranks, self.rank = torch.distributed.get_world_size(self.group), torch.distributed.get_rank(self.group)
        elif not _is_fsdp(self.model):
            self.ranks = 1
        self.others = world - self.ranks
        if any(hasattr(parameter, "to_local") for parameter in self.model.parameters()) and not _is_fsdp(self.model):
            raise Misuse("the model's parameters are shared out over processes by something else than fully_shard: what one "
                         "process sees of its gradients cannot be joined")

    def _complain_of_no_gradient(self):
        if self.chosen and self.forwards and self.plan is None and not any(unit.name in self.called for unit in self.units):
            names = ", ".join(unit.name for unit in self.units)
            raise Misuse(f"blocks: the forward pass calls none of {names}: name modules that it calls")
        if self.forwards == 0 and not self.calls:
            raise Misuse("run.step(loss) comes after a forward pass through the recorded model in training, with gradients, and "
                         "loss.backward(); no forward pass was seen")
        raise Misuse("run.step(loss) comes after loss.backward() and before optimizer.zero_grad(): no gradient is there")

    def _learn(self):
        """Decides which blocks the recording has, from the first recorded step, and writes the header."""
        plan = _Plan(self.model, self.units, self.calls, self.called, self.ids, self.chosen) if self.rank == 0 or self.ranks == 1 else None
        told = [plan.told() if plan is not None else None]
        if self.ranks > 1:
            torch.distributed.broadcast_object_list(told, group=self.group, group_src=0)
        if isinstance(told[0], str):
            raise Misuse(told[0])
        self.plan = told[0]
        kept = {row["unit"] for row in self.plan}
        self.units = [unit for unit in self.units if unit.name in kept]
        self.wanted_in = {row[key][0] for row in self.plan for key in ("f", "s") if row[key] and row[key][1] == "in"}
        self.wanted_out = {row[key][0] for row in self.plan for key in ("f", "s") if row[key] and row[key][1] == "out"}
        self._unhook()
        self.parameters = {_clean(name): parameter for name, parameter in self.model.named_parameters()}
        self.names = sorted({name for row in self.plan for name in row["parameters"]} | set(self.plan[0]["stem"] + self.plan[0]["head"]))
        if self.file is not None:
            self._header(plan)

    def _header(self, plan):
        notes = list(plan.notes)
        if self.half:
            notes.append("the forward pass ran in float16: without scaler= in run.step, gradients are scaled by whatever "
                         "scaled the loss")
        if self.ranks > 1:
            notes.append(f"{self.ranks} processes: gradients are those of the mean loss of the joined batch")
        if self.others:
            notes.append(f"{self.others} other processes are not joined with these by DistributedDataParallel or FSDP: nothing of "
                         "them is in this file")
        keys = ("name", "kind", "stage", "shortcut", "module")
        line = {"type": "header", "schema": 1, "producer": f"headwater.py {__version__}, torch {torch.__version__.split('+')[0]}",
                "created": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "lane": "a", "spec": None,
                "model": _class_of(self.model), "blocks": [{key: row[key] for key in keys if row[key] is not None} for row in self.plan],
                "quantities": QUANTITIES, "notes": notes}
        if self.begins:
            line["begins"] = self.begins
        waiting, self._waiting = self._waiting, None
        for line in [line, *waiting]:
            self._write(line)

    def _read(self, calls):
        """The sums of this process: of each row a dict of those that there are, and the squared weight gradients by name."""
        places, tensors = [], []
        by_unit = {}
        for call in calls:
            by_unit.setdefault(call.unit.name, []).append(call)
        rows = [{} for _ in self.plan]
        for index, row in enumerate(self.plan):
            for call in by_unit.get(row["unit"], []):
                if call.unit.repeated or len(call.rows) != row["rows"]:
                    continue
                for key, value in call.rows[row["row"]].sums().items():
                    places.append((rows[index], key))
                    tensors.append(value)
        weights = {name: getattr(self.parameters.get(name), "grad", None) for name in self.names}
        weights = {name: gradient for name, gradient in weights.items() if gradient is not None}
        places += [(weights, name) for name in weights]
        tensors += _squares(list(weights.values()))
        weights.clear()
        for (into, key), value in zip(places, _to_host(tensors)):
            into[key] = into.get(key, 0.0) + value
        return rows, weights

    def _join(self, rows, weights, loss, accuracy):
        """Over several processes: the sums of all. The gradients of R mean losses are R times those of the joined mean."""
        if self.ranks == 1:
            return rows, weights, loss, accuracy
        sharded, names = _is_sharded(self.model), self.names
        flat = [loss, 0.0 if accuracy is None else accuracy]
        for row in rows:
            flat += [row.get(key, 0.0) for key in SUMS] + [float(key in row) for key in SUMS]
        flat += [weights.get(name, 0.0) for name in names] + [float(name in weights) for name in names] if sharded else []
        backend = torch.distributed.get_backend(self.group)
        device = "cpu" if "gloo" in backend else next(self.model.parameters()).device
        tensor = torch.tensor(flat, dtype=_wide(torch.device(device)), device=device)
        torch.distributed.all_reduce(tensor, group=self.group)
        flat = tensor.tolist()
        values, joined = iter(flat[2:]), []
        for _ in rows:
            sums, seen = [next(values) for _ in SUMS], [next(values) for _ in SUMS]
            divided = {key: value / self.ranks ** 2 if key in GRADIENT_SUMS else value for key, value in zip(SUMS, sums)}
            joined.append({key: divided[key] for key, there in zip(SUMS, seen) if there})
        if sharded:
            sums, seen = [next(values) for _ in names], [next(values) for _ in names]
            weights = {name: value for name, value, there in zip(names, sums, seen) if there}
        return joined, weights, flat[0] / self.ranks, None if accuracy is None else flat[1] / self.ranks

    def _line(self, rows, weights, loss, accuracy, lr, scale, weight_scale):
        def weight_norm(names):
            there = [weights[name] for name in names if name in weights]
            return math.sqrt(sum(there)) / weight_scale if there else None

        columns = {quantity: [] for quantity in QUANTITIES}
        for sums, row in zip(rows, self.plan):
            values = _quantities(sums, scale)
            values["weight_grad_l2"] = weight_norm(row["parameters"])
            for quantity in QUANTITIES:
                columns[quantity].append(_json(values[quantity]))
        first = self.plan[0]
        line = {"type": "step", "lane": "a", "step": self.number, "loss": _json(loss)}
        if accuracy is not None:
            line["train_accuracy"] = _json(float(accuracy))
        if lr is not None:
            line["lr"] = _json(float(lr))
        line["columns"] = columns
        line["ends"] = {"stem": {"grad_out_l2": columns["grad_in_l2"][0], "weight_grad_l2": _json(weight_norm(first["stem"]))},
                        "head": {"grad_in_l2": columns["grad_out_l2"][-1], "weight_grad_l2": _json(weight_norm(first["head"]))}}
        return line

    def _write(self, line):
        if self.file is None:
            return
        if self._waiting is not None and line["type"] != "header":
            self._waiting.append(line)
        else:
            self.file.write(line)


# --- numbers ---

SUMS = ["in", "out", "skip", "branch", "dot", "f", "s", "numel"]
GRADIENT_SUMS = {"in", "out", "skip", "branch", "dot"}


def _quantities(sums, scale):
    """The quantities of one block from its sums of squares; those that cannot be made of them are None."""
    def norm(key, divisor=scale):
        return math.sqrt(sums[key]) / divisor if key in sums and not math.isnan(sums[key]) else sums.get(key)

    skip, branch = norm("skip"), norm("branch")
    cosine = ratio = rms = None
    if skip and branch and "dot" in sums:
        cosine = sums["dot"] / scale / scale / skip / branch
    if "f" in sums:
        rms = norm("f", 1.0) / math.sqrt(sums["numel"])
        if sums.get("s"):
            ratio = norm("f", 1.0) / norm("s", 1.0)
    return {"grad_in_l2": norm("in"), "grad_out_l2": norm("out"), "branch_grad_l2": branch, "skip_grad_l2": skip,
            "skip_branch_cosine": cosine, "branch_ratio": ratio, "branch_rms": rms}


def _lost(plan, rows, loss, step):
    """How a recording ends whose loss is not finite from this step on, with the place where that came about if it is known."""
    before = "stem"
    for row, sums in zip(plan, rows):
        branch, shortcut = sums.get("f"), sums.get("s")
        if row["shortcut"] == "identity" and shortcut is not None and not math.isfinite(shortcut):
            return {"reason": "nonfinite", "step": step, "block": before}
        if branch is None:
            break
        if not math.isfinite(branch):
            if row is plan[0] and row["stem"] and not math.isfinite(math.nan if shortcut is None else shortcut):
                break  # what the block got may have been so already
            return {"reason": "nonfinite", "step": step, "block": row["name"]}
        before = row["name"]
    else:
        return {"reason": "nonfinite", "step": step, "block": None}
    return {"reason": f"the loss of step {step} is {_json(loss)}", "step": step}


def _wide(device):
    """The widest number type that a device computes in."""
    return torch.float32 if device.type == "mps" else torch.float64


ROW = 2048  # so few float32 squares are summed before float64 takes over that rounding stays below 1e-6, and mostly below 1e-8


def _is_fast(tensor):
    """Whether it is summed by rows in float32: on the processor, where float64 takes several times as long."""
    return tensor.dtype == torch.float32 and tensor.is_cpu and not tensor.is_sparse and tensor.numel() >= 4 * ROW


def _by_rows(reduce, *tensors):
    """What `reduce` makes of each ROW of the numbers as they lie in memory, and of the rest: Python's numbers, which are float64."""
    if not tensors[0].is_contiguous():
        order = sorted(range(tensors[0].dim()), key=tensors[0].stride, reverse=True)
        tensors = [tensor.permute(order) for tensor in tensors]
    count = tensors[0].numel()
    if count % ROW == 0:
        return reduce(*(tensor.reshape(-1, ROW) for tensor in tensors)).tolist()
    flat, whole = [tensor.reshape(-1) for tensor in tensors], count // ROW * ROW
    parts = [one[:whole].view(-1, ROW) for one in flat], [one[None, whole:] for one in flat]
    return [number for part in parts for number in reduce(*part).tolist()]


def _square(tensor):
    """The sum of squares, accumulated in float64 (where the device has it): a number, or a tensor without dimensions."""
    tensor = _local(tensor.detach() if tensor.requires_grad else tensor)
    if _is_fast(tensor):
        total = math.hypot(*_by_rows(lambda rows: torch.linalg.vector_norm(rows, dim=-1), tensor)) ** 2
        if 1e-24 < total < 1e34:  # else single squares may have left the range of float32
            return total
    if tensor.is_sparse:
        tensor = tensor.coalesce().values()
    wide = _wide(tensor.device)
    if wide == torch.float64 or tensor.dtype == wide:
        return torch.linalg.vector_norm(tensor, dtype=wide).square()
    return tensor.to(wide).square().sum()


def _squares(tensors):
    """`_square` of each of many tensors: of small ones, which are most parameters, all together."""
    squares, small = [], {}
    for index, tensor in enumerate(tensors):
        if _is_fast(tensor) or hasattr(tensor, "to_local") or tensor.is_sparse or _wide(tensor.device) != torch.float64:
            squares.append(_square(tensor))
        else:
            squares.append(None)
            small.setdefault(tensor.device, []).append(index)
    for indices in small.values():
        norms = torch._foreach_norm([tensors[index] for index in indices], 2, torch.float64)
        for index, square in zip(indices, torch.stack(norms).square().unbind()):
            squares[index] = square
    return squares


def _product(a, b):
    """The inner product of two tensors, accumulated like `_square`."""
    if _is_fast(a) and _is_fast(b):
        total = math.fsum(_by_rows(lambda one, two: (one * two).sum(dim=-1), a, b))
        if 1e-24 < abs(total) < 1e34:
            return total
    wide = _wide(a.device)
    return (a.to(wide) * b.to(wide)).sum()


def _local(tensor):
    """This process's shard of a distributed tensor; of one that others hold too, its share of the sum of squares."""
    if not hasattr(tensor, "to_local"):
        return tensor
    copies = math.prod(size for size, place in zip(tensor.device_mesh.shape, tensor.placements) if place.is_replicate())
    local = tensor.to_local()
    return local / math.sqrt(copies) if copies > 1 else local


def _to_host(tensors):
    """The numbers in tensors without dimensions: one transfer a device."""
    numbers, by_device = [0.0] * len(tensors), {}
    for index, tensor in enumerate(tensors):
        if isinstance(tensor, torch.Tensor):
            by_device.setdefault(tensor.device, []).append(index)
        else:
            numbers[index] = float(tensor)
    for indices in by_device.values():
        for index, number in zip(indices, torch.stack([tensors[index].double() if tensors[index].device.type != "mps"
                                                       else tensors[index] for index in indices]).tolist()):
            numbers[index] = number
    return numbers


# --- what is measured of one call of a block ---


class _Tap:
    """The gradient at one edge of the graph: its sum of squares, and how often one arrived."""

    def __init__(self):
        self.square, self.times = None, 0

    def see(self, gradient):
        if gradient is not None:
            self.times += 1
            self.square = _square(gradient)


class _Parts:
    """What comes back to a block's input through shortcut and branch, each the sum of what single nodes give back."""

    def __init__(self, skip, branch):
        self.sums, self.parts = {}, {"skip": [], "branch": []}
        self.open = {"skip": len(skip), "branch": len(branch)}
        for part, readers in [("skip", skip), ("branch", branch)]:
            for node, index in readers:
                node.register_hook(lambda given, arrived, part=part, index=index, self=self: self.see(part, given[index]))

    def see(self, part, gradient):
        self.open[part] -= 1
        if gradient is not None:
            self.parts[part].append(gradient)
        if any(self.open.values()):
            return
        whole = {part: sum(given[1:], given[0]) for part, given in self.parts.items() if given}
        self.parts = {"skip": [], "branch": []}
        self.sums = {part: _square(tensor) for part, tensor in whole.items()}
        if len(whole) == 2:
            self.sums["dot"] = _product(whole["skip"], whole["branch"])


class _Row:
    """One row of the recording, as one call of its block shows it."""

    def __init__(self, span, taps_in, tap_out, value, shortcut):
        self.span, self.taps_in, self.tap_out, self.value, self.shortcut = span, taps_in, tap_out, value, shortcut
        self.parts = _Parts(span.skip, span.branch) if span.branch else None
        span.skip = span.branch = None  # nodes; they are not needed any more

    def sums(self):
        sums = {}
        if self.taps_in and all(tap.times for tap in self.taps_in):
            sums["in"] = sum(tap.square for tap in self.taps_in)
        if self.tap_out.times:
            sums["out"] = self.tap_out.square
        if self.parts is not None:
            sums.update(self.parts.sums)
        if self.value is not None:
            sums["f"], sums["numel"] = self.value[:2]
            if self.shortcut is not None:
                sums["s"] = self.shortcut[0]
        return sums


class _Call:
    """One call of a unit in a forward pass: its rows, from the input on."""

    def __init__(self, recorder, unit, output):
        self.unit, self.rows, self.reads_many = unit, [], unit.reads_many
        self.keeps_shape = unit.shape == output.shape
        self.is_blind = not unit.edges and not unit.is_chained and not unit.is_whole  # nothing leads down to the input
        if not output.requires_grad:
            return
        top = _edge(output)
        spans = _spans(top, unit.edges, unit.stops, unit.is_whole, unit.reads_many)
        if not spans:
            return
        tap_out = recorder._tap_tensor(output) if not unit.is_whole else recorder._tap(spans[0].top)
        values = recorder.values
        for span in spans:
            is_last = span is spans[-1] and not unit.is_whole
            taps_in = unit.taps_in if is_last else [recorder._tap(span.bottom)]
            if (span.branch or unit.is_chained) and not span.join:
                value = (_square(output), output.numel())  # without a shortcut the branch is the whole block
            else:
                value = values.get(span.value)
            shortcut = next((values[edge] for edge in span.shortcut_values if edge in values), None)
            self.rows.insert(0, _Row(span, taps_in, tap_out, value, shortcut))
            tap_out = taps_in[0] if taps_in else None
            span.top = span.bottom = span.neck = None
            span.value_known, span.shortcut_known = value is not None, shortcut is not None
            span.value = value[2] if value and span.join else None
            span.shortcut_values = shortcut[2] if shortcut else None

    def times(self):
        """How often backward has come through this call."""
        return max((row.tap_out.times for row in self.rows), default=0)


# --- what the autograd graph shows between a block's output and its input ---


class _Span:
    """A stretch of the graph with one join, or with none: a row of the recording."""

    def __init__(self, top):
        self.top, self.bottom, self.neck = top, None, None  # edges; the neck is the addition
        self.join = None  # "identity" or "projection"
        self.unclear = False  # there is an addition of several ways, but not one shortcut and one branch
        self.skip, self.branch = [], []  # (node, index): the nodes that read the bottom, and where
        self.value, self.shortcut_values = None, []  # edges of F(x), and of h(x)
        self.nodes = []
        self.variables = []  # parameters
        self.branch_nodes = None

    def settle(self):
        """Keeps of the nodes what a plan needs: names and sizes, no graph."""
        nodes = self.nodes if self.branch_nodes is None else self.branch_nodes
        self.operations = [node.name() for node in nodes]
        self.kernels = []
        for node in nodes:
            if "Convolution" in node.name():
                weights = [_variable(child) for child, _ in node.next_functions] + [getattr(node, "_saved_weight", None)]  # frozen
                sizes = [weight.shape[2] for weight in weights if weight is not None and weight.dim() > 2]
                self.kernels.append(sizes[0] if sizes else 0)
        self.nodes = self.branch_nodes = None


# Nodes that only move or copy numbers: through them a shortcut is still the identity.
MOVES = {"AliasBackward0", "ViewBackward0", "UnsafeViewBackward0", "ReshapeAliasBackward0", "CloneBackward0", "ToCopyBackward0",
         "PermuteBackward0", "TransposeBackward0", "SqueezeBackward1", "UnsqueezeBackward0"}
MOST_NODES = 50_000


def _spans(top, inputs, stops, is_whole=False, reads_many=False):
    """The spans between an output's edge `top` and the edges of the `inputs`, from the top on; at least one.

    All ways down from a neck meet again at the next neck. Where a neck is an addition, and one way leads from it straight to
    the next neck (or one of two ways is the shorter), that is a join: y = h(x) + F(x).
    """
    reads = _topological(top, stops)
    order = list(reads)
    only = inputs[0] if len(inputs) == 1 and not reads_many else None
    reaching, wanted = set(), set(inputs)
    for node in reversed(order):
        if any(edge in wanted or edge[0] in reaching for edge in reads[node]):
            reaching.add(node)
    if is_whole and only is None:
        reaching = set(order)
    spans, span, neck, between = [], _Span(top), None, []
    spans.append(span)
    owner, waiting = {}, {top[0]}
    for node in order:
        if node in reaching and waiting == {node}:
            if neck is not None and _is_join(span, neck, _edges_to(node, between, reads), between, reaching, reads):
                span.bottom = next(iter(_edges_to(node, between, reads)))
                span = _Span(span.bottom)
                spans.append(span)
            neck, between = node, []
            if is_whole and len(spans) == 1:
                span.nodes, span.variables = [], []  # what comes after the last join
        owner.setdefault(node, span)
        span_of = owner[node] if node not in reaching else span
        span_of.nodes.append(node)
        if node in reaching:
            between.append(node)
            waiting.discard(node)
        for edge in reads[node]:
            child = edge[0]
            if child is None:
                continue
            if _is_leaf(child):
                if edge not in stops:
                    span_of.variables.append(child.variable)
            elif child in reaching and edge not in stops:
                waiting.add(child)
            else:
                owner.setdefault(child, span_of)
            if edge in wanted:
                waiting.add(edge)
    if neck is not None and only is not None:
        _is_join(span, neck, {only}, between, reaching, reads)
    span.bottom = only
    rest = spans[-1]
    if is_whole and rest.join is None:
        spans.pop()  # what comes before the first join
    elif len(spans) > 1 and rest.join is None and not rest.unclear:
        spans.pop()
        below = spans[-1]
        below.bottom = only
        below.nodes += rest.nodes
        below.variables += rest.variables
        if any(node.name() not in MOVES for node in rest.nodes if node in reaching):
            # Layers before the fork: what comes back through them is not told apart.
            below.unclear, below.skip, below.branch = True, [], []
    if is_whole and spans:
        spans[0].top = spans[0].neck
    for span in spans:
        if span.join is None and not span.unclear and only is not None and len(spans) == 1:
            span.branch = [(node, index) for node in order for index, edge in enumerate(reads[node]) if edge == only]
        span.settle()
    return spans


def _topological(top, stops):
    """All nodes from `top` down to the edges `stops`, each before those that it reads, with the edges that it reads.

    Empty if there are too many.
    """
    if top in stops:
        return {}
    reads = {top[0]: top[0].next_functions}  # asked once: it is made anew each time
    order, stack = [], [(top[0], iter(reads[top[0]]))]
    while stack:
        node, children = stack[-1]
        for edge in children:
            child = edge[0]
            if child is not None and child not in reads and edge not in stops and not _is_leaf(child):
                reads[child] = child.next_functions
                stack.append((child, iter(reads[child])))
                break
        else:
            order.append(node)
            stack.pop()
        if len(reads) > MOST_NODES:
            return {}
    return {node: reads[node] for node in reversed(order)}


def _is_leaf(node):
    return type(node).__name__ == "AccumulateGrad"


def _variable(node):
    """The parameter that a node reads, if there is nothing but moves between."""
    while node is not None and node.name() in MOVES:
        node = node.next_functions[0][0]
    return node.variable if node is not None and _is_leaf(node) else None


def _edges_to(node, nodes, reads):
    return {edge for parent in nodes for edge in reads[parent] if edge[0] is node}


def _is_join(span, neck, bottoms, between, reaching, reads):
    """Whether the addition `neck` joins a shortcut and a branch that both begin at the one edge in `bottoms`; notes it."""
    if neck.name() != "AddBackward0" or len(bottoms) != 1 or span.join is not None:
        return False
    bottom = next(iter(bottoms))
    readers = {}
    for node in between:
        for edge in reads[node]:
            readers[edge[0]] = readers.get(edge[0], 0) + 1
    terms, adds, plain = [], [neck], True
    while adds:
        add = adds.pop()
        plain &= getattr(add, "_saved_alpha", 1) == 1
        for index, edge in enumerate(reads[add]):
            child = edge[0]
            if edge == bottom:
                terms.append((add, index, edge))
            elif child is None or (child not in reaching and child is not bottom[0]):
                plain = False  # a constant or a parameter is added too
            elif child.name() == "AddBackward0" and readers.get(child) == 1 and child is not bottom[0]:
                adds.append(child)
            else:
                terms.append((add, index, edge))
    if len(terms) < 2:
        return False
    ways = [_way(term[2], bottom, reaching, reads) for term in terms]
    direct = [index for index, way in enumerate(ways) if all(node.name() in MOVES for node in way)]
    if len(direct) == 1:
        skip = direct[0]
    elif not direct and len(terms) == 2 and len(ways[0]) != len(ways[1]):
        skip = 0 if len(ways[0]) < len(ways[1]) else 1
    else:
        span.unclear = True
        return False
    others = set().union(*(way for index, way in enumerate(ways) if index != skip))
    if ways[skip] & others:
        span.unclear = True
        return False

    def readers_of(index):
        add, place, edge = terms[index]
        own = [(add, place)] if edge == bottom else []
        return own + [(node, at) for node in ways[index] for at, edge in enumerate(reads[node]) if edge == bottom]

    span.join = "identity" if direct else "projection"
    span.neck = (neck, 0)
    span.skip = readers_of(skip)
    span.branch = list(dict.fromkeys(one for index in range(len(terms)) if index != skip for one in readers_of(index)))
    span.branch_nodes = list(others)
    if plain:
        span.value = terms[1 - skip][2] if len(terms) == 2 else None
        span.shortcut_values = [terms[skip][2]] + ([bottom] if direct else [])
    return True


def _way(edge, bottom, reaching, reads):
    """The nodes on all ways from an edge down to `bottom`."""
    if edge == bottom:
        return set()
    seen, stack = {edge[0]}, [edge[0]]
    while stack:
        for child in reads[stack.pop()]:
            if child != bottom and child[0] in reaching and child[0] not in seen:
                seen.add(child[0])
                stack.append(child[0])
    return seen


def _edge(tensor):
    edge = get_gradient_edge(tensor)
    return edge.node, edge.output_nr


def _inside_backward():
    """Whether this is called from within backward, as checkpoints do when they compute a forward pass again."""
    return torch._C._current_graph_task_id() != -1


# --- which modules are blocks ---


class _Unit:
    """What may be a block: the modules from `first` to `last`, one or several in a row."""

    def __init__(self, name, modules, is_item=False, is_whole=False, is_chained=False):
        self.name, self.modules, self.is_item, self.is_whole, self.is_chained = name, modules, is_item, is_whole, is_chained
        self.first, self.last = modules[0], modules[-1]
        self.is_entered, self.edges, self.stops, self.taps_in = False, [], set(), []

    def parameters(self, names):
        """The full names of its parameters."""
        found = []
        for module in self.modules:
            prefix = names[module] + "." if names[module] else ""
            found += [_clean(prefix + name) for name, _ in module.named_parameters()]
        return found


CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
WEIGHTED = (nn.Linear, nn.modules.conv._ConvNd)
POOLS = (nn.modules.pooling._MaxPoolNd, nn.modules.pooling._AvgPoolNd)


def _units(model, names):
    """Those that the user names; else all that may be blocks, of which the first recorded step shows which are."""
    modules = {_clean(name): module for name, module in model.named_modules()}
    if names is not None:
        if isinstance(names, str) or not all(isinstance(name, str) for name in names):
            raise Misuse(f"blocks={names!r}: it is a list of names of modules")
        for name in names:
            if name not in modules:
                raise Misuse(f"blocks: {name!r} is no module of {_class_of(model)}; model.named_modules() lists them")
            if isinstance(modules[name], (nn.ModuleList, nn.ModuleDict)):
                inside = [f"{name}.{child}" for child, _ in modules[name].named_children()]
                there = f": name {', '.join(inside[:2])}{', …' if len(inside) > 2 else ''}" if inside else ", and it is empty"
                raise Misuse(f"blocks: {name!r} is a {type(modules[name]).__name__}, which is never called itself{there}")
        if not names:
            raise Misuse("blocks=[]: it names at least one module, or is left out")
        return [_Unit(name, [modules[name]]) for name in names]
    units = [_Unit("", [model], is_whole=True)]
    for path, module in modules.items():
        if not isinstance(module, CONTAINERS):
            continue
        children = [(_clean(f"{path}.{name}" if path else name), child) for name, child in module.named_children()]
        for name, child in children:
            child = _unwrapped(child)
            if type(child) not in CONTAINERS and list(child.children()) and _has_weights(child):
                units.append(_Unit(name, [child], is_item=True))
        if isinstance(module, nn.Sequential):
            units += _chain(children)
    return units


def _has_weights(module):
    """Whether it has more than norms have."""
    return any(isinstance(one, WEIGHTED) for one in module.modules()) or any(one.dim() > 1 for one in module.parameters())


def _chain(children):
    """In a plain sequence: a block begins with each convolution or linear layer and goes up to the next."""
    starts = [index for index, (_, child) in enumerate(children) if isinstance(child, WEIGHTED)]
    if len(starts) < 2:
        return []
    units = []
    for start, end in zip(starts, starts[1:] + [len(children)]):
        units.append(_Unit(children[start][0], [child for _, child in children[start:end]], is_chained=True))
    return units


class _Plan:
    """The rows of a recording, chosen from what the first recorded step showed."""

    def __init__(self, model, units, calls, called, ids, chosen):
        self.model, self.called, self.chosen, self.notes, self.fault = model, called, chosen, [], None
        self.names = {module: _clean(name) for name, module in model.named_modules()}
        self.modules = {name: module for module, name in self.names.items()}
        self.by_unit = {}
        for call in calls:
            best = self.by_unit.get(call.unit)
            if best is None or len(call.rows) > len(best.rows):
                self.by_unit[call.unit] = call
        units = units if chosen else self._choose(units)
        if not units:
            self.fault = (f"no blocks found in {_class_of(model)}: name them with blocks=[…], names of modules as "
                          "model.named_modules() gives them")
            return
        if not any(unit in self.by_unit and self.by_unit[unit].rows for unit in units):
            self.fault = ("no gradient reaches any block: all of them are frozen, or were not called; where they are frozen, ask for "
                          "a gradient of what goes in before the forward pass, such as images.requires_grad_()")
            return
        self.ids = {key: name for key, (name, _) in ids.items()}
        self.ids.update({id(parameter): _clean(name) for name, parameter in model.named_parameters()})
        self.rows = [row for unit in units for row in self._rows_of(unit, units)]
        if any(row["kind"] == "attention" for row in self.rows):
            for row in self.rows:
                row["kind"] = "mlp" if row["kind"] == "linear" else row["kind"]
        self._number_stages(units)
        self._find_ends()
        self._say_what_is_null(units)

    def told(self):
        """The rows as plain data, or the sentence that says why there are none."""
        return self.fault or self.rows

    def _choose(self, units):
        def order(unit):
            return self.called[self.names[unit.first]]

        called = sorted((unit for unit in units if unit in self.by_unit), key=order)
        joined = [unit for unit in called if unit.is_item and self._has_join(unit)]
        found = [unit for unit in joined if not any(_is_inside(other, unit) for other in joined)]
        if not found:
            whole = [unit for unit in called if unit.is_whole and len(self.by_unit[unit].rows) > 1]
            if whole:
                return whole
            found = [unit for unit in called if unit.is_item and self._has_siblings(unit, called)]
            found = [unit for unit in found if not any(_is_inside(other, unit) for other in found)]
            plain = [unit for unit in called if unit.is_chained]
            convolutions = [unit for unit in plain if not isinstance(unit.first, nn.Linear)]
            return found or convolutions or plain
        classes = {type(unit.first) for unit in found}
        alike = [unit for unit in called if unit.is_item and type(unit.first) in classes and unit not in found
                 and not any(_is_inside(unit, other) or _is_inside(other, unit) for other in found)]
        return sorted(found + alike, key=order)

    def _has_join(self, unit):
        return any(row.span.join or row.span.unclear for row in self.by_unit[unit].rows)

    def _has_siblings(self, unit, called):
        parent = unit.name.rpartition(".")[0]
        return sum(type(other.first) is type(unit.first) and other.name.rpartition(".")[0] == parent for other in called) > 1

    def _rows_of(self, unit, units):
        call = self.by_unit.get(unit)
        if call is None or not call.rows or call.is_blind:
            return self._rows_alike(unit, units)
        rows, single = [], len(call.rows) == 1
        own = unit.parameters(self.names)
        taken = set()
        for index, row in enumerate(call.rows):
            span = row.span
            parameters = own if single else list(dict.fromkeys(self.ids[id(v)] for v in span.variables if id(v) in self.ids))
            name = unit.name or _class_of(self.model)
            if not single:
                name = self._part_name(unit, span, parameters, index)
                while name in taken:
                    name += "_"
                taken.add(name)
            at = self.modules.get(name)
            rows.append({"unit": unit.name, "row": index, "rows": len(call.rows), "name": name, "kind": self._kind(span),
                         "shortcut": span.join or "none", "module": _class_of(at if at is not None else unit.first),
                         "parameters": parameters, "f": span.value, "s": span.shortcut_values,
                         "lacks": ("parts" if span.unclear else "") or ("value" if span.join and not span.value_known else ""),
                         "reads_many": call.reads_many, "starts_without": not row.taps_in and not call.reads_many})
        return rows

    def _rows_alike(self, unit, units):
        """A block that no gradient reached has the rows of another of its class, as far as their modules are alike."""
        own, name = unit.parameters(self.names), unit.name
        blank = {"lacks": "gradient", "f": None, "s": None, "starts_without": False}
        unknown = {"unit": name, "row": 0, "rows": 1, "name": name, "kind": "block", "shortcut": None, "module": _class_of(unit.first),
                   "parameters": own, "reads_many": False, **blank}
        for other in self._others_like(unit, units):
            rows = self._rows_of(other, units)
            more, less = _parts_of(unit) - _parts_of(other), _parts_of(other) - _parts_of(unit)
            shortcuts = [row["shortcut"] for row in rows]
            if not more and not less:
                shortcut = shortcuts[0]
            elif shortcuts == ["identity"] and not less and not self._keeps_shape(unit):
                shortcut = "projection"  # what it has more stands in its shortcut
            elif shortcuts == ["projection"] and not more and self._keeps_shape(unit):
                shortcut = "identity"
            else:
                continue
            for row in rows:
                parameters = [name + parameter[len(other.name):] for parameter in row["parameters"]]
                row["parameters"] = own if len(rows) == 1 else [parameter for parameter in parameters if parameter in own]
                row["name"], row["unit"] = name + row["name"][len(other.name):], name
                row["shortcut"] = shortcut if len(rows) == 1 else row["shortcut"]
                row.update(blank)
            return rows
        return [unknown]

    def _others_like(self, unit, units):
        """The blocks of its class that show their inside, those first that are most like it."""
        others = [other for other, call in self.by_unit.items() if other in units and type(other.first) is type(unit.first)
                  and call.rows and not call.is_blind and unit in self.by_unit]
        alike = [other for other in others if _parts_of(other) == _parts_of(unit)]
        alike = [other for other in alike if self._keeps_shape(other) == self._keeps_shape(unit)]
        return alike or [other for other in others if _parts_of(other) != _parts_of(unit)]

    def _keeps_shape(self, unit):
        return self.by_unit[unit].keeps_shape

    def _part_name(self, unit, span, parameters, index):
        """One of several joins in a module is named by the child that has most of its parameters."""
        prefix, sizes = unit.name + "." if unit.name else "", {}
        for variable in span.variables:
            path = self.ids.get(id(variable), "")[len(prefix):].split(".")
            for depth in range(1, len(path)):
                child = ".".join(path[:depth])
                sizes[child] = sizes.get(child, 0) + variable.numel()
        if not sizes:
            return span.value[0] if span.value else f"{prefix}{index + 1}"
        most = max(sizes.values())
        if unit.is_whole:  # the deepest module that has them all
            return max((child for child, size in sizes.items() if size == most), key=len)
        return prefix + max((child for child in sizes if "." not in child), key=sizes.get)

    def _kind(self, span):
        operations, kernels = span.operations, span.kernels
        products = any(word in name for name in operations for word in ("Addmm", "MmBackward", "Linear", "Matmul"))
        attends = any(word in name for name in operations for word in ("ScaledDotProduct", "Softmax", "Attention"))
        if attends and not kernels:
            return "attention"
        if kernels and not products:
            if span.join and 0 in kernels:
                return "block"  # one of them is not known
            return {(3, 3): "basic", (1, 1, 3): "bottleneck"}.get(tuple(sorted(kernels)), "conv") if span.join else "conv"
        if products and not kernels:
            return "linear"
        return "block"

    def _number_stages(self, units):
        """A stage is a container of blocks; in a plain sequence it ends after a block that pools."""
        places = [self._place(unit, units) for unit in units]
        runs = [place for index, place in enumerate(places) if index == 0 or places[index - 1] != place]
        stage, before, stages = 0, None, {}
        for unit, place in zip(units, places):
            between = runs.count(place) > 1 and stage > 0  # such as DenseNet's transitions: they close a stage
            stage += place != before and not between
            before = before if between else place
            if any(isinstance(module, POOLS) for module in unit.modules):
                before = None
            stages[unit.name] = stage
        for row in self.rows:
            row["stage"] = stages[row["unit"]]

    def _place(self, unit, units):
        """The container that a unit is in; one level up where it holds the unlike parts of one layer."""
        place = unit.name.rpartition(".")[0]
        alike = {type(other.first) for other in units if other.name.rpartition(".")[0] == place}
        above = place.rpartition(".")[0].rpartition(".")[0]
        return above if len(alike) > 1 and above else place

    def _find_ends(self):
        """The parameters before the first block and after the last, by when their modules were called.

        Those that belong to a module which holds blocks, such as a class token, stand where the model lists them.
        """
        taken = {name for row in self.rows for name in row["parameters"]}
        names = [_clean(name) for name, _ in self.model.named_parameters()]
        listed = [index for index, name in enumerate(names) if name in taken]
        called = [self.called[owner] for owner in {name.rpartition(".")[0] for name in taken} if owner in self.called]
        stem, head = [], []
        for index, name in enumerate(names):
            owner = name.rpartition(".")[0]
            holds_blocks = any(row["name"].startswith(owner + ".") or not owner for row in self.rows)
            when, around = (index, listed) if holds_blocks or owner not in self.called else (self.called[owner], called)
            if name in taken or not around:
                continue
            if when < min(around):
                stem.append(name)
            elif when > max(around):
                head.append(name)
        self.rows[0]["stem"], self.rows[0]["head"] = stem, head

    def _say_what_is_null(self, units):
        def say(rows, sentence):
            if rows:
                self.notes.append(sentence.format(self._named(rows)))

        trained = {_clean(name) for name, parameter in self.model.named_parameters() if parameter.requires_grad}
        frozen = [row for row in self.rows if row["parameters"] and not trained & set(row["parameters"])]
        unreached = [row for row in self.rows if row["lacks"] == "gradient"]
        say(frozen, "the weights of {} are frozen: no weight gradient")
        stem = self.rows[0]["stem"]
        if stem and not trained & set(stem):
            self.notes.append(f"the weights before {self.rows[0]['name']} are frozen")
        uncalled = [row for row in unreached if row["unit"] not in {unit.name for unit in self.by_unit}]
        say(uncalled, "the first recorded step did not call {}: all but weight_grad_l2 is null there")
        say([row for row in unreached if row in frozen and row not in uncalled],
            "no gradient comes to {}, since nothing before them learns: all columns are null there")
        say([row for row in self.rows if row["starts_without"] or row in unreached and row not in frozen and row not in uncalled],
            "no gradient is computed for what {} gets, which is data or comes from frozen weights alone: gradient passed on "
            "(grad_in_l2) is null there, and so are its parts")
        say([row for row in self.rows if row["shortcut"] is None], "whether {} has a shortcut is not known")
        say([row for row in self.rows if row["lacks"] == "parts"], "shortcut and branch of {} cannot be told apart: their parts are null")
        say([row for row in self.rows if row["lacks"] == "value"], "no module puts out the branch of {}: branch_ratio and branch_rms "
            "are null")
        say([row for row in self.rows if row["shortcut"] == "none" and row["lacks"] == ""], ("no shortcut is seen inside {}, which blocks= names: "
            "skip_grad_l2, skip_branch_cosine and branch_ratio are null; a sum outside of a named module is not found"
            if self.chosen else "there is no shortcut around {}: skip_grad_l2, skip_branch_cosine and branch_ratio are null"))
        say([row for row in self.rows if row["reads_many"]], "{} read a list of tensors: grad_in_l2 is of all of them together, and "
            "there are no parts")
        repeated = {unit.name for unit in units if unit.repeated}
        say([row for row in self.rows if row["unit"] in repeated], "{} are called several times in one forward pass: all but "
            "weight_grad_l2 is null")

    def _named(self, rows):
        """Names of rows; of those that follow one another the first and the last."""
        runs = []
        for index, row in enumerate(self.rows):
            if row in rows:
                if runs and runs[-1][-1] == index - 1:
                    runs[-1].append(index)
                else:
                    runs.append([index])
        name = lambda index: self.rows[index]["name"]
        named = [", ".join(map(name, run)) if len(run) < 3 else f"{name(run[0])} … {name(run[-1])}" for run in runs]
        return ", ".join(named[:8]) + (f", … ({len(rows)} blocks)" if len(named) > 8 else "")


def _parts_of(unit):
    """The names of the modules inside."""
    return {(index, name) for index, module in enumerate(unit.modules) for name, _ in module.named_modules()}


def _is_inside(unit, other):
    return unit.name.startswith(other.name + ".") if other.name else unit is not other


# --- many processes, and models that are wrapped ---


def _processes():
    """How many processes train together, and which this is."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_world_size(), torch.distributed.get_rank()
    return 1, 0


def _bare(model):
    """The model inside DistributedDataParallel or DataParallel."""
    if isinstance(model, (nn.parallel.DistributedDataParallel, nn.DataParallel)):
        return model.module
    return model


WRAPPERS = ["_fsdp_wrapped_module", "_checkpoint_wrapped_module"]


def _clean(name):
    return ".".join(part for part in name.split(".") if part not in WRAPPERS)


def _unwrapped(module):
    for wrapper in WRAPPERS:
        module = getattr(module, wrapper, module)
    return module


def _class_of(module):
    name = type(_unwrapped(module)).__name__
    return name[4:] if name.startswith("FSDP") and len(type(module).__mro__) > 2 else name


def _is_sharded(model):
    return any(hasattr(parameter, "to_local") for parameter in model.parameters()) or any(
        hasattr(module, "_fsdp_wrapped_module") for module in model.modules())


def _is_fsdp(model):
    sharded = getattr(sys.modules.get("torch.distributed.fsdp"), "FSDPModule", ())
    return any(hasattr(module, "_fsdp_wrapped_module") or isinstance(module, sharded) for module in model.modules())


def _is_unscaled(scaler):
    """Whether a GradScaler has already divided the weights' gradients by its factor."""
    states = getattr(scaler, "_per_optimizer_states", {})
    return any(state.get("stage") is not None and state["stage"].name != "READY" for state in states.values())


# --- small things ---


class _Ending:
    """Ends a recording that is still open when Python ends, without keeping its model until then."""

    def __init__(self, recorder):
        self.recorder = weakref.ref(recorder)
        atexit.register(self)

    def __call__(self):
        recorder = self.recorder()
        if recorder is not None:  # Python keeps the error that ended it
            recorder.close("interrupted" if hasattr(sys, "last_type") else "done")


def _point_at_user(trace):
    """Takes this module off the end of Ctrl-C's traceback: in `backward` Python sees the key first when a hook runs."""
    own = _point_at_user.__code__.co_filename
    while trace.tb_next is not None and trace.tb_next.tb_frame.f_code.co_filename != own:
        trace = trace.tb_next
    trace.tb_next = None


class _Role:
    """What a hooked module is to the recorder."""

    def __init__(self, name, starts, ends, note_in, note_out):
        self.name, self.starts, self.ends, self.note_in, self.note_out = name, starts, ends, note_in, note_out


class _Hook:
    """A hook on a module. A copy of the model, or one that is read from a file, has hooks that do nothing."""

    def __init__(self, function, role):
        self.function, self.role = function, role

    def __call__(self, *arguments):
        self.function(self.role, *arguments)

    def __reduce__(self):
        return _nothing_hook, ()


def _nothing_hook():
    return _Hook(lambda *arguments: None, None)


def _tensors(value):
    """All tensors in arguments or an output, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (tuple, list)):
        return []
    return [tensor for one in value for tensor in _tensors(one)]


def _first(args, kwargs):
    """The argument that a module reads: the first, or the first of those with names that holds tensors."""
    return args[0] if args else next((value for value in kwargs.values() if _tensors(value)), None)


def _has_gradient(tensor):
    return tensor.is_floating_point() and tensor.requires_grad


def _number(name, value):
    """A number that the user gives, or None."""
    if value is None:
        return None
    if isinstance(value, torch.Tensor):
        if value.numel() != 1:
            raise Misuse(f"{name} is a tensor with {value.numel()} elements: it must have one")
        return value.detach()
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        raise Misuse(f"{name} is {_kind_of(value)}: it is a number, or a tensor with one element")
    return float(value)


def _share(accuracy):
    """An accuracy that the user gives, or None: of those that are numbers only a share is accepted."""
    if accuracy is not None and (accuracy < 0 or accuracy > 1):
        raise Misuse(f"accuracy={float(accuracy):g}: it is a share between 0 and 1, such as 0.875 for 87.5 %")
    return accuracy


def _kind_of(value):
    return f"a {type(value).__name__}"


def _json(number):
    """A number as recordings have it: what is not finite is a string."""
    if number is None or math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _keep_older(path):
    """Gives a file that is there, and holds anything, the first free name of FILE~, FILE~2, FILE~3, …; that name, or None."""
    if not os.path.isfile(path) or os.path.getsize(path) == 0:
        return None
    older = os.path.realpath(path)  # of a link, what it leads to
    names = (f"{older}~{number if number > 1 else ''}" for number in itertools.count(1))
    kept = next(name for name in names if not os.path.lexists(name))
    os.rename(older, kept)
    return kept


class _File:
    """The lines of a recording. A disk that is full stops the recording, with one warning, and never the training."""

    def __init__(self, path):
        if not isinstance(path, (str, os.PathLike)):
            raise Misuse(f"the recording's path is {_kind_of(path)}: it is the name of a file")
        self.path = os.fspath(path)
        self.is_packed = self.path.endswith(".gz")
        self.lines, self.last, self.size, self.fault, self.stopped = [], 0.0, 0, None, None
        try:
            kept = _keep_older(self.path)
            self.file = open(self.path, "wb", buffering=0)
        except OSError as error:
            raise Misuse(f"{self.path}: the recording cannot be made there: {error.strerror}") from None
        if kept is not None:
            warnings.warn(f"{self.path} was there already: the old one is {kept} now", stacklevel=4)

    def write(self, line):
        """Plain files get each line at once; packed ones a gzip member a second, each of whole lines."""
        if self.fault is None:
            self.lines.append(line)
            if not self.is_packed or time.monotonic() - self.last > 1.0:
                self._flush()

    def _flush(self):
        lines, self.lines, self.last = self.lines, [], time.monotonic()
        try:
            self._append(lines)
        except OSError as error:
            self.fault, self.stopped = error.strerror, lines[0].get("step")
            warnings.warn(f"{self.path}: the recording ends here, training goes on: {self.fault}", stacklevel=2)

    def _append(self, lines):
        text = "".join(json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n" for line in lines)
        data = memoryview(gzip.compress(text.encode(), 6) if self.is_packed and text else text.encode())
        try:
            rest = data
            while rest:
                rest = rest[self.file.write(rest):]
            self.size += len(data)
        except OSError:
            with contextlib.suppress(OSError):
                self.file.truncate(self.size)  # no half line is left
                self.file.seek(self.size)
            raise

    def close(self):
        self._flush()
        with contextlib.suppress(OSError):
            if self.fault is not None and self.size > 0:  # there may be room for a line that says where it ended
                self._append([{"type": "end", "lane": "a", "reason": f"not recorded further: {self.fault}", "step": self.stopped or 0}])
            self.file.close()


# --- looking ---

_VIEWER = "headwater-viewer.html"
# Where the viewer takes recordings; `headwater report` and `cargo xtask` know the same line.
_PLACE = "<!-- Recordings stand here. -->"
_GZIP = b"\x1f\x8b"


def show(*recordings, out=None, viewer=None, height=760):
    """Shows recordings in a notebook: make it the last line of a cell. With `out="run.html"` it writes a page for the browser.

    `recordings` are names of files, or runs of `record` (one that still goes on is shown as far as it is). Several are
    shown together. `viewer` is the file `headwater-viewer.html`; without it the one beside this module or the one that was
    installed with it is taken. It is put whole into the notebook, with the recordings, and loads nothing: so it also works
    in a notebook that was exported to HTML. Where there is no viewer a drawing of the profile is shown in its place.
    `height` is that of the frame in pixels. A page of `out` is one file that loads nothing either; what had its name is replaced.
    """
    if not recordings:
        raise Misuse('show needs a recording, such as show("run.headwater.jsonl") or show(run).')
    if isinstance(height, bool) or not isinstance(height, int) or height < 100:
        raise Misuse(f"height is {height!r}; a whole number of pixels from 100 on is accepted.")
    files = [_Recording(recording) for recording in recordings]
    page = _viewer(viewer)
    if out is not None:
        return _write_page(out, _filled(page, files) if page else _plain_page(files))
    return _Shown(files, _framed(page, files, height) if page else "".join(map(_drawn, files)) + _HOW)


class _Shown:
    """What `show` returns: notebooks show its HTML."""

    def __init__(self, files, text):
        self._files, self._text = files, text

    def _repr_html_(self):
        return self._text

    def __repr__(self):
        names = ", ".join(file.name for file in self._files)
        return f"<{names}: a notebook shows it here; headwater.show(…, out=\"run.html\") writes a page for the browser>"


def _write_page(path, text):
    """Writes a page, and prints where it is."""
    try:
        path = os.fspath(path)
    except TypeError:
        raise Misuse(f"out is {path!r}; the name of a page, such as run.html, is accepted.") from None
    if not path.endswith((".html", ".htm")):
        raise Misuse(f"out is {path}; a name that ends in .html is accepted.")
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Misuse(f"{path} cannot be written: {error.strerror}.") from None
    print(f"{path}: open it in a browser")


def _plain_page(files):
    """A page with drawings alone."""
    title = html.escape("Headwater: " + ", ".join(file.name for file in files))
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>:root {{ color-scheme: light dark }} body {{ font: 1em/1.45 sans-serif; margin: 2em auto; "
        f"max-width: 50em; padding: 0 1em }}</style>\n" + "\n".join(map(_drawn, files)) + f"\n{_HOW}\n</html>\n"
    )


class _Recording:
    """A recording's file: its bytes, and the profile of each of its steps."""

    def __init__(self, recording):
        # A run of `record` has a file, which has a path.
        path = getattr(getattr(recording, "file", None), "path", recording)
        try:
            path = os.fspath(path)
        except TypeError:
            raise Misuse(
                f"show was given {type(recording).__name__}; the name of a recording or a run of record is accepted."
            ) from None
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        self.name = os.path.basename(path)
        try:
            with open(path, "rb") as file:
                self.bytes = file.read()
        except OSError as error:
            raise Misuse(f"{path} cannot be read: {error.strerror}.") from None
        lines = list(self._lines())
        headers = [line for line in lines if line.get("type") == "header" and isinstance(line.get("blocks"), list)]
        if not headers:
            raise Misuse(f'{path} is no recording: no line is a header, {{"type":"header","schema":1,…}}.')
        self.model, self.notes = headers[0].get("model"), headers[0].get("notes") or []
        self.blocks = [str(block.get("name", "")) if isinstance(block, dict) else "" for block in headers[0]["blocks"]]
        lane = headers[0].get("lane", "a")
        steps = [line for line in lines if line.get("type") == "step" and line.get("lane", "a") == lane]
        self.losses = [(line.get("step"), line.get("loss")) for line in steps]
        ends = [line for line in lines if line.get("type") == "end" and line.get("lane", "a") == lane]
        self.end = ends[-1] if ends else {}
        profiles = [(line.get("step"), line.get("loss"), (line.get("columns") or {}).get("grad_in_l2") or []) for line in steps]
        # Those in which there is something to draw.
        self.profiles = [own for own in profiles if any(_drawable(value) is not None for value in own[2])]

    def _lines(self):
        """The lines, as far as the file is whole."""
        for line in self._text().split(b"\n"):
            try:
                read = json.loads(line)
            except ValueError:
                continue
            if isinstance(read, dict):
                yield read

    def _text(self):
        rest, text = self.bytes, b""
        if not rest.startswith(_GZIP):
            return rest
        # A file of several members, the last of which may be cut.
        while rest.startswith(_GZIP):
            member = zlib.decompressobj(wbits=31)
            try:
                text += member.decompress(rest)
            except zlib.error:
                break
            rest = member.unused_data
        return text

    def packed(self):
        return self.bytes if self.bytes.startswith(_GZIP) else gzip.compress(self.bytes, mtime=0)


def _viewer(path):
    """The viewer's text; None where there is none."""
    if path is None:
        folders = [os.path.dirname(os.path.abspath(__file__)), os.path.join(sys.prefix, "share", "headwater")]
        found = [own for own in (os.path.join(folder, _VIEWER) for folder in folders) if os.path.isfile(own)]
        if not found:
            return None
        path = found[0]
    try:
        with open(path, encoding="utf-8") as file:
            page = file.read()
    except (OSError, TypeError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise Misuse(f"The viewer {path} cannot be read: {why}; the file {_VIEWER} of `cargo xtask dist` is accepted.") from None
    if page.count(_PLACE) != 1:
        raise Misuse(f"{path} is no viewer: the file {_VIEWER} of `cargo xtask dist` is accepted.")
    return page


def _names(files):
    """Names of recordings that differ."""
    names = []
    for file in files:
        number, name = 2, file.name
        while name in names:
            name, number = f"{file.name} ({number})", number + 1
        names.append(name)
    return names


def _filled(page, files):
    """The viewer with the recordings inside."""
    settings = '<script type="application/json" id="headwater-settings">{"embed": "0"}</script>\n'
    inside = "".join(
        f'<script type="text/plain" data-recording="{html.escape(name)}">{base64.b64encode(file.packed()).decode()}</script>\n'
        for name, file in zip(_names(files), files)
    )
    return page.replace(_PLACE, settings + inside)


def _framed(page, files, height):
    """A frame that holds the viewer with the recordings inside."""
    page, title = _filled(page, files), html.escape("Headwater: " + ", ".join(_names(files)))
    return (
        f'<iframe srcdoc="{html.escape(page)}" sandbox="allow-scripts allow-downloads" title="{title}" '
        f'style="width:100%;height:{height}px;border:0"></iframe>'
    )


_HOW = (
    f"<p>This is a drawing. In its place <code>headwater.show</code> puts the page itself, in which every step and every quantity "
    f"can be looked at, where it finds <code>{_VIEWER}</code> beside <code>headwater.py</code> or by <code>viewer=PATH</code>; "
    "<code>cargo xtask dist</code> in Headwater's repository makes that file.</p>"
)

# Read on white and on black alike.
_HUES = ["#8a8a8a", "#c2661d", "#1f86d1"]


def _drawable(value):
    """A value of a column that a log axis can show; None for any other."""
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value > 0
    return float(value) if good else None


def _drawn(file):
    """The profile at the first, a middle and the last recorded step, as SVG: block by block on a log axis."""
    title = f"Gradient passed on by each block: {file.model + ', ' if file.model else ''}{file.name}"
    picked = sorted({0, len(file.profiles) // 2, len(file.profiles) - 1}) if file.profiles else []
    jump = _jump(file)
    if jump is not None and picked:
        picked = sorted({0, min(len(file.profiles) - 1, sum(own[0] < jump for own in file.profiles)), len(file.profiles) - 1})
    picked = [file.profiles[index] for index in picked]
    curves = [(step, [_drawable(value) for value in profile]) for step, _, profile in picked]
    values = [value for _, curve in curves for value in curve if value is not None]
    if not values:
        return f"<p>{html.escape(title)}: no step holds a gradient above 0.{html.escape(_ended(file))}</p>" + _notes(file)
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    width, left, right, top, bottom = 720, 62, 610, 34, 250
    count = max(len(curve) for _, curve in curves)
    x = lambda block: left + (right - left) * ((block + 0.5) / count)
    y = lambda value: bottom - (bottom - top) * (math.log10(value) - low) / (high - low)
    text = lambda at, words, more="": f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" {more}>{html.escape(words)}</text>'
    parts = [text((left, 18), title, 'font-weight="bold"')]
    for power in range(low, high + 1, max(1, (high - low + 5) // 6)):
        level = y(10.0**power)
        parts.append(f'<path d="M{left} {level:.1f}H{right}" stroke="currentColor" stroke-opacity="0.2"/>')
        parts.append(text((left - 8, level + 4), f"1e{power}", 'text-anchor="end"'))
    for block in sorted({0, count - 1} | set(range(4, count - 3, max(5, 5 * (count // 50))))):
        parts.append(text((x(block), bottom + 16), str(block + 1), 'text-anchor="middle"'))
    named = [f"{number} = {file.blocks[number - 1]}" for number in sorted({1, count}) if number <= len(file.blocks)]
    words = f"block ({', nearest the input; '.join(named)})"
    parts.append(text(((left + right) / 2, bottom + 34), words, 'text-anchor="middle"'))
    ends = []
    for (step, curve), hue in zip(curves, _HUES[-len(curves) :]):
        path, joined = "", False
        for block, value in enumerate(curve):
            if value is not None:
                path += f"{'L' if joined else 'M'}{x(block):.1f} {y(value):.1f}"
                parts.append(f'<circle cx="{x(block):.1f}" cy="{y(value):.1f}" r="2" fill="{hue}"/>')
            joined = value is not None
        parts.append(f'<path d="{path}" fill="none" stroke="{hue}" stroke-width="2"/>')
        last = [value for value in curve if value is not None]
        ends += [(y(last[-1]), f"step {step}", hue)] if last else []
    free = top
    for level, words, hue in sorted(ends):
        free = max(level, free)
        parts.append(f'<path d="M{right + 4} {free:.1f}h14" stroke="{hue}" stroke-width="3"/>')
        parts.append(text((right + 22, free + 4), words))
        free += 16
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 290" role="img" aria-label="{html.escape(title)}" '
        f'style="max-width:{width}px;width:100%" font-family="sans-serif" font-size="12" fill="currentColor">'
        + "".join(parts)
        + "</svg>"
        + _caption(file, picked)
        + _notes(file)
    )


def _jump(file):
    """The first step whose loss is ten times that of the step before, in a run whose last loss is no number; else None."""
    if not file.losses or isinstance(file.losses[-1][1], (int, float)):
        return None
    finite = [(step, loss) for step, loss in file.losses if isinstance(loss, (int, float))]
    return next((step for (_, before), (step, loss) in zip(finite, finite[1:]) if loss > 10 * before > 0), None)


def _caption(file, picked):
    """How to read the drawing, and which steps are not in it."""
    losses = ", ".join(f"{loss:.4g} at step {step}" if isinstance(loss, float) else f"{loss} at step {step}" for step, loss, _ in picked)
    words = ("Gradient passed on: the norm of the loss's gradient at the block's input. Where a curve falls by powers of ten towards "
             f"block 1, little of the gradient reaches the first layers. Loss: {losses}.")
    last, jump = file.losses[-1][0], _jump(file)
    if jump is not None:
        words += f" At step {jump} the loss was first more than ten times the one before: look for the cause there, and just before."
    if picked[-1][0] != last:
        words += f" No later step is drawn, up to the last, step {last}: none holds a finite gradient above 0."
    return f"<p>{html.escape(words + _ended(file))}</p>"


def _ended(file):
    """How the run ended, where it was not simply done, as the file says it."""
    reason, step, block = file.end.get("reason", "done"), file.end.get("step"), file.end.get("block")
    if reason == "nonfinite":
        places = {"stem": " That came about before the first block.", None: " That came about after the last block."}
        place = places.get(block, f" That came about in block {block}.") if "block" in file.end else ""
        return f" From step {step} on the loss was no finite number.{place}"
    if reason == "interrupted":
        return f" The run was interrupted at step {step}."
    return "" if reason == "done" else f" The run ended at step {step}: {reason}."


def _notes(file):
    """What the recording notes, mostly why a value is null."""
    return "".join(f"<p>Note: {html.escape(str(note))}.</p>" for note in file.notes)


# --- python -m headwater ---


def _main(arguments=None):
    """Makes a page of recordings; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m headwater", description="Makes a page of recordings, to open in a browser.")
    parser.add_argument("recordings", nargs="+", metavar="FILE", help="a recording, *.headwater.jsonl or *.headwater.jsonl.gz")
    parser.add_argument("--out", metavar="PAGE", help="the name of the page, which ends in .html; without it that of the first recording")
    given = parser.parse_args(arguments)
    first = given.recordings[0]
    try:
        if "." not in first and not os.path.exists(first):
            raise Misuse(f"{first} is no recording: `python -m headwater FILE …` takes their names alone, and commands are those of the "
                         "program headwater, which `cargo xtask program` builds.")
        show(*given.recordings, out=given.out or re.sub(r"(\.headwater)?(\.jsonl)?(\.gz)?$", "", first) + ".html")
    except Misuse as fault:
        print(f"python -m headwater: {fault}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(_main())
