"""Makes the files of this folder: small pictures in every coding that scanners write, by Pillow, libtiff and netpbm.

    apt-get install libtiff-tools netpbm poppler-utils; pip install pillow numpy; python3 make.py

A file is named PICTURE--CODING.EXTENSION, and must come out as PICTURE.png. The tests open what is committed; this script is
only needed to add a coding. Each PDF is shown to pdftoppm, which must see the same picture.
"""

import io
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy
from PIL import Image, ImageDraw

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 53, 37


def pictures():
    """One picture a colour model; odd sizes, no symmetry."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    gray = Image.fromarray((x * 4 + y).astype("uint8"))
    draw = ImageDraw.Draw(gray)
    draw.rectangle((3, 4, 20, 9), fill=0)
    draw.ellipse((30, 14, 48, 33), fill=255)
    rgb = Image.merge("RGB", (gray, gray.point(lambda v: 255 - v), Image.fromarray((y * 6).astype("uint8"))))
    bilevel = Image.new("1", (WIDTH, HEIGHT), 1)
    draw = ImageDraw.Draw(bilevel)
    draw.rectangle((3, 4, 20, 9), fill=0)
    draw.ellipse((30, 14, 48, 33), outline=0)
    for at in range(0, 30, 3):
        draw.line((at, 20, at + 5, 36), fill=0)
    draw.line((52, 0, 52, 36), fill=0)
    palette = rgb.quantize(13)
    few = gray.point(lambda v: v >> 4)
    cmyk = Image.merge("CMYK", (gray, gray.point(lambda v: 255 - v), Image.fromarray((y * 6).astype("uint8")), gray.point(lambda v: v // 4)))
    return {"gray": gray, "rgb": rgb, "bilevel": bilevel, "palette": palette, "few": few, "cmyk": cmyk}


def pillow(image, format_, **options):
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def tool(arguments, data, suffix):
    """Runs a program from one file into another."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in" + suffix), pathlib.Path(folder, "out" + suffix)
        source.write_bytes(data)
        subprocess.run([*arguments, str(source), str(target)], check=True, capture_output=True)
        return target.read_bytes()


def tiffcp(data, *options):
    return tool(["tiffcp", *options], data, ".tif")


def pack(values, bits):
    """Rows of samples, padded to whole bytes."""
    rows = []
    for row in values:
        number = "".join(format(int(v), f"0{bits}b") for v in row)
        number += "0" * (-len(number) % 8)
        rows.append(bytes(int(number[i : i + 8], 2) for i in range(0, len(number), 8)))
    return b"".join(rows)


def plain_tiff(data, bits, photometric, channels=1, order="<", colour_map=None, extra=()):
    """One uncompressed strip, for what Pillow does not write."""
    entries = [(256, 4, [WIDTH]), (257, 4, [HEIGHT]), (258, 3, [bits] * channels), (259, 3, [1]), (262, 3, [photometric])]
    entries += [(273, 4, [8]), (277, 3, [channels]), (278, 4, [HEIGHT]), (279, 4, [len(data)])]
    if colour_map:
        entries.append((320, 3, colour_map))
    entries += [(338, 3, list(extra))] if extra else []
    data += b"\0" * (len(data) % 2)
    at = 8 + len(data)
    table, beyond = struct.pack(order + "H", len(entries)), b""
    after = at + 2 + 12 * len(entries) + 4
    for tag, kind, values in entries:
        packed = struct.pack(order + {3: "H", 4: "I"}[kind] * len(values), *values)
        if len(packed) > 4:
            cell, beyond = struct.pack(order + "I", after + len(beyond)), beyond + packed
        else:
            cell = packed.ljust(4, b"\0")
        table += struct.pack(order + "HHI", tag, kind, len(values)) + cell
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "I", at) + data + table + b"\0\0\0\0" + beyond


