#!/usr/bin/env python3
"""Writes transformer.safetensors: one training step of a tiny Transformer (Vaswani et al. 2017), in float64.

Needs PyTorch 1.13 or newer and nothing else. Run it in this folder: python3 make_transformer.py
Every step is spelled out in plain tensor operations, so that the file is an oracle independent of heed.
"""

import json
import math
import struct

import torch

VOCABULARY, WIDTH, HEADS, INNER, LAYERS = 23, 8, 2, 16, 2
BATCH, SOURCE, TARGET = 3, 5, 4
SOURCE_LENGTHS = [5, 3, 1]
TARGET_LENGTHS = [4, 2, 3]
SMOOTHING, EPSILON = 0.1, 1e-6
RATE, BETA1, BETA2, ADAM_EPSILON, LARGEST_NORM = 1e-3, 0.9, 0.98, 1e-9, 1.0
PARAMETER_SEED, DATA_SEED = 2017, 6


def make_parameters():
    """All weights as leaves, matrices as [in, out]. Gains and biases are random too, so that no error in
    them can hide behind a one or a zero."""
    generator = torch.Generator().manual_seed(PARAMETER_SEED)
    parameters = {}

    def draw(name, shape, scale, offset=0.0):
        values = offset + scale * torch.randn(shape, generator=generator, dtype=torch.float64)
        parameters[name] = values.requires_grad_()

    def attention(name):
        for part in ("query", "key", "value", "output"):
            draw(f"{name}/{part}", (WIDTH, WIDTH), WIDTH**-0.5)

    def norm(name):
        draw(f"{name}/gain", (WIDTH,), 0.1, 1.0)
        draw(f"{name}/bias", (WIDTH,), 0.1)

    def feed_forward(name):
        draw(f"{name}/inner_weight", (WIDTH, INNER), WIDTH**-0.5)
        draw(f"{name}/inner_bias", (INNER,), 0.1)
        draw(f"{name}/outer_weight", (INNER, WIDTH), INNER**-0.5)
        draw(f"{name}/outer_bias", (WIDTH,), 0.1)

    draw("embedding", (VOCABULARY, WIDTH), WIDTH**-0.5)
    for layer in range(LAYERS):
        attention(f"encoder/{layer}/self")
        norm(f"encoder/{layer}/self_norm")
        feed_forward(f"encoder/{layer}/feed_forward")
        norm(f"encoder/{layer}/feed_forward_norm")
    for layer in range(LAYERS):
        attention(f"decoder/{layer}/self")
        norm(f"decoder/{layer}/self_norm")
        attention(f"decoder/{layer}/cross")
        norm(f"decoder/{layer}/cross_norm")
        feed_forward(f"decoder/{layer}/feed_forward")
        norm(f"decoder/{layer}/feed_forward_norm")
    return parameters


def make_inputs():
    generator = torch.Generator().manual_seed(DATA_SEED)

    def words(length):
        return torch.randint(1, VOCABULARY, (BATCH, length), generator=generator)

    source, target = words(SOURCE), words(TARGET)
    source_lengths = torch.tensor(SOURCE_LENGTHS)
    target_lengths = torch.tensor(TARGET_LENGTHS)
    source[torch.arange(SOURCE)[None, :] >= source_lengths[:, None]] = 0
    weights = (torch.arange(TARGET)[None, :] < target_lengths[:, None]).double()
    target[weights == 0] = 0
    start = torch.ones(BATCH, 1, dtype=target.dtype)
    return {
        "source": source,
        "source_lengths": source_lengths,
        "target_input": torch.cat([start, target[:, :-1]], 1),  # shifted right by a start symbol
        "target_output": target,
        "weights": weights,
    }


