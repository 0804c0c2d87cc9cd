"""Unpack a .docx safely. It is a zip from an unknown source, so it is measured before and while it is unpacked."""

import io
import re
import zipfile
import zlib
from xml.parsers import expat

from pages.document_import.document import DocumentError

MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 60_000_000  # of all entries together
MAX_COMPRESSION_RATIO = 500  # Word’s own files reach about 40
SMALL_ENTRY_BYTES = 1_000_000  # smaller entries may have any compression ratio
MAX_ELEMENTS = 80_000  # mammoth reads as many in four seconds; a hundred pages have about as many
MAX_DEPTH = 100
CHUNK_BYTES = 1 << 16
_STANDARD_NAMES = {name.lower(): name for name in ("[Content_Types].xml", "_rels/.rels")}

DAMAGED = "This Word file is damaged and cannot be read. Open it in Word, save it again and try the new file."
BOMB = "This file unpacks to far more than a Word document contains, so it was not opened."
ENCRYPTED = "This file is protected with a password. Remove the password and save it first."
DOCTYPE_FOUND = "This file contains instructions that Word never writes (a DOCTYPE), so it was not opened."
TOO_COMPLEX = "This document has far more elements than a page can hold. Import it in parts."


def unpack(data: bytes) -> dict[str, bytes]:
    """Map names to contents, without SVG drawings, which are never shown. Raises DocumentError."""
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
    _refuse_doctypes(parts)
    return {name: _with_slashes(content) if name.endswith(".rels") else content for name, content in parts.items()}


def repack(parts: dict[str, bytes]) -> io.BytesIO:
    """Return a zip of the checked parts only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    buffer.seek(0)
    return buffer


def _refuse_bombs(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise DocumentError(ENCRYPTED)
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise DocumentError(DAMAGED)
    is_suspicious = any(
        entry.file_size > max(SMALL_ENTRY_BYTES, entry.compress_size * MAX_COMPRESSION_RATIO) for entry in entries
    )
    if is_suspicious or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise DocumentError(BOMB)


def _contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Unpack the entries, counting their bytes, because the sizes that a zip declares need not be true."""
    parts: dict[str, bytes] = {}
    remaining_bytes = MAX_UNPACKED_BYTES
    for entry in entries:
        name = entry.filename.replace("\\", "/").lstrip("/")  # some programs on Windows write backslashes
        if name.lower().endswith(".svg") or name.endswith("/"):
            continue
        pieces = []
        with archive.open(entry) as content:
            while piece := content.read(CHUNK_BYTES):
                remaining_bytes -= len(piece)
                if remaining_bytes < 0:
                    raise DocumentError(BOMB)
                pieces.append(piece)
        parts[_STANDARD_NAMES.get(name.lower(), name)] = b"".join(pieces)
    return parts


def _with_slashes(relations: bytes) -> bytes:
    """Replace backslashes in the addresses of the document's own parts."""
    return re.sub(
        rb"<(?:\w+:)?Relationship\s[^>]*>",
        lambda tag: tag[0] if b"External" in tag[0] else tag[0].replace(b"\\", b"/"),
        relations,
    )


def _refuse_doctypes(parts: dict[str, bytes]) -> None:
    """Refuse XML with a DOCTYPE, which OOXML never has: entities can expand without limit or read other files."""
    elements = depth = 0

    def doctype(*_: object) -> None:
        raise DocumentError(DOCTYPE_FOUND)

    def start(*_: object) -> None:
        nonlocal elements, depth
        elements, depth = elements + 1, depth + 1
        if elements > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise DocumentError(TOO_COMPLEX)

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
            continue  # a picture, or damaged XML, which the reader of that part will report
