"""Ink of lines: a text becomes a coverage mask 56 px high, its ink between rows 4 and 52, as a line finder would cut it.

Paper, leaders, seals, blur and noise come later (`compose.py`), many times over the same ink.
"""

import functools
import json
import pathlib
import random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import texts
from alphabet import encode

HEIGHT, INK = 56, 48
WIDEST = 1792
CANVAS, BASE = 170, 105

cv2.setNumThreads(1)


class Fonts:
    """The faces of a folder made by `fonts.py`, by role; every family has the same share, those like Times thrice."""

    def __init__(self, folder, held):
        folder = pathlib.Path(folder)
        self.roles = {}
        for face in json.loads((folder / "fonts.json").read_text()):
            if face["held"] == held:
                family = self.roles.setdefault(face["role"], {}).setdefault(face["family"] + face["file"][:9], [])
                family.append(str(folder / face["file"]))
        for role, families in self.roles.items():
            self.roles[role] = [files for name, files in sorted(families.items()) for _ in range(3 if any(t in name for t in ("Serif", "termes", "tinos")) else 1)]

    def pick(self, r, role):
        return r.choice(r.choice(self.roles[role]))


@functools.lru_cache(4000)
def face(path, px):
    return ImageFont.truetype(path, px, layout_engine=ImageFont.Layout.BASIC)


def stroke(draw, r, x, y, text, path, em, pen):
    """Writes one stretch of text; returns where it ends."""
    font = face(path, em)
    spread = r.random()
    if not pen and spread < 0.8:
        draw.text((x, y), text, font=font, fill=255, anchor="ls")
        return x + font.getlength(text)
    track = 0.0 if pen or spread < 0.88 else r.uniform(-0.03, 0.14) * em
    letters = track != 0 or (pen and r.random() < 0.3)
    gap, tilt = em * r.uniform(0.18, 0.5), r.uniform(-0.006, 0.006)
    wander = 0.0
    for part in text.split(" "):
        size = round(em * r.uniform(0.92, 1.08)) if pen and r.random() < 0.6 else em
        font = face(path, size)
        wander = 0.6 * wander + (r.gauss(0, 0.03) if pen else r.gauss(0, 0.006)) * em
        level = y + wander + tilt * x
        if letters:
            for sign in part:
                draw.text((x + r.gauss(0, 0.008) * em, level + (r.gauss(0, 0.012) * em if pen else 0)), sign, font=font, fill=255, anchor="ls")
                x += font.getlength(sign) + track
        else:
            draw.text((x, level), part, font=font, fill=255, anchor="ls")
            x += font.getlength(part)
        x += gap * r.uniform(0.75, 1.3)
    return x - gap


