"""Import a document: a file or pasted text becomes a draft page.

In: a file's name and bytes, or a pasted text. Out: a saved draft and the list of what the document had that the page
does not. `read_file()` and `read_text()` return a `Document` and use no database; `create_page()` saves it as a draft;
`load_folder()` and `link_pages()` make the starter pages. A file that cannot be read raises `DocumentError`, and a page
that cannot be saved ValidationError, each with a sentence for the therapist.
"""

from pages.document_import.document import (
    MAX_FILE_BYTES,
    Document,
    DocumentBlock,
    DocumentError,
    DocumentImage,
    DocumentText,
)
from pages.document_import.draft_page import create_page, link_pages, load_folder
from pages.document_import.readers import read_file, read_passage, read_text

__all__ = [
    "MAX_FILE_BYTES",
    "Document",
    "DocumentBlock",
    "DocumentError",
    "DocumentImage",
    "DocumentText",
    "create_page",
    "link_pages",
    "load_folder",
    "read_file",
    "read_passage",
    "read_text",
]
