"""The symbols that the recogniser knows, and how text becomes symbols.

Base letters, with circumflex, breve, horn or bar, are symbols; the five tone marks are symbols of their own that follow
their letter. So a rare letter shares its parts with frequent ones: "ệ" is "ê" and a dot below. Symbol 0 is CTC's blank.
"""

import unicodedata

TONES = "\u0300\u0309\u0303\u0301\u0323"
_SMALL = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
SYMBOLS = " " + _SMALL + _SMALL.upper() + "0123456789" + ".,:;/-()'\"%+*°²&?!=" + TONES
INDEX = {symbol: at + 1 for at, symbol in enumerate(SYMBOLS)}
COUNT = len(SYMBOLS) + 1
# What a scan cannot tell apart is one symbol.
ALIKE = str.maketrans({"–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "º": "°", "…": "."})


def split(text):
    """The symbols of a text, in order; raises KeyError for a sign that the alphabet lacks."""
    symbols = []
    for sign in unicodedata.normalize("NFC", text.translate(ALIKE)):
        parts = unicodedata.normalize("NFD", sign)
        tones = [part for part in parts[1:] if part in TONES]
        symbols.append(unicodedata.normalize("NFC", parts[0] + "".join(part for part in parts[1:] if part not in TONES)))
        symbols += tones
    return symbols


def encode(text):
    return [INDEX[symbol] for symbol in split(text)]


def decode(symbols):
    """Symbols back to text in NFC; a tone that follows no letter is dropped."""
    out = ""
    for symbol in symbols:
        sign = SYMBOLS[symbol - 1]
        if sign in TONES and (not out or not out[-1].isalpha()):
            continue
        out += sign
    return " ".join(unicodedata.normalize("NFC", out).split())


def greedy(best):
    """The text of the best symbol at each time step."""
    before, symbols = 0, []
    for symbol in best:
        if symbol != before and symbol:
            symbols.append(int(symbol))
        before = symbol
    return decode(symbols)
