"""Make Word files as Word and other programs write them."""

import io
import re
import zipfile

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from PIL import Image

W = nsdecls("w")
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def png(colour="red"):
    to = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(to, "PNG")
    return to.getvalue()


def saved(document):
    """Return the document as a file, without the table styles of python-docx, which are slow to read."""
    for look in list(document.styles.element.iter(qn("w:tblStylePr"))):
        look.getparent().remove(look)
    to = io.BytesIO()
    document.save(to)
    return to.getvalue()


def written(*paragraphs):
    """Return a document of plain paragraphs."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return document


def linked(paragraph, address, words):
    number = paragraph.part.relate_to(address, LINK, is_external=True)
    paragraph._p.append(
        parse_xml(
            f'<w:hyperlink {W} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
            f'r:id="{number}"><w:r><w:t>{words}</w:t></w:r></w:hyperlink>'
        )
    )


def with_part(data, name, change):
    """Return the file with one part replaced; `change` turns its old text into the new one."""
    to = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for each in names:
            content = old.read(each)
            new.writestr(each, change(content.decode()) if each == name else content)
        if name not in names:
            new.writestr(name, change(""))
    return to.getvalue()


def with_body(data, xml):
    """Return the file with XML inserted at the end of its body."""
    return with_part(data, "word/document.xml", lambda text: re.sub("(<w:sectPr)", rf"{xml}\1", text, count=1))


def as_html(document):
    """Return all texts of a document, one line for each block."""
    html = "".join(part.html for part in document.parts)
    return re.sub(r"(</(?:p|h2|h3)>)(?=<(?:p|h2|h3|ul|ol|table|blockquote))", r"\1\n", html)