def tiffs(p):
    save = lambda name, compression, **more: pillow(p[name], "TIFF", compression=compression, **more)
    raw = {name: save(name, "raw") for name in ("gray", "rgb", "bilevel", "cmyk", "palette")}
    yield "bilevel--group4", save("bilevel", "group4")
    yield "bilevel--group3", save("bilevel", "group3")
    yield "bilevel--rle", save("bilevel", "tiff_ccitt")
    yield "bilevel--group3-2d", tiffcp(raw["bilevel"], "-c", "g3:2d")
    yield "bilevel--group3-2d-fill", tiffcp(raw["bilevel"], "-c", "g3:2d:fill", "-r", "10")
    yield "bilevel--group4-strips-lsb", tiffcp(raw["bilevel"], "-c", "g4", "-r", "8", "-f", "lsb2msb")
    yield "bilevel--group4-tiles", tiffcp(raw["bilevel"], "-c", "g4", "-t", "-w", "32", "-l", "16")
    yield "bilevel--packbits", save("bilevel", "packbits")
    yield "bilevel--big-endian", tiffcp(raw["bilevel"], "-B", "-c", "none")
    for name in ("gray", "rgb", "palette", "cmyk"):
        yield f"{name}--lzw", save(name, "tiff_lzw")
        yield f"{name}--packbits", save(name, "packbits")
    yield "gray--deflate", save("gray", "tiff_adobe_deflate")
    yield "gray--old-deflate", save("gray", "tiff_deflate")
    yield "rgb--lzw-predictor", tiffcp(raw["rgb"], "-c", "lzw:2")
    yield "rgb--deflate-predictor-tiles", tiffcp(raw["rgb"], "-c", "zip:2", "-t", "-w", "16", "-l", "32")
    yield "rgb--planes-big-endian", tiffcp(raw["rgb"], "-p", "separate", "-B", "-c", "lzw", "-r", "9")
    yield "cmyk--tiles-big-endian", tiffcp(raw["cmyk"], "-B", "-t", "-w", "32", "-l", "32")
    yield "rgb--jpeg", save("rgb", "jpeg", quality=95)
    yield "rgb--jpeg-ycbcr-strips", tiffcp(raw["rgb"], "-c", "jpeg:95", "-r", "16")
    yield "rgb--jpeg-rgb-tiles", tiffcp(raw["rgb"], "-c", "jpeg:r:95", "-t", "-w", "32", "-l", "16")
    yield "gray--jpeg", save("gray", "jpeg", quality=95)
    gray = numpy.asarray(p["gray"]).astype("uint32")
    deep = lambda order: (gray * 257).astype(order + "u2").tobytes()
    yield "gray--16-bit", tiffcp(plain_tiff(deep("<"), 16, 1), "-c", "lzw:2")
    yield "gray--16-bit-big-endian", tiffcp(plain_tiff(deep(">"), 16, 1, order=">"), "-c", "zip:2")
    yield "gray--white-is-zero", plain_tiff((255 - gray).astype("uint8").tobytes(), 8, 0)
    few = numpy.asarray(p["few"])
    yield "few--4-bit", tiffcp(plain_tiff(pack(few, 4), 4, 1), "-c", "lzw")
    indices = numpy.asarray(p["palette"])
    levels = (p["palette"].getpalette() + [0] * 768)[: 16 * 3]
    colour_map = [levels[i * 3 + c] * 257 for c in range(3) for i in range(16)]
    yield "palette--4-bit", tiffcp(plain_tiff(pack(indices, 4), 4, 3, colour_map=colour_map), "-c", "packbits")
    bits = numpy.asarray(p["bilevel"]).astype("uint8")
    yield "bilevel--1-bit-palette", plain_tiff(pack(1 - bits, 1), 1, 3, colour_map=[65535, 0] * 3)
    rgba = numpy.dstack([numpy.asarray(p["rgb"]), numpy.full_like(few, 255)]).astype("uint8")
    yield "rgb--alpha", tiffcp(plain_tiff(rgba.tobytes(), 8, 2, channels=4, extra=[2]), "-c", "lzw")
    folder = tempfile.mkdtemp()
    parts = []
    for name in ("bilevel", "gray", "rgb"):
        parts.append(pathlib.Path(folder, name + ".tif"))
        parts[-1].write_bytes(raw[name])
    target = pathlib.Path(folder, "all.tif")
    subprocess.run(["tiffcp", "-c", "lzw", *map(str, parts), str(target)], check=True, capture_output=True)
    yield "bilevel-gray-rgb--pages", target.read_bytes()


def pngs(p):
    yield "bilevel--1-bit", pillow(p["bilevel"], "PNG")
    yield "gray--8-bit", pillow(p["gray"], "PNG")
    yield "palette--4-bit", pillow(p["palette"], "PNG", bits=4)
    yield "rgb--8-bit", pillow(p["rgb"], "PNG")
    yield "gray--16-bit", pillow(Image.fromarray(numpy.asarray(p["gray"]).astype("uint16") * 257), "PNG")
    for name in ("rgb", "gray", "bilevel"):
        ppm = pillow(p[name], "PPM")
        run = subprocess.run(["pnmtopng", "-interlace"], input=ppm, check=True, capture_output=True)
        yield f"{name}--interlaced", run.stdout