def positions(length):
    """sin(pos / 10000^(2i/d)) at 2i, cos of the same at 2i + 1."""
    table = torch.zeros(length, WIDTH, dtype=torch.float64)
    for position in range(length):
        for i in range(WIDTH // 2):
            angle = position / 10000 ** (2 * i / WIDTH)
            table[position, 2 * i] = math.sin(angle)
            table[position, 2 * i + 1] = math.cos(angle)
    return table


def layer_norm(x, p, name):
    mean = x.mean(-1, keepdim=True)
    variance = ((x - mean) ** 2).mean(-1, keepdim=True)
    return p[name + "/gain"] * (x - mean) / torch.sqrt(variance + EPSILON) + p[name + "/bias"]


def attend(queries_from, keys_from, p, name, visible):
    """Multi-head attention; visible: booleans that broadcast to [B, heads, T, S]."""

    def heads(x):  # [B, T, d] -> [B, heads, T, d / heads]
        return x.reshape(x.shape[0], x.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)

    queries = heads(queries_from @ p[name + "/query"])
    keys = heads(keys_from @ p[name + "/key"])
    values = heads(keys_from @ p[name + "/value"])
    scores = queries @ keys.transpose(-1, -2) / math.sqrt(WIDTH // HEADS)
    weights = torch.softmax(scores.masked_fill(~visible, -math.inf), -1)
    joined = (weights @ values).transpose(1, 2).reshape(queries_from.shape)
    return joined @ p[name + "/output"]


def feed_forward(x, p, name):
    inner = torch.relu(x @ p[name + "/inner_weight"] + p[name + "/inner_bias"])
    return inner @ p[name + "/outer_weight"] + p[name + "/outer_bias"]


def forward(p, inputs):
    """Everything worth comparing, by name; the loss among it."""
    seen = {}
    key_positions = torch.arange(SOURCE)[None, None, None, :]
    source_visible = key_positions < inputs["source_lengths"][:, None, None, None]
    causal = torch.arange(TARGET)[None, :] <= torch.arange(TARGET)[:, None]

    def embed(tokens):
        return p["embedding"][tokens] * math.sqrt(WIDTH) + positions(tokens.shape[1])

    x = embed(inputs["source"])
    for layer in range(LAYERS):
        name = f"encoder/{layer}"
        x = layer_norm(x + attend(x, x, p, name + "/self", source_visible), p, name + "/self_norm")
        x = layer_norm(x + feed_forward(x, p, name + "/feed_forward"), p, name + "/feed_forward_norm")
        if layer == 0:
            seen["encoder_layer_0"] = x
    memory = seen["memory"] = x

    y = embed(inputs["target_input"])
    for layer in range(LAYERS):
        name = f"decoder/{layer}"
        y = layer_norm(y + attend(y, y, p, name + "/self", causal), p, name + "/self_norm")
        y = layer_norm(y + attend(y, memory, p, name + "/cross", source_visible), p, name + "/cross_norm")
        y = layer_norm(y + feed_forward(y, p, name + "/feed_forward"), p, name + "/feed_forward_norm")
        if layer == 0:
            seen["decoder_layer_0"] = y

    logits = seen["logits"] = y @ p["embedding"].T
    # Cross-entropy with the target distribution 1 - s + s/V for the right class and s/V for each other.
    log_probabilities = logits - torch.logsumexp(logits, -1, keepdim=True)
    right = log_probabilities.gather(-1, inputs["target_output"][..., None])[..., 0]
    losses = -(1 - SMOOTHING) * right - SMOOTHING / VOCABULARY * log_probabilities.sum(-1)
    seen["losses"] = losses
    seen["loss"] = (inputs["weights"] * losses).sum() / inputs["weights"].sum()
    return seen


def first_adam_step(parameters):
    """The gradients' global norm, and the parameters after the first step on gradients clipped by it."""
    norm = torch.sqrt(sum((parameter.grad**2).sum() for parameter in parameters.values()))
    scale = min(1.0, LARGEST_NORM / norm.item())
    updated = {}
    for name, parameter in parameters.items():
        gradient = parameter.grad * scale
        first = (1 - BETA1) * gradient / (1 - BETA1)
        second = (1 - BETA2) * gradient**2 / (1 - BETA2)
        updated[name] = parameter.detach() - RATE * first / (torch.sqrt(second) + ADAM_EPSILON)
    return norm, updated


def save(path, tensors, metadata):
    """The safetensors format: a header's length, the header in JSON, and the values row by row."""
    header, blocks, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        tensor = tensors[name].detach().contiguous()
        floating = tensor.is_floating_point()
        flat = tensor.reshape(-1).tolist()
        block = struct.pack("<%d%s" % (len(flat), "d" if floating else "i"), *flat)
        header[name] = {
            "dtype": "F64" if floating else "I32",
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(block)],
        }
        blocks.append(block)
        offset += len(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def main():
    parameters, inputs = make_parameters(), make_inputs()
    seen = forward(parameters, inputs)
    seen["loss"].backward()
    seen["gradient_norm"], updated = first_adam_step(parameters)
    tensors = {**inputs, **seen}
    for name, parameter in parameters.items():
        tensors["parameter/" + name] = parameter
        tensors["gradient/" + name] = parameter.grad
        tensors["updated/" + name] = updated[name]
    metadata = {
        "made_by": "make_transformer.py",
        "torch": torch.__version__,
        "parameter_seed": str(PARAMETER_SEED),
        "data_seed": str(DATA_SEED),
    }
    save("transformer.safetensors", tensors, metadata)
    print(f"loss {seen['loss'].item():.12f}, gradient norm {seen['gradient_norm'].item():.12f}")


if __name__ == "__main__":
    main()