def warp(mask, r, rs, strength, slant):
    h, w = mask.shape
    field = np.zeros((h, w, 2), np.float32)
    for cells, share in ((3, 1.0), (8, 0.45)):
        grid = rs.standard_normal((3, max(3, w * cells // 300 + 2), 2)).astype(np.float32) * strength * share
        field += cv2.resize(grid, (w, h), interpolation=cv2.INTER_CUBIC)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    return cv2.remap(mask, xx + field[..., 0] + slant * (yy - BASE), yy + field[..., 1], cv2.INTER_LINEAR)


def ink(r, rs, label, value, fonts, role):
    """(mask, baseline row), or None where the line would be too wide."""
    em = r.choice([34, 42, 50, 58])
    pen = role == "pen"
    path = fonts.pick(r, role)
    whole = " ".join(part for part in (label, value) if part)
    if not whole:
        width = r.randint(30, 400)
        return np.zeros((HEIGHT, width), np.uint8), 41
    room = int(em * (0.9 * len(whole) + 4) + 80)
    image = Image.new("L", (room, CANVAS), 0)
    draw = ImageDraw.Draw(image)
    x = 20.0
    if label and value and r.random() < 0.8:
        print_path = fonts.pick(r, "print")
        scale = r.uniform(0.8, 1.1)
        x = stroke(draw, r, x, BASE, label, print_path, round(em * scale), False)
        x += em * r.uniform(0.2, 1.5)
        x = stroke(draw, r, x, BASE - em * r.uniform(-0.04, 0.12), value, path, em, pen)
    else:
        x = stroke(draw, r, x, BASE, whole, path, em, pen)
    mask = np.asarray(image)[:, : int(x + 30)]
    if pen or r.random() < 0.12:
        mask = warp(mask, r, rs, em * (0.022 if pen else 0.008), r.uniform(-0.08, 0.3) if pen else r.uniform(-0.04, 0.1))
    if r.random() < 0.3:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2, 2) if r.random() < 0.7 else (3, 3))
        mask = (cv2.dilate if r.random() < (0.6 if pen else 0.5) else cv2.erode)(mask, kernel)
    rows, columns = np.flatnonzero(mask.max(1) > 90), np.flatnonzero(mask.max(0) > 90)
    if len(rows) < 2 or len(columns) < 2:
        return None
    top, bottom = rows[0], rows[-1] + 1
    least = int(em * 0.42)
    if bottom - top < least:
        middle = (top + bottom) // 2
        top, bottom = middle - least // 2, middle - least // 2 + least
    mask = mask[top:bottom, columns[0] : columns[-1] + 1]
    scale = INK / mask.shape[0]
    width = max(2, round(mask.shape[1] * scale))
    if width > WIDEST:
        return None
    mask = cv2.resize(mask, (width, INK), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.pad(mask, ((4, 4), (0, 0))), (BASE - top) * scale + 4


def star(x, y, outer, inner):
    """The corners of a five-pointed star."""
    return [(x + (inner if n % 2 else outer) * np.sin(n * 0.6283), y - (inner if n % 2 else outer) * np.cos(n * 0.6283)) for n in range(10)]


def bezier(points, count):
    """Points on the cubic curve of four."""
    t = np.linspace(0, 1, count)[:, None]
    p = np.array(points)
    return (1 - t) ** 3 * p[0] + 3 * (1 - t) ** 2 * t * p[1] + 3 * (1 - t) * t**2 * p[2] + t**3 * p[3]


def ring(r, rs, text, fonts):
    """(mask, baseline row, text that is left): words of a seal's arc, unrolled, as inspection cuts them.

    Bold capitals with air above and below, pressed unevenly, stars and the lower arc's words (upside down, which are not to be
    read) beside them, the beginning cut off at times, and strokes of a pen taken out with what they cover.
    """
    em = r.choice([34, 42, 50])
    font = face(fonts.pick(r, "print"), em)
    track = em * r.uniform(0.0, 0.2)
    image = Image.new("L", (int(em * (1.2 * len(text) + 30)), CANVAS), 0)
    draw = ImageDraw.Draw(image)
    drift, turn, phase = em * r.uniform(0, 0.09), r.uniform(200, 900), r.uniform(0, 6.28)
    x = start = em * r.uniform(5.0, 6.0)
    ends = []
    for sign in text:
        draw.text((x, BASE + drift * np.sin(x / turn * 6.28 + phase) + r.gauss(0, 0.01) * em), sign, font=font, fill=255, anchor="ls", stroke_width=r.choice([0, 0, 1]) if em > 40 else 0)
        x += font.getlength(sign) + track
        ends.append(x - track)
    first = 0
    left = start - em * r.uniform(0.1, 0.6)
    if r.random() < 0.3:
        # The strip begins within a word: what is not whole is not to be read.
        first = r.randint(1, max(1, len(text) // 3))
        left = ends[first - 1] - (font.getlength(text[first - 1]) * r.uniform(0.0, 0.6) if text[first - 1] != " " else 0)
    left, right = beside(r, image, em, left, x + em * r.uniform(0.0, 0.4), first == 0, fonts)
    mask = np.asarray(image)[:, max(0, int(left)) : int(right) + 2].astype(np.float32)
    pressed = stamped(r, rs, mask, em)
    return pressed and (*pressed, text[first:].strip())


def beside(r, image, em, left, right, whole, fonts):
    """Draws what stands at both ends of an inscription; returns where the strip begins and ends."""
    draw = ImageDraw.Draw(image)
    for side in (-1, 1):
        if r.random() < 0.55 and (side > 0 or whole):
            middle = (right + em * 0.6) if side > 0 else (left - em * 0.6)
            reach = em * r.uniform(0.25, 0.4)
            draw.polygon(star(middle, BASE - em * 0.35, reach, reach * 0.42), fill=255)
            if side > 0:
                right = middle + reach * r.uniform(0.5, 1.3)
            else:
                left = middle - reach * r.uniform(0.5, 1.3)
    if r.random() < 0.4:
        other = Image.new("L", (int(em * 16), int(em * 1.6)), 0)
        small = face(fonts.pick(r, "print"), round(em * r.uniform(0.6, 0.85)))
        foreign = texts.inscription(r)[:18]
        ImageDraw.Draw(other).text((2, em * 1.2), foreign, font=small, fill=255, anchor="ls")
        other = other.crop((0, 0, int(small.getlength(foreign)) + 4, int(em * 1.6))).rotate(180)
        image.paste(other, (int(right + em * r.uniform(0.2, 1.0)), int(BASE - em * 1.05)))
        right += em * r.uniform(0.5, 5.0)
    return left, right


def stamped(r, rs, mask, em):
    """(mask, baseline row) of an inscription as a seal leaves it on paper and a pen leaves it of the seal; None where nothing is there, or too much."""
    inked = np.flatnonzero(mask.max(1) > 90) if mask.shape[1] >= 20 else []
    if len(inked) < 2:
        return None
    tall = inked[-1] - inked[0]
    top = max(0, int(inked[0] - tall * r.uniform(0, 0.3)))
    bottom = min(CANVAS, int(inked[-1] + 1 + tall * r.uniform(0, 0.3)))
    mask = mask[top:bottom]
    h, w = mask.shape
    press = cv2.resize(rs.rand(2, max(3, w // 60)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    mask *= np.clip(1 - r.uniform(0, 0.8) * press, 0.2, 1)
    for _ in range(r.choice([0, 1, 1, 2, 3])):
        mask = crossed(mask, r, rs, em)
    mask = cv2.GaussianBlur(mask, (0, 0), em * r.uniform(0.01, 0.035))
    scale = INK / h
    width = max(2, round(w * scale * r.uniform(0.85, 1.2)))
    if width > WIDEST:
        return None
    mask = cv2.resize(mask, (width, INK), interpolation=cv2.INTER_AREA).clip(0, 255).astype(np.uint8)
    return np.pad(mask, ((4, 4), (0, 0))), (BASE - top) * scale + 4


def crossed(mask, r, rs, em):
    """The ink without what a pen covers: a stroke of its width is white, its edges are torn and dark in places."""
    h, w = mask.shape
    at, span = r.uniform(0, w), em * r.uniform(0.6, 4)
    curve = bezier([(at + r.gauss(0, span), r.uniform(-0.6 * h, 1.6 * h)) for _ in range(4)], 60).astype(np.int32)
    wide = max(2, round(em * r.uniform(0.05, 0.24)))
    stroke = np.zeros((h, w), np.uint8)
    cv2.polylines(stroke, [curve], False, 255, wide)
    torn = cv2.resize(rs.rand(h // 3 + 1, w // 3 + 1).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    edge = cv2.dilate(stroke, np.ones((3, 3), np.uint8)) > stroke
    mask = np.where((stroke > 0) & (torn < r.uniform(0.8, 1.1)), 0, mask)
    return np.where(edge & (torn > r.uniform(0.6, 1.1)), 255.0 * r.uniform(0.5, 1), mask).astype(np.float32)


ROLES = ("print", "type", "pen", "ring")


def lines(seed, fonts, share=(0.51, 0.07, 0.34, 0.08), empty=0.05, only=None):
    """Endless (mask, baseline, symbols, text, role); `only` is a function of r that gives (label, value)."""
    r, rs = random.Random(seed), np.random.RandomState(seed % 2**32)
    while True:
        role = r.choices(ROLES, share)[0]
        label, value = ("", "") if r.random() < empty else (only or texts.text)(r)
        if role == "ring":
            made = ring(r, rs, texts.inscription(r), fonts)
            drawn, value = (made[:2], made[2]) if made else (None, "")
            label = ""
        else:
            drawn = ink(r, rs, label, value, fonts, role)
        if drawn is None:
            continue
        text = " ".join(" ".join(part for part in (label, value) if part).split())
        try:
            symbols = encode(text)
        except KeyError:
            continue
        # CTC needs a time step for every symbol and one more between equal ones.
        if len(symbols) + 4 < drawn[0].shape[1] * 0.25:
            yield *drawn, symbols, text, role


def patterns(seed, count=64):
    """Guilloche papers, as darkness 0 to 255, 256 x 1536."""
    r, rs = random.Random(seed), np.random.RandomState(seed)
    out = []
    h, w = 256, 1536
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    for _ in range(count):
        dark = np.zeros((h, w), np.float32)
        for _ in range(r.randint(1, 3)):
            turn, period, reach, wave = rs.uniform(0, 3.14), rs.uniform(3, 14), rs.uniform(0, 14), rs.uniform(20, 160)
            u, v = xx * np.cos(turn) + yy * np.sin(turn), yy * np.cos(turn) - xx * np.sin(turn)
            ripple = u + reach * np.sin(v / wave * 6.28 + rs.uniform(0, 6)) + 0.4 * reach * np.sin(v / wave * 17)
            dark += np.clip((np.cos(2 * np.pi * ripple / period) - rs.uniform(0.2, 0.8)) * 3, 0, 1) * rs.uniform(80, 255)
        out.append(np.clip(dark, 0, 255).astype(np.uint8))
    return np.stack(out)


def stamps(seed, fonts, count=64):
    """Seals and signatures as coverage 0 to 255, 512 x 512."""
    r, rs = random.Random(seed), np.random.RandomState(seed)
    size, out = 512, []
    for at in range(count):
        image = Image.new("L", (size, size), 0)
        draw = ImageDraw.Draw(image)
        if at % 4:
            for radius in (0.48, 0.455, r.uniform(0.26, 0.32)):
                draw.ellipse([size * (0.5 - radius)] * 2 + [size * (0.5 + radius)] * 2, outline=255, width=max(3, int(size * r.uniform(0.006, 0.016))))
            signs = [sign for _ in range(9) for sign in texts.syllable(r).upper()]
            for n, sign in enumerate(signs):
                turn = 6.283 * n / len(signs)
                glyph = Image.new("L", (90, 90), 0)
                ImageDraw.Draw(glyph).text((45, 45), sign, font=face(fonts.pick(r, "print"), 44), fill=255, anchor="mm")
                glyph = glyph.rotate(-np.degrees(turn) - 90)
                image.paste(255, (int(256 + 0.38 * size * np.cos(turn)) - 45, int(256 + 0.38 * size * np.sin(turn)) - 45), glyph)
            if r.random() < 0.5:
                draw.polygon(star(256, 256, 70, 30), fill=255)
        else:
            x, y = 60.0, 256.0
            for _ in range(r.randint(4, 9)):
                points = [(x, y)]
                for _ in range(3):
                    points.append((points[-1][0] + r.gauss(30, 60), 256 + r.gauss(0, 80)))
                curve = bezier(points, 40)
                draw.line([tuple(q) for q in curve], fill=255, width=r.randint(4, 9))
                x, y = points[-1]
        press = np.clip(0.45 + 0.7 * cv2.resize(rs.rand(9, 9).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC), 0, 1)
        out.append((np.asarray(image.rotate(r.uniform(0, 360)), np.float32) * press).astype(np.uint8))
    return np.stack(out)
