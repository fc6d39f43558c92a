"""Ink on paper, scanned and cut: masks of `draw.py` become the net's input, on whatever device they lie.

Two looks: `clean` lines as inspection's text layer leaves them (white paper, scars where a seal was taken out, rests of leaders)
and raw ones (pattern, seal, leaders as they are).
"""

import torch
from torch.nn import functional as F

from draw import HEIGHT as TALL, INK
from model import HEIGHT, STEP

MIDDLE = TALL / 2
CENTRE = HEIGHT / 2
# Rows of ink at the net's height, of a mask's; and the unit in which marks on paper are measured below: a 32nd of a line.
FIT = 42 / INK
UNIT = HEIGHT / 32
CHANCES = dict(clean=0.65, leaders=0.5, seal=0.3, neighbour=0.12, faint=0.4, copied=0.12, jpeg=0.35, shear=0.35, bad_cut=0.04, crease=0.05, wear=1.0)

_Q = torch.tensor([16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81,
                   104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99], dtype=torch.float32).view(8, 8)  # ITU-T T.81, table K.1
_n = torch.arange(8, dtype=torch.float32)
_DCT = torch.cos((2 * _n[None, :] + 1) * _n[:, None] * torch.pi / 16) * 0.5
_DCT[0] *= 2**-0.5


def blur(a, sigma):
    """Each picture by its own sigma, pixels."""
    n, _, h, w = a.shape
    at = torch.arange(-4, 5, device=a.device, dtype=a.dtype)
    k = torch.exp(-(at[None] ** 2) / (2 * sigma.view(-1, 1).clamp_min(0.05) ** 2))
    k = (k / k.sum(1, keepdim=True)).view(n, 1, 1, 9)
    a = F.pad(a.view(1, n, h, w), (4, 4, 4, 4), mode="replicate")
    a = F.conv2d(a, k, groups=n)
    return F.conv2d(a, k.view(n, 1, 9, 1), groups=n).view(n, 1, h, w)


