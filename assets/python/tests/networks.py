"""The networks that the tests record, small and with random weights, and how each of their blocks computes, by hand."""

import contextlib
import os
import sys

import torch
from torch.nn import functional

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

CLASSES = 5

torch.set_num_threads(1)  # two test runs on one machine would wait for each other otherwise


def images(size=32, count=2, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, 3, size, size, generator=generator)


def labels(count):
    return torch.arange(count) * 3 % CLASSES


def classify(model, batch):
    output = model(batch)
    logits = output if isinstance(output, torch.Tensor) else output.logits
    return functional.cross_entropy(logits, labels(len(batch)))


def tokens(count=2, length=7, seed=1):
    return torch.randint(0, 50, (count, length), generator=torch.Generator().manual_seed(seed))


def predict(model, ids):
    logits = model(input_ids=ids).logits
    return functional.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())


class Part:
    """One join by hand: y = after(shortcut(x) + branch(x)); `modules` have its parameters."""

    def __init__(self, name, branch, modules, shortcut=lambda x: x, after=lambda z: z):
        self.name, self.branch, self.modules, self.shortcut, self.after = name, branch, modules, shortcut, after


class Network:
    """A network: how it is made, its batch, its loss, the modules that are blocks, and the parts of each."""

    def __init__(self, make, parts, batch=images, loss=classify, stem=(), head=()):
        self.make, self.parts, self.batch, self.loss = make, parts, batch, loss
        self.stem, self.head = stem, head


def stirred(model, seed=0):
    """With parameters far from special values: scales that begin at 0 or 1 would hide mistakes."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
            if "layer_scale" in name or name.endswith("gamma"):
                parameter.copy_(0.5 + 0.1 * noise)
            elif parameter.dim() < 2:
                parameter.add_(0.1 * noise)
            elif parameter.abs().max() < 1e-3:
                parameter.add_(0.1 * noise)
    return model


def by_class(name, parts):
    """Blocks are the modules of that class."""
    def of(model):
        return [(path, module, parts) for path, module in model.named_modules() if type(module).__name__ == name]
    return of


# --- torchvision and timm ---


def residual(path, block, arguments):
    """torchvision's and timm's BasicBlock and Bottleneck: the activation comes after the sum."""
    acts = [getattr(block, f"act{index}", torch.nn.ReLU()) for index in (1, 2, 3)]

    def branch(x):
        x = block.conv2(torch.relu(block.bn1(block.conv1(x))))
        if not hasattr(block, "conv3"):
            return block.bn2(x)
        return block.bn3(block.conv3(torch.relu(block.bn2(x))))

    assert all(isinstance(act, torch.nn.ReLU) for act in acts)
    shortcut = block.downsample if block.downsample is not None else lambda x: x
    return [Part(path, branch, [block], shortcut, torch.relu)]


def convnext(path, block, arguments):
    return [Part(path, lambda x: block.layer_scale * block.block(x), [block])]


def timm_convnext(path, block, arguments):
    assert block.use_conv_mlp
    return [Part(path, lambda x: block.mlp(block.norm(block.conv_dw(x))) * block.gamma[:, None, None], [block])]


def encoder(path, block, arguments):
    """torchvision's vision transformer."""
    def attention(x):
        x = block.ln_1(x)
        return block.self_attention(x, x, x, need_weights=False)[0]

    return [Part(path + ".self_attention", attention, [block.ln_1, block.self_attention]),
            Part(path + ".mlp", lambda x: block.mlp(block.ln_2(x)), [block.ln_2, block.mlp])]


def swin(path, block, arguments):
    return [Part(path + ".attn", lambda x: block.attn(block.norm1(x)), [block.norm1, block.attn]),
            Part(path + ".mlp", lambda x: block.mlp(block.norm2(x)), [block.norm2, block.mlp])]


# --- transformers ---


def gpt2(path, block, arguments):
    kept = {name: arguments[name] for name in ("attention_mask",) if name in arguments}
    return [Part(path + ".attn", lambda x: block.attn(block.ln_1(x), **kept)[0], [block.ln_1, block.attn]),
            Part(path + ".mlp", lambda x: block.mlp(block.ln_2(x)), [block.ln_2, block.mlp])]


def llama(path, block, arguments):
    kept = {name: arguments[name] for name in ("attention_mask", "position_embeddings") if name in arguments}
    norms = [block.input_layernorm, block.post_attention_layernorm]
    return [Part(path + ".self_attn", lambda x: block.self_attn(hidden_states=norms[0](x), **kept)[0], [norms[0], block.self_attn]),
            Part(path + ".mlp", lambda x: block.mlp(norms[1](x)), [norms[1], block.mlp])]