def jpegs(p):
    """Of inks too, by Adobe's rules and without."""
    yield "rgb--progressive", pillow(p["rgb"], "JPEG", quality=95, progressive=True, subsampling=0)
    yield "rgb--restarts", pillow(p["rgb"], "JPEG", quality=95, subsampling=0, restart_marker_blocks=3)
    yield "gray--baseline", pillow(p["gray"], "JPEG", quality=95)
    yield "gray--progressive", pillow(p["gray"], "JPEG", quality=95, progressive=True)
    yield "cmyk--adobe", pillow(p["cmyk"], "JPEG", quality=95)
    yield "cmyk--adobe-progressive", pillow(p["cmyk"], "JPEG", quality=95, progressive=True)
    yield "cmyk--ycck", ycck(p["cmyk"])
    yield "cmyk--plain", without_adobe(pillow(p["cmyk"].point(lambda v: 255 - v), "JPEG", quality=95))


def ycck(cmyk):
    """The first three inks as YCbCr of their opposite, which is what Adobe's transform 2 says."""
    c, m, y, k = cmyk.split()
    # By Adobe's rules inks are stored the other way round, so that the two opposites cancel out.
    luma = Image.merge("RGB", (c, m, y)).convert("YCbCr").split()
    # Pillow stores the opposite of what it is given.
    stored = Image.merge("CMYK", (*(band.point(lambda v: 255 - v) for band in luma), k))
    data = bytearray(pillow(stored, "JPEG", quality=95))
    data[data.index(b"Adobe") + 11] = 2
    return bytes(data)


def without_adobe(data):
    at = data.index(b"Adobe") - 4
    return data[:at] + data[at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0] :]


def strips(tiff):
    """The only strip of a TIFF."""
    image = Image.open(io.BytesIO(tiff))
    at, length = image.tag_v2[273][0], image.tag_v2[279][0]
    assert len(image.tag_v2[273]) == 1
    return tiff[at : at + length]


def pdf(images, content, size=(WIDTH, HEIGHT), page=""):
    """Images are (dictionary, data) and named Im0, Im1; more objects may follow as (None, bytes)."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    names = " ".join(f"/Im{i} {5 + i} 0 R" for i, (words, _) in enumerate(images) if words is not None)
    box = f"/MediaBox[0 0 {size[0]} {size[1]}]"
    objects.append(f"<</Type/Page/Parent 2 0 R{box}{page}/Resources<</XObject<<{names}>>>>/Contents 4 0 R>>".encode())
    objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content.encode()))
    for words, data in images:
        head = f"<</Type/XObject/Subtype/Image{words}/Length {len(data)}>>" if words is not None else f"<</Length {len(data)}>>"
        objects.append(head.encode() + b"stream\n" + data + b"\nendstream")
    out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def page_of(words, data, *more, paint=""):
    size = f"/Width {WIDTH}/Height {HEIGHT}"
    return pdf([(size + words, data), *more], f"{paint} q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im0 Do Q")


def png_rows(data, stride):
    """Rows with the differences of PNG's filter 2 (up)."""
    out, before = b"", bytes(stride)
    for at in range(0, len(data), stride):
        row = data[at : at + stride]
        out += b"\2" + bytes((a - b) & 255 for a, b in zip(row, before))
        before = row
    return out


def run_length(data):
    return b"".join(bytes([len(data[at : at + 128]) - 1]) + data[at : at + 128] for at in range(0, len(data), 128)) + b"\x80"


