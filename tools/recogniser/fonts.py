"""Fetches the free fonts that lines are drawn with, and cuts them down to the signs that are drawn.

usage: fonts.py OUT_FOLDER      (npm and apt-get must be there; what has no Vietnamese is left out and named)

`fonts.txt` names them: role (print, type, pen), `held` for families never trained on, where from, and which. OUT_FOLDER gets
one .ttf a face and `fonts.json`.
"""

import io
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unicodedata

from fontTools import subset
from fontTools.merge import Merger
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from alphabet import SYMBOLS, TONES, _SMALL

MARKED = "".join(unicodedata.normalize("NFC", base + tone) for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY" for tone in TONES)
NEEDED = set("".join(sign for sign in SYMBOLS if sign not in TONES) + MARKED) - set("°²&?!=*+%\"'")
DRAWN = NEEDED | set("°²&?!=*+%\"'.…–“”’")


def alike(font):
    """Letters that the font draws like another one (Carlito's capital Ậ is an Ạ): what it writes is not what it was asked to."""
    glyphs, known, drawn, found = font.getGlyphSet(), font.getBestCmap(), {}, []
    for sign in sorted(set(MARKED) | set("đĐ")):
        pen = DecomposingRecordingPen(glyphs)
        glyphs[known[ord(sign)]].draw(pen)
        found += [sign] if drawn.setdefault(str(pen.value), sign) != sign else []
    return "".join(found)


def cut(font):
    """The font with only the drawn signs, as bytes; None if it lacks Vietnamese or does not tell its letters apart."""
    if not {ord(sign) for sign in NEEDED} <= set(font.getBestCmap()) or alike(font):
        return None
    options = subset.Options(layout_features=["kern", "liga", "mark", "mkmk", "ccmp", "locl"], name_IDs=[1, 2, 13, 14], notdef_outline=True, hinting=False, glyph_names=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(sign) for sign in DRAWN])
    cutter.subset(font)
    font.flavor = None
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def npm(package, folder):
    subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    archive = next(folder.glob("*.tgz"))
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    return folder / "package"


def merged(folder, weight, style):
    """One font of a package that cuts a family up by scripts."""
    parts = [next(iter(sorted((folder / "files").glob(f"*-{script}-{weight}-{style}.woff2"))), None) for script in ("latin", "latin-ext", "vietnamese")]
    fonts = []
    with tempfile.TemporaryDirectory() as work:
        for at, part in enumerate(part for part in parts if part):
            font = TTFont(part)
            for table in ("GSUB", "GPOS", "GDEF", "kern", "STAT", "MVAR", "HVAR", "avar", "fvar", "gvar"):
                if table in font:
                    del font[table]
            font.flavor = None
            path = pathlib.Path(work) / f"{at}.ttf"
            font.save(path)
            fonts.append(str(path))
        if len(fonts) < 2:
            return None
        return Merger().merge(fonts)


def faces(source, name, picks):
    """Yields (label, TTFont)."""
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        if source == "expo":
            package = npm(f"@expo-google-fonts/{name}", work)
            files = sorted(path for path in package.rglob("*.ttf"))
            wanted = [p for p in files if any(pick.lower() in p.stem.lower().split("_", 1)[-1] for pick in picks)] or files[:1]
            for path in wanted[: len(picks) + 1]:
                yield path.stem, TTFont(path)
        elif source == "fontsource":
            package = npm(f"@fontsource/{name}", work)
            font = merged(package, 400, "normal")
            if font:
                yield name, font
        elif source == "debian":
            subprocess.run(["apt-get", "download", name], cwd=work, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            subprocess.run(["dpkg", "-x", next(work.glob("*.deb")), work / "x"], check=True)
            files = sorted(p for p in (work / "x").rglob("*") if p.suffix.lower() in (".ttf", ".otf") and not p.is_symlink())
            for path in files:
                if any(pick.lower() == path.stem.lower() for pick in picks):
                    yield path.stem, TTFont(path)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    listed = []
    for line in (pathlib.Path(__file__).parent / "fonts.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        role, source, name, *picks = line.split()
        held = role.endswith("!")
        role = role.rstrip("!")
        try:
            for label, font in faces(source, name, picks):
                data = cut(font)
                if data is None:
                    print("no Vietnamese, or not all of it:", label)
                    continue
                path = out / f"{label}.ttf"
                path.write_bytes(data)
                listed.append({"file": path.name, "family": name, "role": role, "held": held})
        except Exception as reason:
            print("left out:", name, type(reason).__name__, reason)
    (out / "fonts.json").write_text(json.dumps(listed, indent=0))
    print(len(listed), "faces")


if __name__ == "__main__":
    main()