def hf_vit(path, block, arguments):
    norms = [block.layernorm_before, block.layernorm_after]
    return [Part(path + ".attention", lambda x: block.attention(norms[0](x))[0], [norms[0], block.attention]),
            Part(path + ".mlp", lambda x: block.mlp(norms[1](x)), [norms[1], block.mlp])]


def bert(path, block, arguments):
    """The norm comes after the sum."""
    inner, output = block.attention.self, block.attention.output
    return [Part(path + ".attention", lambda x: output.dense(inner(x)[0]), [block.attention], after=output.LayerNorm),
            Part(path + ".output", lambda x: block.output.dense(block.intermediate(x)), [block.intermediate, block.output],
                 after=block.output.LayerNorm)]


SMALL = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)


def networks(dropout=0.0):
    """By name; `dropout` is used where the network has some."""
    import timm
    import torchvision
    import transformers

    transformers.logging.set_verbosity_error()
    tv, both = torchvision.models, dict(hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout)
    depth = dict(stochastic_depth_prob=dropout)
    return {
        "torchvision resnet18": Network(lambda: tv.resnet18(num_classes=CLASSES), by_class("BasicBlock", residual),
                                        stem=["conv1", "bn1"], head=["fc"]),
        "torchvision resnet50": Network(lambda: tv.resnet50(num_classes=CLASSES), by_class("Bottleneck", residual),
                                        stem=["conv1", "bn1"], head=["fc"]),
        "torchvision resnext50": Network(lambda: tv.resnext50_32x4d(num_classes=CLASSES), by_class("Bottleneck", residual),
                                         stem=["conv1", "bn1"], head=["fc"]),
        "torchvision convnext_tiny": Network(lambda: tv.convnext_tiny(num_classes=CLASSES, **depth), by_class("CNBlock", convnext),
                                             stem=["features.0"], head=["classifier"]),
        "torchvision vit": Network(lambda: tv.VisionTransformer(32, 8, 2, 2, 16, 32, num_classes=CLASSES, dropout=dropout),
                                   by_class("EncoderBlock", encoder), head=["encoder.ln", "heads"]),
        "torchvision swin": Network(lambda: tv.SwinTransformer([2, 2], 16, [2, 2], [2, 4], [4, 4], num_classes=CLASSES, **depth),
                                      by_class("SwinTransformerBlock", swin), lambda: images(64),
                                      stem=["features.0"], head=["norm", "head"]),
        "timm resnet50": Network(lambda: timm.create_model("resnet50", num_classes=CLASSES, drop_path_rate=dropout),
                                 by_class("Bottleneck", residual), stem=["conv1", "bn1"], head=["fc"]),
        "timm convnext_atto": Network(lambda: timm.create_model("convnext_atto", num_classes=CLASSES, drop_path_rate=dropout),
                                      by_class("ConvNeXtBlock", timm_convnext), stem=["stem"], head=["head"]),
        "timm vit": Network(lambda: timm.create_model("vit_tiny_patch16_224", img_size=32, embed_dim=24, depth=3,
                                                      num_classes=CLASSES, drop_path_rate=dropout),
                            by_class("Block", swin),
                            head=["norm", "head"]),
        "GPT-2": Network(lambda: transformers.GPT2LMHeadModel(transformers.GPT2Config(
            n_layer=2, n_embd=16, n_head=2, n_positions=16, vocab_size=50, bos_token_id=0, eos_token_id=0, resid_pdrop=dropout,
            embd_pdrop=dropout, attn_pdrop=dropout)), by_class("GPT2Block", gpt2), tokens, predict, head=["transformer.ln_f"]),
        "BERT": Network(lambda: transformers.BertForMaskedLM(transformers.BertConfig(
            **SMALL, **both, vocab_size=50)), by_class("BertLayer", bert), tokens, predict, head=["cls.predictions.transform", "cls.predictions.bias"]),
        "Llama": Network(lambda: transformers.LlamaForCausalLM(transformers.LlamaConfig(
            **SMALL, vocab_size=50, attention_dropout=dropout)), by_class("LlamaDecoderLayer", llama), tokens, predict,
            stem=["model.embed_tokens"], head=["model.norm", "lm_head"]),
        "ViT": Network(lambda: transformers.ViTForImageClassification(transformers.ViTConfig(
            **SMALL, **both, image_size=32, patch_size=8, num_labels=CLASSES)), by_class("ViTLayer", hf_vit),
            head=["vit.layernorm", "classifier"]),
    }


@contextlib.contextmanager
def double():
    """Everything made inside is of float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