def pdfs(p):
    flate = lambda data: zlib.compress(data, 9)
    gray, rgb, cmyk = (p[name].tobytes() for name in ("gray", "rgb", "cmyk"))
    bits = numpy.asarray(p["bilevel"]).astype("uint8")
    packed, few = pack(bits, 1), numpy.asarray(p["few"])
    space = lambda name, depth: f"/ColorSpace{name}/BitsPerComponent {depth}"
    f = "/Filter/FlateDecode"
    yield "gray--flate", page_of(space("/DeviceGray", 8) + f, flate(gray))
    yield "gray--16-bit", page_of(space("/DeviceGray", 16) + f, flate((numpy.asarray(p["gray"]).astype(">u2") * 257).tobytes()))
    yield "few--4-bit", page_of(space("/DeviceGray", 4) + f, flate(pack(few, 4)))
    yield "bilevel--flate", page_of(space("/DeviceGray", 1) + f, flate(packed))
    yield "bilevel--decode", page_of(space("/DeviceGray", 1) + f + "/Decode[1 0]", flate(pack(1 - bits, 1)))
    yield "bilevel--stencil", page_of("/ImageMask true/BitsPerComponent 1" + f, flate(packed), paint="0 g")
    yield "bilevel--stencil-decode", page_of("/ImageMask true/Decode[1 0]" + f, flate(pack(1 - bits, 1)))
    yield "rgb--png-predictor", page_of(
        space("/DeviceRGB", 8) + f + f"/DecodeParms<</Predictor 15/Colors 3/Columns {WIDTH}>>", flate(png_rows(rgb, WIDTH * 3))
    )
    yield "rgb--run-length", page_of(space("/DeviceRGB", 8) + "/Filter/RunLengthDecode", run_length(rgb))
    yield "rgb--lzw", page_of(space("/DeviceRGB", 8) + "/Filter/LZWDecode", strips(pillow(p["rgb"], "TIFF", compression="tiff_lzw")))
    lzw = strips(tiffcp(pillow(p["rgb"], "TIFF", compression="raw"), "-c", "lzw:2", "-r", "100"))
    parameters = f"/DecodeParms<</Predictor 2/Colors 3/Columns {WIDTH}>>"
    yield "rgb--lzw-predictor", page_of(space("/DeviceRGB", 8) + "/Filter/LZWDecode" + parameters, lzw)
    hexed = flate(rgb).hex().encode() + b">"
    yield "rgb--hex-flate", page_of(space("/DeviceRGB", 8) + "/Filter[/ASCIIHexDecode/FlateDecode]", hexed)
    yield "rgb--calibrated", page_of(space("[/CalRGB<</WhitePoint[0.9505 1 1.089]/Gamma[2.2 2.2 2.2]/Matrix[0.4124 0.2126 0.0193 0.3576 0.7152 0.1192 0.1805 0.0722 0.9505]>>]", 8) + f, flate(rgb))
    yield "rgb--profile", page_of(space("[/ICCBased 6 0 R]", 8) + f, flate(rgb), (None, b"")).replace(
        b"<</Length 0>>", b"<</N 3/Alternate/DeviceRGB/Length 0>>"
    )
    yield "cmyk--flate", page_of(space("/DeviceCMYK", 8) + f, flate(cmyk))
    levels = bytes((p["palette"].getpalette() + [0] * 768)[: 16 * 3])
    yield "palette--4-bit", page_of(space(f"[/Indexed/DeviceRGB 15<{levels.hex()}>]", 4) + f, flate(pack(numpy.asarray(p["palette"]), 4)))
    yield "palette--8-bit", page_of(space(f"[/Indexed/DeviceRGB 15<{levels.hex()}>]", 8) + f, flate(p["palette"].tobytes()))
    yield "bilevel--1-bit-indexed", page_of(space("[/Indexed/DeviceGray 1<ff00>]", 1) + f, flate(pack(1 - bits, 1)))

    fax = lambda k, more="": f"/Filter/CCITTFaxDecode/DecodeParms<</K {k}/Columns {WIDTH}/Rows {HEIGHT}{more}>>"
    tiff = lambda *options: strips(tiffcp(pillow(p["bilevel"], "TIFF", compression="raw"), "-r", "100", *options))
    # Pillow's two-level TIFF says that 0 is black, and then libtiff codes what is white as black.
    turned = "/BlackIs1 true"
    yield "bilevel--group4", page_of(space("/DeviceGray", 1) + fax(-1, turned), tiff("-c", "g4"))
    yield "bilevel--group3", page_of(space("/DeviceGray", 1) + fax(0, turned + "/EndOfLine true"), tiff("-c", "g3:1d"))
    yield "bilevel--group3-2d", page_of(space("/DeviceGray", 1) + fax(4, turned + "/EndOfLine true"), tiff("-c", "g3:2d"))
    rle = strips(pillow(p["bilevel"], "TIFF", compression="tiff_ccitt"))
    yield "bilevel--rle", page_of(space("/DeviceGray", 1) + fax(0, turned + "/EncodedByteAlign true/EndOfBlock false"), rle)
    inverse = Image.fromarray((bits == 0))
    plain = strips(tiffcp(pillow(inverse, "TIFF", compression="raw"), "-r", "100", "-c", "g4"))
    yield "bilevel--group4-white-is-1", page_of(space("/DeviceGray", 1) + fax(-1), plain)
    yield "bilevel--group4-stencil", page_of("/ImageMask true/BitsPerComponent 1" + fax(-1), plain)

    j = "/Filter/JBIG2Decode"
    yield "bilevel--jbig2-mmr", page_of(space("/DeviceGray", 1) + j, jbig2(plain, True))
    yield "bilevel--jbig2", page_of(space("/DeviceGray", 1) + j, jbig2(arithmetic(1 - bits), False))

    jpx = lambda image: pillow(image, "JPEG2000", irreversible=False)
    yield "rgb--jpx", page_of("/Filter/JPXDecode", jpx(p["rgb"]))
    yield "gray--jpx", page_of("/Filter/JPXDecode" + space("/DeviceGray", 8), jpx(p["gray"]))

    jpeg = lambda image: pillow(image, "JPEG", quality=95, subsampling=0)
    d = "/Filter/DCTDecode"
    yield "rgb--jpeg", page_of(space("/DeviceRGB", 8) + d, jpeg(p["rgb"]))
    yield "rgb--jpeg-flate", page_of(space("/DeviceRGB", 8) + "/Filter[/FlateDecode/DCTDecode]", flate(jpeg(p["rgb"])))
    yield "gray--jpeg-decode", page_of(space("/DeviceGray", 8) + d + "/Decode[1 0]", jpeg(p["gray"].point(lambda v: 255 - v)))
    yield "cmyk--jpeg-adobe", page_of(space("/DeviceCMYK", 8) + d + "/Decode[1 0 1 0 1 0 1 0]", pillow(p["cmyk"], "JPEG", quality=95))
    yield "cmyk--jpeg-ycck", page_of(space("/DeviceCMYK", 8) + d + "/Decode[1 0 1 0 1 0 1 0]", ycck(p["cmyk"]))

    # A scanner with little memory: the page in three strips, the last one lower.
    heights, images, content, top = (15, 15, 7), [], "", 0
    for number, height in enumerate(heights):
        part = p["rgb"].crop((0, top, WIDTH, top + height))
        words = f"/Width {WIDTH}/Height {height}" + space("/DeviceRGB", 8)
        images.append((words + (d if number == 1 else f), jpeg(part) if number == 1 else flate(part.tobytes())))
        content += f"q {WIDTH} 0 0 {height} 0 {HEIGHT - top - height} cm /Im{number} Do Q\n"
        top += height
    yield "rgb--strips", pdf(images, content)


