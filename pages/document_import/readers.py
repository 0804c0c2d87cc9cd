"""Read a file or pasted text as a Document, which `draft_page` makes into a draft page.

In: the name and bytes of a Word (.docx), Markdown (.md) or text (.txt) file for `read_file()`, or a pasted text for
`read_text()`. Out: a `Document` with a title, fields, parts in reading order (HTML that the sanitiser allows, pictures
and blocks) and a list of what was dropped. Neither uses the database. Every refusal is a `DocumentError` with a
sentence for the therapist.

`word` reads Word documents with mammoth, `markdown` uses markdown-it, and `plain_text` recognises headings, lists and
paragraphs by their layout; `typed_lists` serves both `word` and `plain_text`. `html_parts` divides the HTML of all
three into the parts of a page.

Limits: MAX_FILE_BYTES and MAX_PAGES here, MAX_UNPACKED_BYTES and MAX_ELEMENTS in `word_archive`, MAX_PICTURES in
`word`, MAX_CELLS in `html_tables`. A Word file is measured before and while it is unpacked, because anyone can make a
zip bomb.

Tried instead: mammoth alone. It reads styles and numbering well, but knows nothing of lists and headings that were
typed by hand, and silently drops comments, headers, text boxes and tracked changes; `word_omissions` reports those.
"""

from pathlib import PurePath

from pages.document_import import markdown, plain_text, word
from pages.document_import.document import MAX_FILE_BYTES, Document, DocumentError, DocumentText

OLD_OFFICE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_MARKER = "EncryptedPackage".encode("utf-16-le")
SAVE_AS = "Open it in Word, save it as “Word document (.docx)” and import that file."
ADVICE = {
    ".doc": f"This file is in an older Word format. {SAVE_AS}",
    ".docm": f"This Word file can contain macros. {SAVE_AS}",
    ".dotx": f"This is a Word template. {SAVE_AS}",
    ".rtf": f"RTF files cannot be imported. {SAVE_AS}",
    ".odt": "LibreOffice files cannot be imported directly. Save it as .docx there and import that file.",
    ".pages": "Apple Pages files cannot be imported directly. Export it as .docx there and import that file.",
    ".pdf": "A PDF describes how a page looks, not its structure. Import the file that it was made from, "
    "or copy its text and paste it.",
    ".html": "Web pages cannot be imported as files. Open it in a browser, copy the text and paste it.",
}
ADVICE |= {".htm": ADVICE[".html"], ".dot": ADVICE[".doc"], ".dotm": ADVICE[".docm"]}
READERS = {".docx": word.read, ".md": markdown.read, ".markdown": markdown.read, ".txt": plain_text.read}


def read_file(name: str, data: bytes) -> Document:
    """Read a .docx, Markdown or text file. Raises DocumentError."""
    if len(data) > MAX_FILE_BYTES:
        raise DocumentError("This file is larger than 10 MB. Make its pictures smaller, or import it in parts.")
    if not data.strip():
        raise DocumentError("This file is empty.")
    suffix = PurePath(name).suffix.lower()
    if data.startswith(OLD_OFFICE_SIGNATURE):
        if ENCRYPTED_MARKER in data:
            raise DocumentError(
                "This file is protected with a password. Remove the password in Word and save it first."
            )
        raise DocumentError(ADVICE[".doc"])
    for signature, kind in ((b"%PDF-", ".pdf"), (b"{\\rtf", ".rtf")):
        if data.startswith(signature):
            raise DocumentError(ADVICE[kind])
    if suffix not in READERS:
        raise DocumentError(
            ADVICE.get(suffix) or "Only Word (.docx), Markdown (.md) and text (.txt) files can be imported."
        )
    return READERS[suffix](PurePath(name).stem, data)


def read_text(text: str, *, takes_title: bool = True) -> Document:
    """Read a pasted text, which may be Markdown. Raises DocumentError."""
    reader = markdown.from_pasted if markdown.is_markdown(text) else plain_text.from_text
    return reader(text, takes_title=takes_title)


def read_passage(text: str) -> tuple[str, list[str]]:
    """Read a text that is pasted into a page; return its HTML and what was left out. Raises DocumentError."""
    document = read_text(text, takes_title=False)
    return "".join(part.html for part in document.parts if isinstance(part, DocumentText)), document.dropped
