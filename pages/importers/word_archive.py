"""A .docx is a zip of XML files, and anybody can make one: it is measured before and while it is unpacked."""

import io
import zipfile
import zlib
from xml.parsers import expat

from pages.importers.document import DocumentError

MAX_ENTRIES = 2_000
MAX_UNPACKED = 60_000_000  # bytes of all entries together
MAX_TIMES = 500  # an entry’s size to what it takes in the zip; Word’s own reach about 40
SMALL = 1_000_000  # bytes; below this an entry may be packed as tightly as it likes
MAX_ELEMENTS = 80_000  # what mammoth reads in four seconds; a hundred pages have about as many
MAX_DEPTH = 100
CHUNK = 1 << 16

DAMAGED = "This Word file is damaged and cannot be read. Open it in Word, save it again and try that file."
BOMB = "This file unpacks to far more than a Word document holds, so it is not opened."
LOCKED = "This file is locked with a password. Take the password off and save it first."
TRICK = "This file holds instructions that Word never writes (a DOCTYPE), so it is not opened."
DEEP = "This document is put together from far more pieces than a page holds. Bring it in part by part."


def unpack(data: bytes) -> dict[str, bytes]:
    """Name to content. Drawings as SVG stay behind: nothing shows them. Raises DocumentError."""
    if data.count(b"PK\x01\x02") > MAX_ENTRIES:
        raise DocumentError(BOMB)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _refuse_bombs(entries)
            parts = _contents(archive, entries)
    except DocumentError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        raise DocumentError(DAMAGED) from None
    _refuse_tricks(parts)
    return parts


def repack(parts: dict[str, bytes]) -> io.BytesIO:
    """A zip of what was checked, and of nothing else."""
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    to.seek(0)
    return to


def _refuse_bombs(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise DocumentError(LOCKED)
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise DocumentError(DAMAGED)
    is_tight = any(entry.file_size > max(SMALL, entry.compress_size * MAX_TIMES) for entry in entries)
    if is_tight or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise DocumentError(BOMB)


def _contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """What a zip says of itself need not be true, so what comes out is counted too."""
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED
    for entry in entries:
        if entry.filename.lower().endswith(".svg"):
            continue
        pieces = []
        with archive.open(entry) as content:
            while piece := content.read(CHUNK):
                left -= len(piece)
                if left < 0:
                    raise DocumentError(BOMB)
                pieces.append(piece)
        parts[entry.filename] = b"".join(pieces)
    return parts


def _refuse_tricks(parts: dict[str, bytes]) -> None:
    """Entities can multiply without end or fetch other files; they need a DOCTYPE, which OOXML never has."""
    elements = depth = 0

    def doctype(*_: object) -> None:
        raise DocumentError(TRICK)

    def start(*_: object) -> None:
        nonlocal elements, depth
        elements, depth = elements + 1, depth + 1
        if elements > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise DocumentError(DEEP)

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    for content in parts.values():
        depth = 0
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = doctype
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        try:
            parser.Parse(content, True)
        except expat.ExpatError:
            continue  # a picture; or damaged, which the reader of that part meets as well
