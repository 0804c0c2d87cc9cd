import io
import struct
import zipfile

import docx
import pytest

from pages.document_import import Document, DocumentError, DocumentText, read_file, word_archive
from tests.pages.word_files import saved, with_part, written

WORD = saved(written("Hello."))
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500


def zipped(entries, **how):
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return to.getvalue()


def refusal(name, data):
    with pytest.raises(DocumentError) as refused:
        read_file(name, data)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.doc", b"x", "This file is in an older Word format. Open it in Word, save it as “Word document (.docx)”"),
        ("a.docm", WORD, "This Word file can contain macros. Open it in Word"),
        ("a.pdf", b"x", "A PDF describes how a page looks"),
        ("a.txt", b"%PDF-1.7 x", "A PDF describes how a page looks"),
        ("a.docx", b"{\\rtf1 x}", "RTF files cannot be imported."),
        ("a.odt", b"PK", "LibreOffice files cannot be imported directly. Save it as .docx there"),
        ("a.xlsx", b"PK", "Only Word (.docx), Markdown (.md) and text (.txt) files can be imported."),
        ("a", b"x", "Only Word (.docx), Markdown (.md) and text (.txt) files can be imported."),
        ("a.txt", b"", "This file is empty."),
        ("a.txt", b" \n", "This file is empty."),
        ("a.txt", b"a\0b", "This is not a text file."),
        ("a.txt", WORD, "This is not a text file."),
        ("a.md", b"\x81\x8d", "This is not a text file."),
        ("a.txt", b"* * *", "The document has no text to make a page from."),
        ("a.docx", b"Hello.", "This is not a Word document, although its name says so."),
        ("a.docx", zipped({"x.txt": "x"}), "This is not a Word document, although its name says so."),
        ("a.docx", WORD[:-30], "This Word file is damaged and cannot be read."),
        ("a.docx", b"PK\x03\x04" + b"x" * 100, "This Word file is damaged and cannot be read."),
        ("a.txt", b"x" * 10_000_001, "This file is larger than 10 MB."),
        (
            "a.docx",
            OLD_OFFICE,
            "This file is in an older Word format.",
        ),
        (
            "a.docx",
            OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"),
            "This file is protected with a password. Remove the password in Word and save it first.",
        ),
    ],
)
def test_an_unusable_document_is_refused_with_advice(name, data, sentence):
    assert refusal(name, data)[: len(sentence)] == sentence


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("my-page.TXT", "Zoë said so, and that is it.".encode()),
        ("my_page.txt", "\ufeffZoë said so, and that is it.".encode()),
        ("my page.txt", "Zoë said so, and that is it.".encode("utf-16")),
        ("my-page.txt", "Zoë said so, and that is it.".encode("cp1252")),
        ("folder/my-page.md", "Zoë said so, and that is it.".encode()),
        ("my-page.markdown", "Zoë said so, and that is it.".encode()),
        ("my-page.docx", saved(written("Zoë said so, and that is it."))),
    ],
)
def test_each_file_type_is_read_and_its_name_replaces_a_missing_title(name, data):
    assert read_file(name, data) == Document("My page", {}, [DocumentText("<p>Zoë said so, and that is it.</p>")])


def test_a_text_of_more_than_a_hundred_pages_is_refused_with_its_length():
    sentence = "This document is about 101 pages long; at most 100 can be imported at once. Import it in parts."
    assert refusal("a.txt", b"word " * 50_001) == sentence
    assert refusal("a.md", b"word " * 50_001) == sentence
    assert refusal("a.txt", b"x" * 350_001) == sentence
    assert refusal("a.docx", saved(written("word " * 50_001))) == sentence
    assert len(read_file("a.txt", b"word " * 50_000).parts) == 1


def test_word_s_own_page_count_is_used():
    data = with_part(WORD, "docProps/app.xml", lambda text: text.replace("<Pages>1</Pages>", "<Pages>240</Pages>"))
    assert refusal("a.docx", data).startswith("This document is about 240 pages long")


BOMB = "This file unpacks to far more than a Word document contains, so it was not opened."


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(word_archive, "_contents", None)
    assert refusal("a.docx", zipped({"word/document.xml": b"\0" * 9_000_000})) == BOMB
    many = {f"word/{number}": b"" for number in range(2_001)}
    assert refusal("a.docx", zipped(many)) == BOMB
    large = {f"word/{number}.bin": bytes(range(256)) * 4 * 900 for number in range(70)}
    assert refusal("a.docx", zipped(large, compresslevel=1)) == BOMB


def test_a_zip_with_a_false_size_is_refused():
    data = bytearray(zipped({"word/document.xml": b"\0" * 3_000_000}))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<L", 100)
    assert refusal("a.docx", bytes(data)) == word_archive.DAMAGED


def test_the_unpacked_size_is_limited_too(monkeypatch):
    monkeypatch.setattr(word_archive, "_refuse_bombs", lambda entries: None)
    monkeypatch.setattr(word_archive, "MAX_UNPACKED_BYTES", 1_000_000)
    assert refusal("a.docx", zipped({"word/document.xml": b"\0" * 1_000_001})) == BOMB


def test_an_encrypted_zip_is_reported_as_such():
    data = bytearray(WORD)
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal("a.docx", bytes(data)) == word_archive.ENCRYPTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "entity",
    ['<!ENTITY a "aaaaaaaaaa">', '<!ENTITY a SYSTEM "file:///etc/passwd">', '<!ENTITY % a SYSTEM "http://x/y">'],
)
def test_entities_are_refused_in_every_encoding(encoding, entity):
    head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE w [{entity}]>'
    evil = with_part(WORD, "word/styles.xml", lambda text: head + text[text.index("<w:styles") :])
    if encoding == "utf-16":
        with zipfile.ZipFile(io.BytesIO(evil)) as opened:
            parts = {name: opened.read(name) for name in opened.namelist()}
        evil = zipped(parts | {"word/styles.xml": parts["word/styles.xml"].decode().encode("utf-16")})
    assert refusal("a.docx", evil) == word_archive.DOCTYPE_FOUND


def test_endless_nesting_or_splitting_in_xml_is_refused():
    deep = "<w:x>" * 200 + "</w:x>" * 200
    assert (
        refusal("a.docx", with_part(WORD, "word/x.xml", lambda _: deep.replace("w:", ""))) == word_archive.TOO_COMPLEX
    )
    wide = f"<x>{'<y/>' * 200_001}</x>"
    assert refusal("a.docx", with_part(WORD, "word/x.xml", lambda _: wide)) == word_archive.TOO_COMPLEX


def test_broken_xml_is_a_damaged_document():
    cut = with_part(WORD, "word/document.xml", lambda text: text[:-20])
    assert refusal("a.docx", cut) == word_archive.DAMAGED
    assert refusal("a.docx", with_part(WORD, "word/styles.xml", lambda text: text[:-20])) == word_archive.DAMAGED


def test_a_main_document_part_with_another_name_is_found():
    """Some of its parts have the names that Word on the web uses."""
    with zipfile.ZipFile(io.BytesIO(saved(docx.Document()))) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    body = '<w:p><w:r><w:t xml:space="preserve">Found.</w:t></w:r></w:p><w:sectPr'
    parts["word/document2.xml"] = parts.pop("word/document.xml").decode().replace("<w:sectPr", body, 1).encode()
    parts["word/_rels/document2.xml.rels"] = parts.pop("word/_rels/document.xml.rels")
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"word/document.xml", b"/word/document2.xml")
    assert read_file("a.docx", zipped(parts)).parts == [DocumentText("<p>Found.</p>")]
