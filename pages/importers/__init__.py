"""A file or a pasted text becomes what a page is made of; the database is not asked."""

from pathlib import PurePath

from pages.importers import markdown, plain_text, word
from pages.importers.document import MAX_BYTES, Document, DocumentBlock, DocumentError, DocumentImage, DocumentText

__all__ = [
    "MAX_BYTES",
    "Document",
    "DocumentBlock",
    "DocumentError",
    "DocumentImage",
    "DocumentText",
    "from_text",
    "read",
]

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PASSWORD = "EncryptedPackage".encode("utf-16-le")
SAVE_AS = "Open it in Word, save it as “Word document (.docx)” and bring that file in."
ADVICE = {
    ".doc": f"This is a file of an older Word. {SAVE_AS}",
    ".docm": f"This Word file can hold programs (macros). {SAVE_AS}",
    ".dotx": f"This is a Word template. {SAVE_AS}",
    ".rtf": f"RTF files cannot be brought in. {SAVE_AS}",
    ".odt": "Files of LibreOffice cannot be brought in as they are. Save it as .docx there and bring that file in.",
    ".pages": "Files of Apple Pages cannot be brought in as they are. Export it as .docx there and bring that file in.",
    ".pdf": "A PDF says how a page looks, not what it is made of. Bring in the file that it was made from, "
    "or copy its text and paste it.",
    ".html": "Web pages cannot be brought in as files. Open it in a browser, copy the text and paste it.",
}
ADVICE |= {".htm": ADVICE[".html"], ".dot": ADVICE[".doc"], ".dotm": ADVICE[".docm"]}
READERS = {".docx": word.read, ".md": markdown.read, ".markdown": markdown.read, ".txt": plain_text.read}


def read(name: str, data: bytes) -> Document:
    """A .docx, Markdown or text file. Raises DocumentError."""
    if len(data) > MAX_BYTES:
        raise DocumentError("This file is larger than 10 MB. Make its pictures smaller, or bring it in part by part.")
    if not data.strip():
        raise DocumentError("This file is empty.")
    suffix = PurePath(name).suffix.lower()
    if data.startswith(OLD_OFFICE):
        if PASSWORD in data:
            raise DocumentError("This file is locked with a password. Take the password off in Word and save it first.")
        raise DocumentError(ADVICE[".doc"])
    for beginning, kind in ((b"%PDF-", ".pdf"), (b"{\\rtf", ".rtf")):
        if data.startswith(beginning):
            raise DocumentError(ADVICE[kind])
    if suffix not in READERS:
        raise DocumentError(
            ADVICE.get(suffix) or "Only Word (.docx), Markdown (.md) and text (.txt) files can be brought in."
        )
    return READERS[suffix](PurePath(name).stem, data)


def from_text(text: str) -> Document:
    """What somebody pasted. Raises DocumentError."""
    return plain_text.from_text(text)
