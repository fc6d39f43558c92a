"""Trains the recogniser; goes on from what OUT holds.

usage: train.py --fonts FOLDER --out FOLDER --minutes M [--workers N] [--total M] [--pool-mb N] [--budget N]

`--total` are the minutes of the whole training over all pieces: the learning rate follows it, so a piece that is interrupted
goes on where it stopped. OUT gets net.pt, mean.pt (the moving average, which is exported), optimiser.pt and log.jsonl.
"""

import argparse
import copy
import json
import math
import pathlib
import queue
import sys
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
from model import Net

STEP = 64
BUCKETS = draw.WIDEST // STEP


def draws(seed, folder, out):
    """A worker: lines without end, 128 at a time, sorted into widths by the receiver."""
    torch.set_num_threads(1)
    source = draw.lines(seed, draw.Fonts(folder, False))
    while True:
        batch = [next(source) for _ in range(128)]
        flat = np.concatenate([mask.reshape(-1) for mask, *_ in batch])
        out.put((flat, [mask.shape[1] for mask, *_ in batch], [base for _, base, *_ in batch], [symbols for _, _, symbols, *_ in batch]))


class Pool:
    """Masks on the device by width; the oldest give way."""

    def __init__(self, device, megabytes):
        self.device = device
        self.capacity = [max(64, int(megabytes * 2**20 / BUCKETS / (draw.HEIGHT * STEP * (at + 1)))) for at in range(BUCKETS)]
        self.masks = [torch.zeros(size, draw.HEIGHT, STEP * (at + 1), dtype=torch.uint8, device=device) for at, size in enumerate(self.capacity)]
        self.widths = [np.zeros(size, np.float32) for size in self.capacity]
        self.bases = [np.zeros(size, np.float32) for size in self.capacity]
        self.symbols = [[None] * size for size in self.capacity]
        self.drawn = np.zeros(BUCKETS, np.int64)
        self.waiting = [[] for _ in range(BUCKETS)]
        self.lock = threading.Lock()

    def receive(self, flat, widths, bases, symbols):
        """Takes lines in, on any thread; they are drawn from after the next `settle`."""
        places, start = {}, 0
        for width, base, line in zip(widths, bases, symbols):
            end = start + width * draw.HEIGHT
            places.setdefault((width - 1) // STEP, []).append((flat[start:end].reshape(draw.HEIGHT, width), base, line))
            start = end
        with self.lock:
            for at, lines in places.items():
                self.waiting[at] += lines

    def settle(self):
        """Moves what waits to the device, one copy a width: only the thread that trains talks to the device."""
        with self.lock:
            waiting, self.waiting = self.waiting, [[] for _ in range(BUCKETS)]
        for at, lines in enumerate(waiting):
            lines = lines[-self.capacity[at] :]
            if not lines:
                continue
            block = np.zeros((len(lines), draw.HEIGHT, STEP * (at + 1)), np.uint8)
            for n, (mask, _, _) in enumerate(lines):
                block[n, :, : mask.shape[1]] = mask
            slots = (self.drawn[at] + np.arange(len(lines))) % self.capacity[at]
            self.masks[at].index_copy_(0, torch.from_numpy(slots).to(self.device), torch.from_numpy(block).to(self.device))
            for slot, (mask, base, line) in zip(slots, lines):
                self.widths[at][slot], self.bases[at][slot], self.symbols[at][slot] = mask.shape[1], base, line
            self.drawn[at] += len(lines)

    def batch(self, budget, rng):
        held = np.minimum(self.drawn, self.capacity)
        sizes = np.array([max(8, budget // (STEP * (at + 1))) for at in range(BUCKETS)])
        chance = self.drawn / sizes * (held > 0)
        at = int(rng.choice(BUCKETS, p=chance / chance.sum()))
        slots = rng.randint(0, held[at], sizes[at])
        masks = self.masks[at][torch.from_numpy(slots).to(self.device)]
        return masks, self.widths[at][slots], self.bases[at][slots], [self.symbols[at][slot] for slot in slots]


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
    # name: (shares of print, type, pen; chances of compose; texts)
    "clean print": ((0.9, 0.1, 0.0), CALM, None),
    "leaders": ((0.9, 0.1, 0.0), CALM | dict(leaders=1.0, clean=0.3), None),
    "seal": ((0.9, 0.1, 0.0), CALM | dict(seal=1.0, clean=0.3), None),
    "cursive fill": ((0.0, 0.0, 1.0), CALM | dict(leaders=0.4), None),
    "digits and dates": ((0.9, 0.1, 0.0), CALM | dict(leaders=0.4), lambda r: ("", texts.date(r) if r.random() < 0.5 else texts.number(r))),
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
                read = greedy(best[n][: int(width[n].item() + 1) // 2])
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
    ask.add_argument("--budget", type=int, default=20_000, help="columns of masks in a batch")
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

    chunks = mp.get_context("fork").Queue(64)
    first = say.seed * 1_000_003 + state["steps"] * 1009
    for n in range(say.workers):
        mp.get_context("fork").Process(target=draws, args=(first + n, say.fonts, chunks), daemon=True).start()
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
    threading.Thread(target=lambda: [pool.receive(*chunks.get()) for _ in iter(int, 1)], daemon=True).start()

    net = Net().to(device, memory_format=torch.channels_last)
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
        masks, widths, bases, symbols = pool.batch(say.budget, rng)
        with torch.no_grad():
            x, width = compose(masks, torch.from_numpy(widths).to(device), torch.from_numpy(bases).to(device), patterns, stamps)
        net.train()
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            y = net(x.contiguous(memory_format=torch.channels_last))
        lengths = torch.tensor([len(line) for line in symbols])
        flat = torch.tensor([symbol for line in symbols for symbol in line])
        steps = ((width + 1) // 2).long().cpu()
        loss = F.ctc_loss(y.float().log_softmax(-1).permute(1, 0, 2), flat.to(device), steps.to(device), lengths.to(device), zero_infinity=True)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 3)
        optimiser.step()
        state["steps"] += 1
        state["lines"] += len(symbols)
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
