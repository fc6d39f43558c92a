"""Writes the weights as `crates/recogniser` reads them: batch normalisation folded in, int8 with one scale an output channel.

usage: export.py TRAINING_FOLDER OUT.bsrn [--fonts FOLDER]      (with fonts: judges the rounded weights too)

The header names the training by the SHA-256 of its log.
"""

import argparse
import hashlib
import json
import pathlib
import struct

import numpy as np
import torch

from alphabet import SYMBOLS
from model import CHANNELS, EXPANDED, HEIGHT, ROWS, Net


def folded(layer, norm=None):
    weight = layer.weight.detach().double()
    bias = layer.bias.detach().double() if layer.bias is not None else torch.zeros(weight.shape[0], dtype=torch.float64)
    if norm is not None:
        scale = norm.weight.detach().double() / (norm.running_var.double() + norm.eps).sqrt()
        weight, bias = weight * scale.view(-1, 1, 1, 1), (bias - norm.running_mean.double()) * scale + norm.bias.detach().double()
    return weight.numpy(), bias.numpy()


def tensors(net):
    for name in ("conv0", "conv1", "conv2", "conv3"):
        part = getattr(net, name)
        yield name, folded(part[0], part[1])
    yield "res.a", folded(net.res.a[0], net.res.a[1])
    yield "res.b", folded(net.res.b[0], net.res.b[1])
    yield "conv4", folded(net.conv4[0], net.conv4[1])
    for at, row in enumerate(net.rows):
        yield f"row{at}.d", folded(row.d[0], row.d[1])
        yield f"row{at}.p1", folded(row.p1)
        yield f"row{at}.p2", folded(row.p2[0], row.p2[1])
    yield "head", folded(net.head)


def rounded(weight):
    """int8 and the scales; the scale that leaves the least squared error of a few is taken."""
    flat = weight.reshape(weight.shape[0], -1)
    most = np.abs(flat).max(1, keepdims=True).clip(1e-9)
    best = None
    for share in np.linspace(0.7, 1.0, 13):
        scale = (most * share / 127).astype(np.float32)
        whole = np.clip(np.round(flat / scale), -127, 127)
        error = ((whole * scale - flat) ** 2).sum(1, keepdims=True)
        if best is None:
            best = (error, scale, whole)
        else:
            better = error < best[0]
            best = (np.where(better, error, best[0]), np.where(better, scale, best[1]), np.where(better, whole, best[2]))
    return best[2].astype(np.int8), best[1].reshape(-1).astype(np.float32)


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("training")
    ask.add_argument("out")
    ask.add_argument("--fonts")
    say = ask.parse_args()
    folder = pathlib.Path(say.training)
    net = Net(drop=0).eval()
    net.load_state_dict(torch.load(folder / "mean.pt", map_location="cpu"))
    listed, body = [], b""
    for name, (weight, bias) in tensors(net):
        whole, scale = rounded(weight)
        listed.append({"name": name, "shape": list(weight.shape)})
        body += scale.tobytes() + bias.astype("<f4").tobytes() + whole.tobytes()
    header = json.dumps({"c": list(CHANNELS), "e": EXPANDED, "r": ROWS, "height": HEIGHT, "symbols": SYMBOLS, "training": hashlib.sha256((folder / "log.jsonl").read_bytes()).hexdigest(),
                         "license": "Apache-2.0", "tensors": listed}, ensure_ascii=False).encode()
    data = b"BSRN0002" + struct.pack("<I", len(header)) + header + body
    pathlib.Path(say.out).write_bytes(data)
    print(len(data), "bytes", hashlib.sha256(data).hexdigest())
    if say.fonts:
        import draw
        from beside import quantised
        from train import judge, judges

        stamps = torch.from_numpy(draw.stamps(6, draw.Fonts(say.fonts, False)))
        print(json.dumps(judge(quantised(folder), judges(say.fonts, 300), torch.from_numpy(draw.patterns(5)), stamps, "cpu"), indent=1))


if __name__ == "__main__":
    main()
