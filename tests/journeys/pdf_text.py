"""The text of a PDF as Chromium writes it, without spaces, in the order in which it is drawn."""

import re
import zlib

STREAM = re.compile(rb"(\d+) 0 obj\s*<<((?:(?!endobj).)*?)>>\s*stream\r?\n(.*?)\r?\nendstream", re.S)
FONT = re.compile(rb"(\d+) 0 obj\s*<<(?:(?!endobj).)*?/Type /Font\s(?:(?!endobj).)*?/ToUnicode (\d+) 0 R", re.S)
RESOURCE = re.compile(rb"/(F\d+) (\d+) 0 R")
SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>")
DIGITS = re.compile(r"begincodespacerange\s*<(\w+)>")
PAIR = re.compile(r"<(\w+)> <(\w+)>")
RANGE = re.compile(r"<(\w+)> <(\w+)> <(\w+)>")


def text_of(pdf):
    """Return all letters of the document. Spaces are left out: the browser moves on instead of drawing them."""
    streams = {int(number): _inflate(data) for number, _, data in STREAM.findall(pdf)}
    maps = {int(font): _characters(streams[int(to)].decode()) for font, to in FONT.findall(pdf)}
    names = {name: maps[int(font)] for name, font in RESOURCE.findall(pdf)}
    pages = [content for content in streams.values() if b"BT" in content and b" Tf" in content]
    return "".join("".join(piece for content in pages for piece in _shown(content, names)).split())


def _inflate(data):
    try:
        return zlib.decompress(data)
    except zlib.error:
        return data


def _characters(cmap):
    """Return {glyph: text} of a ToUnicode map, each glyph with as many digits as the page names it by."""
    characters = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
        characters |= {glyph.upper(): _decoded(text) for glyph, text in PAIR.findall(block)}
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.S):
        for first, last, text in RANGE.findall(block):
            for glyph in range(int(first, 16), int(last, 16) + 1):
                code = f"{glyph:0{len(first)}X}"
                characters[code] = chr(int(text, 16) + glyph - int(first, 16))
    return characters, len(DIGITS.search(cmap)[1])


def _decoded(text):
    return bytes.fromhex(text).decode("utf-16-be")


def _shown(content, names):
    characters, digits = {}, 4
    for font, glyphs in SHOWN.findall(content):
        if font:
            characters, digits = names[font]
        else:
            codes = re.findall("." * digits, glyphs.decode().upper())
            yield "".join(characters[code] for code in codes)