def segment(number, kind, page, data):
    return struct.pack(">IBBBI", number, kind, 0, page, len(data)) + data


def jbig2(coded, mmr):
    """A page of one generic region (T.88, 7.4.6)."""
    page = struct.pack(">IIIIBH", WIDTH, HEIGHT, 0, 0, 0, 0)
    adaptive = b"" if mmr else struct.pack("8b", 3, -1, -3, -1, 2, -2, -2, -2)
    region = struct.pack(">IIIIB", WIDTH, HEIGHT, 0, 0, 0) + bytes([1 if mmr else 0]) + adaptive + coded
    return segment(0, 48, 1, page) + segment(1, 38, 1, region) + segment(2, 49, 1, b"")


STATES = """5601 1 1 1|3401 2 6 0|1801 3 9 0|0AC1 4 12 0|0521 5 29 0|0221 38 33 0|5601 7 6 1|5401 8 14 0|4801 9 14 0|3801 10 14 0|3001 11 17 0
2401 12 18 0|1C01 13 20 0|1601 29 21 0|5601 15 14 1|5401 16 14 0|5101 17 15 0|4801 18 16 0|3801 19 17 0|3401 20 18 0|3001 21 19 0
2801 22 19 0|2401 23 20 0|2201 24 21 0|1C01 25 22 0|1801 26 23 0|1601 27 24 0|1401 28 25 0|1201 29 26 0|1101 30 27 0|0AC1 31 28 0
09C1 32 29 0|08A1 33 30 0|0521 34 31 0|0441 35 32 0|02A1 36 33 0|0221 37 34 0|0141 38 35 0|0111 39 36 0|0085 40 37 0|0049 41 38 0
0025 42 39 0|0015 43 40 0|0009 44 41 0|0005 45 42 0|0001 45 43 0|5601 46 46 0"""
TABLE = [(int(q, 16), int(m), int(l), s == "1") for q, m, l, s in (row.split() for row in STATES.replace("\n", "|").split("|"))]


