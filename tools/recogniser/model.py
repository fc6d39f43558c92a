"""The net: convolutions only, 1 x 48 x W gray to one symbol distribution for every 3 columns.

`crates/recogniser` runs the same graph; sizes travel in the weights file.
"""

import torch
from torch import nn

from alphabet import COUNT

HEIGHT = 48
STEP = 6
CHANNELS = (32, 48, 64, 96, 208)
EXPANDED = 416
ROWS = 6


def conv(i, o, kernel, stride, padding):
    return nn.Sequential(nn.Conv2d(i, o, kernel, stride, padding, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


class Block(nn.Module):
    """Two 3 x 3 convolutions around which the input passes."""

    def __init__(self, c):
        super().__init__()
        self.a = conv(c, c, 3, 1, 1)
        self.b = nn.Sequential(nn.Conv2d(c, c, 3, 1, 1, bias=False), nn.BatchNorm2d(c))

    def forward(self, x):
        return torch.relu(x + self.b(self.a(x)))


class Row(nn.Module):
    """Context along the line: depthwise 1 x 9, then two layers at each column, around which the input passes."""

    def __init__(self, c, e):
        super().__init__()
        self.d = nn.Sequential(nn.Conv2d(c, c, (1, 9), 1, (0, 4), groups=c, bias=False), nn.BatchNorm2d(c))
        self.p1 = nn.Conv2d(c, e, 1)
        self.p2 = nn.Sequential(nn.Conv2d(e, c, 1, bias=False), nn.BatchNorm2d(c))

    def forward(self, x):
        return x + self.p2(torch.relu(self.p1(self.d(x))))


class Net(nn.Module):
    def __init__(self, drop=0.05):
        super().__init__()
        a, b, c, d, e = CHANNELS
        self.conv0 = conv(1, a, (5, 7), (2, 3), (2, 3))
        self.conv1 = conv(a, b, 3, (2, 1), 1)
        self.conv2 = conv(b, c, 3, (1, 2), 1)
        self.conv3 = conv(c, d, 3, (3, 1), (0, 1))
        self.res = Block(d)
        self.conv4 = conv(d, e, (4, 3), (4, 1), (0, 1))
        self.drop = nn.Dropout(drop)
        self.rows = nn.Sequential(*[Row(e, EXPANDED) for _ in range(ROWS)])
        self.head = nn.Conv2d(e, 2 * COUNT, 1)

    def forward(self, x):
        """N x 1 x 48 x W, W a multiple of 6, to N x W/3 x COUNT logits."""
        x = self.conv3(self.conv2(self.conv1(self.conv0(x))))
        x = self.rows(self.drop(self.conv4(self.res(x))))
        y = self.head(self.drop(x))
        n, _, _, t = y.shape
        return y.view(n, 2, COUNT, t).permute(0, 3, 1, 2).reshape(n, 2 * t, COUNT)