def jpeg(a, quality):
    """Luminance through JPEG's quantiser; height and width are multiples of 8."""
    n, _, h, w = a.shape
    d, q = _DCT.to(a.device), _Q.to(a.device)
    scale = torch.where(quality < 50, 50 / quality, 2 - quality / 50).view(n, 1, 1, 1, 1)
    q = (q * scale).clamp_min(1.0)
    blocks = a.view(n, h // 8, 8, w // 8, 8).permute(0, 1, 3, 2, 4) - 128
    blocks = d.T @ (torch.round(d @ blocks @ d.T / q) * q) @ d
    return (blocks + 128).permute(0, 1, 3, 2, 4).reshape(n, 1, h, w)


def compose(masks, widths, base, patterns, stamps, **chances):
    """(x, width): x is B x 1 x 48 x W normalised, padded with 0; width in pixels of x. `masks` uint8 B x 56 x M."""
    p = CHANCES | chances
    n, _, room = masks.shape
    dev = masks.device
    u = lambda a, b: torch.rand(n, 1, 1, 1, device=dev) * (b - a) + a
    c = lambda chance: (torch.rand(n, 1, 1, 1, device=dev) < chance).float()
    wear = p["wear"]
    ink = masks.float().unsqueeze(1) / 255
    w, base = widths.view(n, 1, 1, 1).float(), base.view(n, 1, 1, 1).float()

    s = u(0.92, 1.06) * FIT * (1 + c(p["bad_cut"]) * u(0.05, 0.22))
    sx = s * u(0.86, 1.16)
    left, right, dy = u(1.5, 10), u(1.5, 10), u(-2.4, 2.4)
    most = room * FIT * 1.06 * 1.16
    sx = torch.minimum(sx, most / w)
    full = torch.round(w * sx + left + right).clamp_min(4 * STEP)
    # As wide as the widest can get, so that a batch's shape follows from its bucket; whole blocks of JPEG and steps of the net.
    width = int(-(-(most + 20) // (8 * STEP)) * 8 * STEP)
    yy = torch.arange(HEIGHT, device=dev).view(1, 1, -1, 1).float()
    xx = torch.arange(width, device=dev).view(1, 1, 1, -1).float()
    rise = u(-2.4, 2.4) * c(0.5) / full
    bend = u(0, 1.0) * c(0.3) * torch.sin(xx * 6.28 / u(180, 750) + u(0, 6.28))
    gy = (yy - CENTRE - dy + rise * (xx - full / 2) + bend) / s + MIDDLE
    gx = (xx - left) / sx + u(-0.14, 0.14) * c(p["shear"]) * (yy - CENTRE) / s

    def at(source, x, y):
        h, m = source.shape[-2:]
        x, y = torch.broadcast_tensors(x * 2 / (m - 1) - 1, y * 2 / (h - 1) - 1)
        return F.grid_sample(source, torch.stack([x[:, 0], y[:, 0]], -1), align_corners=True)

    def low(cells):
        """Smooth noise 0 to 1 along the line."""
        noise = torch.rand(n, 1, 3, max(3, int(width / UNIT) // cells), device=dev)
        return F.interpolate(noise, (HEIGHT, width), mode="bicubic", align_corners=True).clamp(0, 1)

    t = at(ink, gx, gy)
    near = torch.where(c(0.5) > 0, u(45, 55), -u(45, 55))
    t = torch.maximum(t, at(ink.roll(1, 0), gx + u(-72, 72), gy + near) * c(p["neighbour"]))
    t = blur(t, u(0.05, 0.9))
    t = ((t - u(0, 0.22)) * (u(1.0, 1.8) + c(0.15) * u(0, 1.2))).clamp(0, 1)
    t = t * (1 - u(0, 0.55) * c(p["faint"]) * low(24))

    which = torch.randint(len(stamps), (n,), device=dev)
    across = u(150, 340) * UNIT
    sealed = c(p["seal"])
    cx, cy = full * u(0, 1), CENTRE + across * u(-0.5, 0.5)
    turn = u(0, 6.28)
    ax, ay = (xx - cx) * 512 / across, (yy - cy) * 512 / across
    z = at(stamps[which].unsqueeze(1).float() / 255, ax * torch.cos(turn) - ay * torch.sin(turn) + 256, ax * torch.sin(turn) + ay * torch.cos(turn) + 256) * sealed

    clean = c(p["clean"])
    which = torch.randint(len(patterns), (n,), device=dev)
    zoom = u(0.6, 1.6) / UNIT
    shade = at(patterns[which].unsqueeze(1).float() / 255, (xx * zoom + u(0, 400)) % 1535, yy * zoom + u(0, 180))
    raw_paper = u(188, 255) - shade * u(8, 62) * c(0.65) - low(160) * u(0, 38) * c(0.5)
    a = clean * (255 - shade * u(0, 14) * c(0.3)) + (1 - clean) * raw_paper

    step, radius = u(3.4, 9.5) * UNIT, u(0.45, 1.25) * UNIT
    line = (base - MIDDLE) * s + CENTRE + dy + u(-1.2, 4.0) * UNIT - rise * (xx - full / 2)
    dots = torch.sigmoid((radius - (((xx + u(0, 14)) % step - step / 2) ** 2 + (yy - line) ** 2).sqrt()) * 3.2 / UNIT)
    rule = torch.sigmoid((radius * 0.6 - (yy - line).abs()) * 3.2 / UNIT)
    is_rule = c(0.12)
    leader = is_rule * rule + (1 - is_rule) * dots
    start = full * u(0, 1) * c(0.4)
    gate = (xx > start).float() * torch.where(clean > 0, (low(40) > u(0.35, 1.0)).float() * u(0.3, 1.0), torch.ones_like(clean))
    leader = leader * gate * c(p["leaders"])
    a = a * (1 - leader) + u(20, 150) * leader

    erased = z * u(0.2, 1.0) * c(0.6) * clean
    t = t * (1 - erased)
    deep = u(0.82, 1.0)
    dark = u(0, 115)
    a = a * (1 - t * deep) + dark * t * deep
    press = z * u(0.5, 1.0)
    a = torch.where(clean > 0, a - z * u(0, 55) * c(0.7), a * (1 - press) + a * u(0.25, 0.8) * press)
    fold = c(p["crease"]) * torch.exp(-((xx - full * u(0, 1) + u(-0.3, 0.3) * (yy - CENTRE)) ** 2) / u(1.3, 7))
    a = a + fold * u(-90, 60)

    a = blur(a, u(0.05, 1.3) + wear * c(0.15) * u(0, 0.8))
    copy = 245 / (1 + torch.exp(-((a - u(115, 180)) / u(8, 30)).clamp(-30, 30)))
    a = torch.where(c(p["copied"]) > 0, copy, a)
    a = a + torch.randn_like(a) * u(0, 9) * wear
    a = torch.where(c(p["jpeg"]) > 0, jpeg(a.clamp(0, 255), u(25, 92).view(n)), a)
    a = a.clamp(0, 255).round()

    inside = (xx < full).float()
    count = inside.sum((2, 3), keepdim=True) * HEIGHT
    mean = (a * inside).sum((2, 3), keepdim=True) / count
    spread = (((a - mean) ** 2 * inside).sum((2, 3), keepdim=True) / count).sqrt()
    return (mean - a) / (spread + 8) * inside, full.view(n)