class Coder:
    """The arithmetic coder of T.88, annex E."""

    def __init__(self):
        self.a, self.c, self.count, self.out = 0x8000, 0, 12, bytearray(b"\0")
        self.index, self.likely = {}, {}

    def bit(self, context, value):
        at, likely = self.index.get(context, 0), self.likely.get(context, 0)
        q, more, less, switch = TABLE[at]
        self.a -= q
        if value == likely:
            if self.a & 0x8000:
                self.c += q
                return
            if self.a < q:
                self.a = q
            else:
                self.c += q
            at = more
        else:
            if self.a < q:
                self.c += q
            else:
                self.a = q
            likely ^= switch
            at = less
        self.index[context], self.likely[context] = at, likely
        self.shift()

    def shift(self):
        while True:
            self.a, self.c, self.count = self.a << 1, self.c << 1, self.count - 1
            if self.count == 0:
                self.byte()
            if self.a & 0x8000:
                return

    def byte(self):
        if self.out[-1] != 0xFF and self.c >= 0x8000000:
            self.out[-1] += 1
            if self.out[-1] == 0xFF:
                self.c &= 0x7FFFFFF
        if self.out[-1] == 0xFF:
            self.out.append(self.c >> 20 & 0xFF)
            self.c, self.count = self.c & 0xFFFFF, 7
        else:
            self.out.append(self.c >> 19 & 0xFF)
            self.c, self.count = self.c & 0x7FFFF, 8

    def end(self):
        most = self.c + self.a
        self.c |= 0xFFFF
        if self.c >= most:
            self.c -= 0x8000
        for _ in range(2):
            self.c <<= self.count
            self.byte()
        return bytes(self.out[1:]) + (b"\xac" if self.out[-1] == 0xFF else b"\xff\xac")


def arithmetic(black):
    """Template 0 of a generic region (6.2.5.3)."""
    coder = Coder()
    at = lambda x, y: int(black[y, x]) if 0 <= x < WIDTH and 0 <= y < HEIGHT else 0
    around = [(-1, 0), (-2, 0), (-3, 0), (-4, 0), (3, -1), (2, -1), (1, -1), (0, -1), (-1, -1), (-2, -1), (-3, -1), (2, -2), (1, -2), (0, -2), (-1, -2), (-2, -2)]
    for y in range(HEIGHT):
        for x in range(WIDTH):
            coder.bit(sum(at(x + dx, y + dy) << n for n, (dx, dy) in enumerate(around)), int(black[y, x]))
    return coder.end()


def seen_by_poppler(data, expected):
    """How far pdftoppm's picture is from the expected one at most, in levels: drawn four times as large, read in the middle of pixels."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "in.pdf").write_bytes(data)
        subprocess.run(["pdftoppm", "-r", "288", f"{folder}/in.pdf", f"{folder}/out"], check=True, capture_output=True)
        seen = numpy.asarray(Image.open(next(pathlib.Path(folder).glob("out*.ppm"))).convert("RGB"))[1::4, 1::4]
    return numpy.abs(seen.astype(int) - numpy.asarray(expected.convert("RGB")).astype(int)).mean()


def main():
    p = pictures()
    for old in HERE.glob("*--*"):
        old.unlink()
    # Values of 0 to 15 are shown on the whole scale.
    shown = {name: image.point(lambda v: v * 17) if name == "few" else image for name, image in p.items()}
    for name, image in shown.items():
        image.convert("RGB").save(HERE / f"{name}.png", optimize=True)
    for extension, made in (("tif", tiffs), ("png", pngs), ("jpg", jpegs), ("pdf", pdfs)):
        for file, data in made(p):
            (HERE / f"{file}.{extension}").write_bytes(data)
            if extension == "pdf":
                print(f"{file}.pdf: pdftoppm differs by {seen_by_poppler(data, shown[file.split('--')[0]]):.2f} levels in the mean")
    return 0


if __name__ == "__main__":
    sys.exit(main())
