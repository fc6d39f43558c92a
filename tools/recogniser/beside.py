"""The judged lines read by the network and by stock Tesseract (psm 7), the same pictures for both.

usage: beside.py TRAINING_FOLDER --fonts FOLDER [--lines N] [--golden FOLDER]

Tesseract gets each line twice as large (cubic) with a white margin, which it reads better than 48 rows. `--golden` writes
a few lines with the network's reading of them, for the tests of `crates/recogniser`.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import unicodedata

import cv2
import numpy as np
import torch

import draw
from alphabet import ALIKE, greedy
from compose import compose
from export import folded, rounded
from model import STEP, Net
from train import distance, judges


def quantised(folder):
    """The net as it is exported: batch normalisation folded, weights rounded."""
    net = Net(drop=0).eval()
    net.load_state_dict(torch.load(folder / "mean.pt", map_location="cpu"))
    with torch.no_grad():
        for part in net.modules():
            if isinstance(part, torch.nn.Sequential) and len(part) > 1 and isinstance(part[1], torch.nn.BatchNorm2d):
                weight, bias = folded(part[0], part[1])
                whole, scale = rounded(weight)
                conv = torch.nn.Conv2d(part[0].in_channels, part[0].out_channels, part[0].kernel_size, part[0].stride, part[0].padding, groups=part[0].groups)
                conv.weight.copy_(torch.from_numpy((whole.astype(np.float32) * scale[:, None]).reshape(weight.shape)))
                conv.bias.copy_(torch.from_numpy(bias))
                part[0], part[1] = conv, torch.nn.Identity()
        for part in [net.head, *[row.p1 for row in net.rows]]:
            whole, scale = rounded(part.weight.detach().double().numpy())
            part.weight.copy_(torch.from_numpy((whole.astype(np.float32) * scale[:, None]).reshape(part.weight.shape)))
    return net


@torch.no_grad()
def read(net, gray):
    x = gray.astype(np.float64)
    x = (x.mean() - x) / (x.std() + 8)
    x = np.pad(x, ((0, 0), (0, -x.shape[1] % STEP))).astype(np.float32)
    best = net(torch.from_numpy(x)[None, None]).argmax(-1)[0].numpy()
    return greedy(best[: -(-2 * gray.shape[1] // STEP)])


def pictures(lines, chances, patterns, stamps):
    torch.manual_seed(7)
    for start in range(0, len(lines), 50):
        part = lines[start : start + 50]
        room = max(mask.shape[1] for mask, *_ in part)
        masks = torch.from_numpy(np.stack([np.pad(mask, ((0, 0), (0, room - mask.shape[1]))) for mask, *_ in part]))
        x, width = compose(masks, torch.tensor([float(m.shape[1]) for m, *_ in part]), torch.tensor([float(b) for _, b, *_ in part]), patterns, stamps, **chances)
        for n, (_, _, _, text, _) in enumerate(part):
            yield np.clip(205 - 46 * x[n, 0, :, : int(width[n])].numpy(), 0, 255).astype(np.uint8), text


def tesseract(grays):
    """What it reads of each; nothing where it falls over a picture, which it does over one in some thousands (SIGFPE)."""
    try:
        return together(grays)
    except subprocess.CalledProcessError:
        if len(grays) == 1:
            return [""]
        middle = len(grays) // 2
        return tesseract(grays[:middle]) + tesseract(grays[middle:])


def together(grays):
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        for at, gray in enumerate(grays):
            large = cv2.resize(gray, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
            cv2.imwrite(str(work / f"{at:05}.png"), cv2.copyMakeBorder(large, 12, 12, 12, 12, cv2.BORDER_CONSTANT, value=255))
        (work / "list.txt").write_text("\n".join(str(work / f"{at:05}.png") for at in range(len(grays))))
        done = subprocess.run(["tesseract", work / "list.txt", "-", "-l", "vie", "--psm", "7", "-c", "page_separator=\f"], capture_output=True, text=True, check=True, env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"})
    return [" ".join(page.split()) for page in done.stdout.split("\f")][: len(grays)]


def bare(text):
    """Without leader dots and outer punctuation, look-alikes as one, NFC: both readings and the truth are compared so."""
    text = unicodedata.normalize("NFC", text.translate(ALIKE))
    while ".." in text or ". ." in text:
        text = text.replace("..", " ").replace(". .", " ")
    return " ".join(text.split()).strip(" .,:;-_'\"|")


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("training")
    ask.add_argument("--fonts", required=True)
    ask.add_argument("--lines", type=int, default=300)
    ask.add_argument("--golden")
    say = ask.parse_args()
    net = quantised(pathlib.Path(say.training))
    patterns, stamps = torch.from_numpy(draw.patterns(5)), torch.from_numpy(draw.stamps(6, draw.Fonts(say.fonts, False)))
    golden = []
    print(f"{'class':18} {'lines':>5}   Tesseract: CER, exact   ours: CER, exact   both wrong")
    for name, (lines, chances) in judges(say.fonts, say.lines).items():
        made = list(pictures(lines, chances, patterns, stamps))
        ours, theirs = [read(net, gray) for gray, _ in made], tesseract([gray for gray, _ in made])
        signs = sum(len(bare(text)) for _, text in made)
        rate = lambda readings: 100 * sum(distance(bare(r), bare(text)) for r, (_, text) in zip(readings, made)) / signs
        right = lambda readings: [bare(r) == bare(text) for r, (_, text) in zip(readings, made)]
        a, b = right(theirs), right(ours)
        print(f"{name:18} {len(made):5}   {rate(theirs):8.2f} % {100 * np.mean(a):7.1f} %   {rate(ours):6.2f} % {100 * np.mean(b):6.1f} %   {100 * np.mean([not (x or y) for x, y in zip(a, b)]):6.1f} %", flush=True)
        golden += [(gray, r) for (gray, _), r in list(zip(made, ours))[:3]]
    if say.golden:
        folder = pathlib.Path(say.golden)
        folder.mkdir(parents=True, exist_ok=True)
        for at, (gray, _) in enumerate(golden):
            cv2.imwrite(str(folder / f"{at:02}.png"), gray)
        (folder / "readings.json").write_text(json.dumps([r for _, r in golden], ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
