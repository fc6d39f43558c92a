"""Trains the recogniser; goes on from what OUT holds.

usage: train.py --fonts FOLDER --out FOLDER --minutes M [--workers N] [--total M] [--pool-mb N] [--budget N]

`--total` are the minutes of the whole training over all pieces: the learning rate follows it, so a piece that is interrupted
goes on where it stopped. OUT gets net.pt, mean.pt (the moving average, which is exported), optimiser.pt and log.jsonl.
"""

import argparse
import atexit
import copy
import json
import math
import pathlib
import pickle
import queue
import shutil
import sys
import tempfile
import threading
import time

import numpy as np
import torch
import torch.multiprocessing as mp
from torch.nn import functional as F

import draw
import texts
from alphabet import greedy
from compose import compose
from model import STEP as COLUMNS
from model import Net

STEP = 64
BUCKETS = draw.WIDEST // STEP
LONGEST = 160


def draws(seed, folder, shelf, out):
    """A worker: lines without end, by width, 256 at a time. They lie in a file in memory; only its path goes through the queue."""
    torch.set_num_threads(1)
    source = draw.lines(seed, draw.Fonts(folder, False))
    count = 0
    while True:
        widths = {}
        for mask, base, symbols, *_ in (next(source) for _ in range(256)):
            if len(symbols) <= LONGEST:
                widths.setdefault((mask.shape[1] - 1) // STEP, []).append((mask, base, symbols))
        packed = []
        for at, lines in widths.items():
            block = np.zeros((len(lines), draw.HEIGHT, STEP * (at + 1)), np.uint8)
            texts_of = np.zeros((len(lines), LONGEST), np.int16)
            for n, (mask, _, symbols) in enumerate(lines):
                block[n, :, : mask.shape[1]] = mask
                texts_of[n, : len(symbols)] = symbols
            numbers = np.array([(mask.shape[1], base, len(symbols)) for mask, base, symbols in lines], np.float32)
            packed.append((at, block, numbers, texts_of))
        path = f"{shelf}/{seed}-{count}"
        with open(path, "wb") as file:
            pickle.dump(packed, file, protocol=5)
        out.put(path)
        count += 1


class Pool:
    """Masks, their widths, baselines and texts on the device, by width; the oldest give way."""

    def __init__(self, device, megabytes):
        self.device = device
        self.capacity = [max(64, int(megabytes * 2**20 / BUCKETS / (draw.HEIGHT * STEP * (at + 1)))) for at in range(BUCKETS)]
        held = lambda *shape, kind: [torch.zeros(size, *shape, dtype=kind, device=device) for size in self.capacity]
        self.masks = [torch.zeros(size, draw.HEIGHT, STEP * (at + 1), dtype=torch.uint8, device=device) for at, size in enumerate(self.capacity)]
        self.numbers = held(3, kind=torch.float32)
        self.texts = held(LONGEST, kind=torch.int16)
        self.drawn = np.zeros(BUCKETS, np.int64)
        self.waiting = queue.SimpleQueue()

    def receive(self, path):
        """Takes lines in, on any thread; they are drawn from after the next `settle`."""
        with open(path, "rb") as file:
            self.waiting.put(pickle.load(file))
        pathlib.Path(path).unlink()

    def settle(self):
        """Moves what waits to the device: only the thread that trains talks to it."""
        while not self.waiting.empty():
            for at, *arrays in self.waiting.get():
                count = min(len(arrays[0]), self.capacity[at])
                slots = torch.from_numpy((self.drawn[at] + np.arange(count)) % self.capacity[at]).to(self.device)
                for held, new in zip((self.masks, self.numbers, self.texts), arrays):
                    held[at].index_copy_(0, slots, torch.from_numpy(new[:count]).to(self.device))
                self.drawn[at] += count

    def batch(self, budget, rng):
        """Masks, their widths, baselines, lengths of texts, and texts."""
        held = np.minimum(self.drawn, self.capacity)
        sizes = np.array([max(8, budget // (STEP * (at + 1))) for at in range(BUCKETS)])
        chance = self.drawn / sizes * (held > 0)
        at = int(rng.choice(BUCKETS, p=chance / chance.sum()))
        slots = torch.from_numpy(rng.randint(0, held[at], sizes[at])).to(self.device)
        widths, bases, lengths = self.numbers[at][slots].unbind(1)
        return self.masks[at][slots], widths, bases, lengths.long(), self.texts[at][slots][:, : max(1, int(lengths.max()))].long()


@torch.no_grad()
def begin(net, old):
    """Takes over what another net knows: tensors of the same shape, else what both have, kernels stretched."""
    for name, new in net.state_dict().items():
        if name not in old or not new.dtype.is_floating_point:
            continue
        known = old[name].to(new.device)
        if known.dim() == 4 and known.shape[2:] != new.shape[2:]:
            stretched = F.interpolate(known, (7, 7), mode="bilinear", align_corners=True)
            at = (7 - new.shape[2]) // 2
            known = stretched[:, :, at : at + new.shape[2]] * (25 / 35)
        corner = tuple(slice(0, min(a, b)) for a, b in zip(new.shape, known.shape))
        new[corner] = known[corner]


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(new[-1] + 1, row[j] + 1, row[j - 1] + (x != y)))
        row = new
    return row[-1]


CALM = dict(seal=0.0, leaders=0.0, neighbour=0.0, bad_cut=0.0, copied=0.0, crease=0.0)
CLASSES = {
    # name: (shares of print, type, pen, ring; chances of compose; texts)
    "clean print": ((0.9, 0.1, 0.0, 0.0), CALM, None),
    "leaders": ((0.9, 0.1, 0.0, 0.0), CALM | dict(leaders=1.0, clean=0.3), None),
    "seal": ((0.9, 0.1, 0.0, 0.0), CALM | dict(seal=1.0, clean=0.3), None),
    "cursive fill": ((0.0, 0.0, 1.0, 0.0), CALM | dict(leaders=0.4), None),
    "digits and dates": ((0.9, 0.1, 0.0, 0.0), CALM | dict(leaders=0.4), lambda r: ("", texts.date(r) if r.random() < 0.5 else texts.number(r))),
    "around seals": ((0.0, 0.0, 0.0, 1.0), CALM | dict(leaders=0.0), None),
}


def judges(folder, count, seed=990_000_001):
    """Lines in fonts never trained on, by class; the first 60 also serve the curve."""
    fonts = draw.Fonts(folder, True)
    out = {}
    for at, (name, (share, chances, only)) in enumerate(CLASSES.items()):
        source = draw.lines(seed + at, fonts, share, 0.0, only)
        out[name] = ([next(source) for _ in range(count)], chances)
    return out


@torch.no_grad()
def judge(net, sets, patterns, stamps, device, count=None):
    """Per class: character error rate, share of exact lines, error rate without diacritics."""
    import unicodedata

    plain = lambda s: "".join(ch for ch in unicodedata.normalize("NFD", s.replace("đ", "d").replace("Đ", "D")) if not unicodedata.combining(ch))
    net.eval()
    result = {}
    for name, (lines, chances) in sets.items():
        lines = lines[:count]
        torch.manual_seed(7)
        errors = bare = signs = exact = 0
        for start in range(0, len(lines), 50):
            part = lines[start : start + 50]
            room = max(mask.shape[1] for mask, *_ in part)
            masks = np.stack([np.pad(mask, ((0, 0), (0, room - mask.shape[1]))) for mask, *_ in part])
            x, width = compose(torch.from_numpy(masks).to(device), torch.tensor([float(m.shape[1]) for m, *_ in part], device=device),
                               torch.tensor([float(b) for _, b, *_ in part], device=device), patterns, stamps, **chances)
            best = net(x).argmax(-1).cpu().numpy()
            for n, (_, _, _, text, _) in enumerate(part):
                read = greedy(best[n][: -(-2 * int(width[n].item()) // COLUMNS)])
                errors += distance(read, text)
                bare += distance(plain(read), plain(text))
                signs += len(text)
                exact += read == text
        result[name] = {"cer": round(100 * errors / signs, 2), "exact": round(100 * exact / len(lines), 1), "cer_without_marks": round(100 * bare / signs, 2)}
    return result


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--fonts", required=True)
    ask.add_argument("--out", required=True)
    ask.add_argument("--minutes", type=float, required=True)
    ask.add_argument("--total", type=float)
    ask.add_argument("--workers", type=int, default=2)
    ask.add_argument("--pool-mb", type=int, default=600)
    ask.add_argument("--budget", type=int, default=24_000, help="columns of masks in a batch")
    ask.add_argument("--begin", help="a mean.pt of another net, to begin with what it knows")
    ask.add_argument("--rate", type=float, default=3e-3)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--least-rate", type=float, default=0, help="give up when fewer lines a second are shown (for machines that cost by the minute)")
    ask.add_argument("--judged", type=int, default=300)
    say = ask.parse_args()
    begun = time.time()
    out = pathlib.Path(say.out)
    out.mkdir(parents=True, exist_ok=True)
    state = json.loads((out / "state.json").read_text()) if (out / "state.json").exists() else {"minutes": 0.0, "steps": 0, "lines": 0}
    total = say.total or state["minutes"] + say.minutes

    memory = pathlib.Path("/dev/shm")
    roomy = memory.exists() and shutil.disk_usage(memory).free > 2**30
    shelf = tempfile.mkdtemp(prefix="lines-", dir=memory if roomy else None)
    atexit.register(shutil.rmtree, shelf, ignore_errors=True)
    chunks = mp.get_context("fork").Queue(64)
    first = say.seed * 1_000_003 + state["steps"] * 1009
    for n in range(say.workers):
        mp.get_context("fork").Process(target=draws, args=(first + n, say.fonts, shelf, chunks), daemon=True).start()
    sys.setswitchinterval(0.0005)
    torch.set_num_threads(2)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    # Shapes differ from batch to batch: looking for the best kernel of each would cost more than it saves.
    torch.backends.cudnn.benchmark = False
    torch.manual_seed(first)
    patterns = torch.from_numpy(draw.patterns(5)).to(device)
    stamps = torch.from_numpy(draw.stamps(6, draw.Fonts(say.fonts, False))).to(device)
    sets = judges(say.fonts, say.judged)
    pool = Pool(device, say.pool_mb)
    threading.Thread(target=lambda: [pool.receive(chunks.get()) for _ in iter(int, 1)], daemon=True).start()

    net = Net().to(device, memory_format=torch.channels_last)
    if say.begin and not (out / "net.pt").exists():
        begin(net, torch.load(say.begin, map_location=device))
    optimiser = torch.optim.AdamW(net.parameters(), lr=say.rate, weight_decay=1e-2, betas=(0.9, 0.98))
    if (out / "net.pt").exists():
        net.load_state_dict(torch.load(out / "net.pt", map_location=device))
        optimiser.load_state_dict(torch.load(out / "optimiser.pt", map_location=device))
    mean = copy.deepcopy(net).eval()
    if (out / "mean.pt").exists():
        mean.load_state_dict(torch.load(out / "mean.pt", map_location=device))
    print(f"{sum(p.numel() for p in net.parameters())} parameters on {device}, {time.time() - begun:.0f} s to start", flush=True)

    floats = lambda part: [tensor for tensor in part.state_dict().values() if tensor.dtype.is_floating_point]
    slow, fast = floats(mean), floats(net)

    def save(**more):
        for name, part in (("net", net), ("mean", mean), ("optimiser", optimiser)):
            torch.save(part.state_dict(), out / f"{name}.pt.new")
            (out / f"{name}.pt.new").replace(out / f"{name}.pt")
        (out / "state.json").write_text(json.dumps(state))
        with (out / "log.jsonl").open("a") as log:
            log.write(json.dumps({**state, **more}) + "\n")

    rng = np.random.RandomState(first % 2**32)
    while pool.drawn.sum() < 2000:
        time.sleep(0.2)
        pool.settle()
    before, started, told, losses = state["minutes"], time.time(), time.time(), []
    while time.time() - begun < say.minutes * 60:
        state["minutes"] = before + (time.time() - started) / 60
        along = min(1.0, state["minutes"] / total)
        rate = say.rate * min(1, (state["steps"] + 1) / 400) * (0.5 * (1 + math.cos(math.pi * along)) * 0.99 + 0.01)
        for group in optimiser.param_groups:
            group["lr"] = rate
        if state["steps"] % 20 == 0:
            pool.settle()
        masks, widths, bases, lengths, symbols = pool.batch(say.budget, rng)
        with torch.no_grad():
            x, width = compose(masks, widths, bases, patterns, stamps)
        net.train()
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            y = net(x.contiguous(memory_format=torch.channels_last))
        steps = torch.ceil(2 * width / COLUMNS).long()
        loss = F.ctc_loss(y.float().log_softmax(-1).permute(1, 0, 2), symbols, steps, lengths, zero_infinity=True)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 3)
        optimiser.step()
        state["steps"] += 1
        state["lines"] += len(masks)
        with torch.no_grad():
            keep = min(0.9995, 1 - 10 / (state["steps"] + 20))
            torch._foreach_lerp_(slow, fast, 1 - keep)
        losses.append(loss.detach())
        if say.least_rate and 40 < time.time() - started < 60 and state["lines"] < say.least_rate * (time.time() - started):
            raise SystemExit(f"slow: {state['lines']} lines, {state['steps']} steps, {pool.drawn.sum()} drawn")
        if time.time() - told > 60:
            told = time.time()
            curve = judge(mean, sets, patterns, stamps, device, 60)
            recent = torch.stack(losses[-200:]).mean().item()
            save(loss=round(recent, 4), drawn=int(pool.drawn.sum()), curve={name: row["cer"] for name, row in curve.items()})
            print(f"{state['minutes']:.1f} min, step {state['steps']}, {state['lines']} lines shown of {pool.drawn.sum()} drawn, loss {recent:.3f},", {k: v["cer"] for k, v in curve.items()}, flush=True)
            losses = losses[-200:]
    final = judge(mean, sets, patterns, stamps, device)
    save(final=final)
    print(f"{state['minutes']:.2f} min, step {state['steps']}, {state['lines']} lines shown of {pool.drawn.sum()} drawn; memory {torch.cuda.max_memory_allocated() / 2**30 if device == 'cuda' else 0:.1f} GiB")
    print(json.dumps(final, indent=1), flush=True)


if __name__ == "__main__":
    main()
