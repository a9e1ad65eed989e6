"""One of several processes that train on parts of a batch: `torchrun train_many.py WAY PATH`. The tests call it."""

import contextlib
import sys
import warnings

import torch
import torch.distributed as dist
from torch.nn import functional

from test_ways import Block, Net, Pair, batch
import headwater


def main(way, path):
    warnings.simplefilter("ignore")
    dist.init_process_group("gloo")
    train(way, path)
    dist.barrier()
    dist.destroy_process_group()


def train(way, path):
    rank, ranks = dist.get_rank(), dist.get_world_size()
    torch.manual_seed(0)
    model = inner = (Net(block=Pair) if "pairs" in way else Net()).double()
    if way == "ddp in a group":
        pair, single = dist.new_group([0, 1]), dist.new_group([2])
        model, ranks = torch.nn.parallel.DistributedDataParallel(inner, process_group=pair if rank < 2 else single), 2
    elif way.startswith("ddp"):
        model = torch.nn.parallel.DistributedDataParallel(inner)
    elif way == "tensors":
        from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module
        ways = {"one": ColwiseParallel(), "two": RowwiseParallel()}
        for block in inner.blocks:
            parallelize_module(block, dist.init_device_mesh("cpu", (ranks,)), ways)
    elif way.startswith("fully_shard"):
        from torch.distributed.fsdp import fully_shard
        mesh = dist.init_device_mesh("cpu", (ranks,))
        for block in inner.blocks:
            fully_shard(block, mesh=mesh)
        fully_shard(inner, mesh=mesh)
    elif way.startswith("fsdp"):
        from torch.distributed.fsdp import FullyShardedDataParallel
        from torch.distributed.fsdp.wrap import ModuleWrapPolicy
        model = FullyShardedDataParallel(inner, auto_wrap_policy=ModuleWrapPolicy({Block, Pair}), use_orig_params=True,
                                         device_id=torch.device("cpu"))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = batch(8)
    own = slice(0, 8) if way == "tensors" else slice(8 // ranks * rank % 8, 8 // ranks * rank % 8 + 8 // ranks)
    is_recorded = way != "one records" or rank == 0
    recorded = inner if way == "ddp inside" else model
    with headwater.record(recorded, path, every=2) if is_recorded else contextlib.nullcontext() as run:
        for _ in range(4):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(x[own]), y[own])
            loss.backward()
            if is_recorded:
                run.step(loss, accuracy=float(rank % 2))
            optimizer.step()


if __name__ == "__main__":
    main(*sys.argv[1:])
