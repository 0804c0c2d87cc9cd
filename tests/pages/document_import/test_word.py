import io
import re

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.shared import Inches, Pt, RGBColor

from pages.document_import import DocumentError, DocumentImage, DocumentText, read_file, word, word_archive
from tests.pages.word_files import W, as_html, linked, png, saved, with_body, with_part, written

DRAWING = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
)


def taken(document):
    return read_file("my-page.docx", saved(document))


def html_of(*paragraphs):
    return as_html(taken(written("It begins.", *paragraphs))).removeprefix("<p>It begins.</p>").strip()


def para(xml):
    return f"<w:p><w:r>{xml}</w:r></w:p>"


def test_a_whole_document_becomes_a_page():
    document = docx.Document()
    document.add_heading("Ketamine", 0)
    opening = document.add_paragraph("Some ")
    opening.add_run("bold").bold = True
    opening.add_run(" and ")
    opening.add_run("italic").italic = True
    opening.add_run(" words.")
    document.add_heading("What I do", 1)
    for style, words in [
        ("List Bullet", "one"),
        ("List Bullet 2", "deep"),
        ("List Bullet 3", "deeper"),
        ("List Bullet", "two"),
        ("List Number", "first"),
        ("List Number", "second"),
    ]:
        document.add_paragraph(words, style=style)
    document.add_heading("Fees", 2)
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip(table._cells, ["What", "How much", "An hour", "£1"], strict=True):
        cell.paragraphs[0].add_run(words).bold = words in ("What", "How much")
    around = document.add_paragraph("Before ")
    around.add_run().add_picture(io.BytesIO(png()), width=Inches(1))
    around.add_run(" after.")

    page = taken(document)
    assert (page.title, page.fields, page.dropped) == ("Ketamine", {}, [])
    assert page.parts == [
        DocumentText(
            "<p>Some <strong>bold</strong> and <em>italic</em> words.</p>"
            "<h2>What I do</h2>"
            "<ul><li><p>one</p><ul><li><p>deep</p><ul><li><p>deeper</p></li></ul></li></ul></li>"
            "<li><p>two</p></li></ul>"
            "<ol><li><p>first</p></li><li><p>second</p></li></ol>"
            "<h3>Fees</h3>"
            "<table><tbody><tr><th><p>What</p></th><th><p>How much</p></th></tr>"
            "<tr><td><p>An hour</p></td><td><p>£1</p></td></tr></tbody></table>"
            "<p>Before</p>"
        ),
        DocumentImage(png(), "", "my-page, picture 1"),
        DocumentText("<p>after.</p>"),
    ]


@pytest.mark.parametrize(
    ("headings", "title", "html"),
    [
        ([("A", 1), ("B", 2), ("C", 3)], "A", "<h2>B</h2>\n<h3>C</h3>"),
        ([("A", 0), ("B", 1), ("C", 2), ("D", 5)], "A", "<h2>B</h2>\n<h3>C</h3>\n<h3>D</h3>"),
        ([("A", 1), ("B", 1), ("C", 2)], "A", "<h2>B</h2>\n<h3>C</h3>"),
        ([("A", 3), ("B", 2)], "My page", "<h2>A</h2>\n<h2>B</h2>"),
        ([("A", 2), ("B", 8)], "My page", "<h2>A</h2>\n<h3>B</h3>"),
        ([("x" * 121, 1)], "My page", f"<h2>{'x' * 121}</h2>"),
    ],
)
def test_headings_keep_their_order_below_the_title(headings, title, html):
    document = docx.Document()
    for words, level in headings:
        document.add_heading(words, level)
    page = taken(document)
    assert (page.title, as_html(page)) == (title, html)


def test_short_bold_paragraphs_become_headings_if_there_are_no_others():
    document = docx.Document()
    for words, is_bold in [("About me", True), ("I am Anna.", False), ("Where", True), ("In London.", False)]:
        document.add_paragraph().add_run(words).bold = is_bold
    page = taken(document)
    assert (page.title, as_html(page)) == ("About me", "<p>I am Anna.</p>\n<h2>Where</h2>\n<p>In London.</p>")


@pytest.mark.parametrize("mark", ["•\t", "· ", "–\t", "-  ", "*\t", "\uf0b7\t"])
def test_bullets_typed_by_hand_are_lists(mark):
    assert html_of(f"{mark}one", f"{mark}two") == "<ul><li><p>one</p></li><li><p>two</p></li></ul>"


@pytest.mark.parametrize("marks", ["1. 2.", "1) 2)", "a) b)", "(a) (b)", "A) B)", "i. ii.", "I. II."])
def test_numbers_typed_by_hand_are_lists(marks):
    first, second = marks.split()
    assert html_of(f"{first}\tone", f"{second} two") == "<ol><li><p>one</p></li><li><p>two</p></li></ol>"
    assert html_of(f"{first} Alone") == f"<p>{first} Alone</p>"


@pytest.mark.parametrize(
    ("marks", "dropped"),
    [
        ("1. 2.", []),
        ("• •", []),
        ("(a) (b)", ["the form of 2 list numbers: “(a)”, “(b)” are ordinary numbers here"]),
        ("i. ii.", ["the form of 2 list numbers: “i.”, “ii.” are ordinary numbers here"]),
    ],
)
def test_typed_items_are_lists_in_one_paragraph_too_and_a_number_of_another_form_is_named(marks, dropped):
    first, second = marks.split()
    tag = "ul" if first == "•" else "ol"
    items = f"<{tag}><li><p>one</p></li><li><p><strong>two</strong></p></li></{tag}>"
    in_two, in_one = written("It begins.", f"{first} one"), written("It begins.", f"{first} one")
    in_two.add_paragraph(f"{second} ").add_run("two").bold = True
    in_one.paragraphs[1].add_run().add_break()
    in_one.paragraphs[1].add_run(f"{second} ")
    in_one.paragraphs[1].add_run("two").bold = True

    for page in (taken(in_two), taken(in_one)):
        assert (as_html(page), page.dropped) == (f"<p>It begins.</p>\n{items}", dropped)


def test_typed_lists_are_nested_by_marks_tabs_and_indents():
    nested = "<ul><li><p>one</p>\n<ul><li><p>deep</p></li></ul></li><li><p>two</p></li></ul>"
    assert html_of("•\tone", "o\tdeep", "•\ttwo") == nested
    assert html_of("- one", "\t- deep", "- two") == nested
    document = written("It begins.", "• one", "• deep", "• two")
    document.paragraphs[2].paragraph_format.left_indent = Pt(36)
    assert as_html(taken(document)) == f"<p>It begins.</p>\n{nested}"


def test_list_markers_in_several_runs_are_removed():
    document = written("It begins.")
    for words in ("one", "two"):
        paragraph = document.add_paragraph()
        for run in ("·", "\t", ""):
            paragraph.add_run(run)
        paragraph.add_run(words).bold = True
    assert as_html(taken(document)) == (
        "<p>It begins.</p>\n<ul><li><p><strong>one</strong></p></li><li><p><strong>two</strong></p></li></ul>"
    )


def test_a_paragraph_inside_a_list_does_not_restart_its_numbers():
    document = docx.Document()
    document.add_paragraph("one", style="List Number")
    document.add_paragraph("More of it.", style="List Continue")
    document.add_paragraph("two", style="List Number")
    assert as_html(taken(document)) == "<ol><li><p>one</p>\n<p>More of it.</p></li><li><p>two</p></li></ol>"


def test_allowed_links_stay_and_others_become_text():
    document = docx.Document()
    paragraph = document.add_paragraph("See ")
    for address, words in [
        ("https://nhs.uk/", "A"),
        ("mailto:me@example.org", "B"),
        ("http://example.org/", "C"),
        ("javascript:x", "D"),
        ("file:///etc/passwd", "E"),
    ]:
        linked(paragraph, address, words)
    page = taken(document)
    assert as_html(page) == '<p>See <a href="https://nhs.uk/">A</a><a href="mailto:me@example.org">B</a>CDE</p>'
    assert page.dropped == [
        "3 links whose address does not begin with https: http://example.org/, javascript:x, file:///etc/passwd "
        "(the words are kept)"
    ]


def test_tables_are_made_simple():
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    for number, cell in enumerate(table._cells):
        cell.text = f"c{number}"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(1, 2).add_table(rows=1, cols=1).cell(0, 0).text = "inner"
    document.add_paragraph("Between.")
    frame = document.add_table(rows=1, cols=1)
    frame.cell(0, 0).text = "Framed."
    page = taken(document)
    assert page.parts == [
        DocumentText(
            "<table><tbody><tr><td><p>wide</p></td><td><p></p></td><td><p>c2</p></td></tr>"
            "<tr><td><p>c3</p></td><td><p>c4</p></td><td><p>c5</p><p>inner</p></td></tr></tbody></table>"
            "<p>Between.</p><p>Framed.</p>"
        )
    ]
    assert page.dropped == [
        "the merged cells of 1 table (the words are in the first cell of each)",
        "1 table inside another (the words are kept)",
    ]


def test_a_table_beyond_the_limits_becomes_plain_text():
    document = docx.Document()
    document.add_table(rows=2, cols=1).cell(0, 0).text = "One."
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="99"/></w:tcPr>'
    data = with_part(
        saved(document),
        "word/document.xml",
        lambda text: text.replace("</w:tr>", f"{wide}<w:p/></w:tc>" * 30 + "</w:tr>"),
    )
    page = read_file("a.docx", data)
    assert (page.parts, page.dropped) == (
        [DocumentText("<p>One.</p>")],
        ["1 table beyond 5,000 cells (the words are kept)"],
    )


def test_tables_are_measured_together():
    row = '<w:tr><w:tc><w:tcPr><w:gridSpan w:val="99"/></w:tcPr><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr>'
    data = with_body(saved(written("Words.")), f"<w:tbl>{row * 30}</w:tbl>{para('')}" * 3)
    page = read_file("a.docx", data)
    assert page.dropped[-1] == "2 tables beyond 5,000 cells (the words are kept)"
    assert "".join(part.html for part in page.parts).count("<td>") == 30 * 99


def test_a_document_with_too_many_blocks_is_refused():
    runs = "<w:r><w:t/></w:r>" * 40_000
    for body in (para(runs), "<w:p><w:r>" * 60 + "</w:r></w:p>" * 60):
        with pytest.raises(DocumentError, match="far more elements than a page can hold"):
            read_file("a.docx", with_body(saved(written("Words.")), body))


def test_a_picture_in_a_table_or_a_list_comes_after_it():
    document = docx.Document()
    document.add_paragraph("one", style="List Bullet").add_run().add_picture(io.BytesIO(png()))
    document.add_paragraph("two", style="List Bullet")
    picture = document.inline_shapes[0]._inline.docPr
    picture.set("descr", "The door\n\nDescription automatically generated")
    assert taken(document).parts == [
        DocumentText("<ul><li><p>one</p></li><li><p>two</p></li></ul>"),
        DocumentImage(png(), "The door", "my-page, picture 1"),
    ]


def test_unsupported_pictures_are_listed(monkeypatch):
    monkeypatch.setattr(word, "MAX_PICTURES", 1)
    document = docx.Document()
    for colour in ("red", "green", "blue"):
        document.add_paragraph("Look: ").add_run().add_picture(io.BytesIO(png(colour)))
    data = with_part(saved(document), "[Content_Types].xml", lambda text: text.replace("image/png", "image/x-emf"))
    assert read_file("a.docx", data).dropped == ["3 pictures in a format that browsers cannot show (EMF)"]
    page = taken(document)
    assert page.dropped == ["2 pictures beyond the first 1"]
    assert [type(part) for part in page.parts] == [DocumentText, DocumentImage, DocumentText]
    outside = with_part(saved(document), "word/document.xml", lambda text: text.replace("r:embed=", "r:link="))
    assert read_file("a.docx", outside).dropped == ["3 pictures that the document refers to but does not hold"]


def test_footnotes_become_a_list_at_the_end():
    notes = (
        f'<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>Said so.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    data = with_body(saved(written("As they say.")), para('<w:footnoteReference w:id="2"/>'))
    assert as_html(read_file("a.docx", with_part(data, "word/footnotes.xml", lambda _: notes))) == (
        "<p>As they say.</p>\n<p>[1]</p>\n<h2>Notes</h2>\n<ol><li><p>Said so.</p></li></ol>"
    )


def test_tracked_changes_are_accepted():
    xml = (
        "<w:p><w:ins><w:r><w:t>New</w:t></w:r></w:ins><w:del><w:r><w:delText>Old</w:delText></w:r></w:del>"
        "<w:r><w:t> words.</w:t></w:r></w:p>"
    )
    page = read_file("a.docx", with_body(saved(docx.Document()), xml))
    assert (page.parts, page.dropped) == ([DocumentText("<p>New words.</p>")], ["tracked changes: taken as accepted"])


def test_a_table_of_contents_is_left_out():
    document = written("Hello.")
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("Hello 1", style="toc 1")
    page = taken(document)
    assert (page.parts, page.dropped) == ([DocumentText("<p>Hello.</p>")], ["the table of contents"])


@pytest.mark.parametrize(
    ("xml", "sentence"),
    [
        (f"<m:oMath {DRAWING}><m:r><m:t>x</m:t></m:r></m:oMath>", "1 equation"),
        (f"<w:drawing><c:chart {DRAWING}/></w:drawing>" * 2, "2 charts"),
        (
            f"<mc:AlternateContent {DRAWING}><mc:Choice><wps:wsp/></mc:Choice><mc:Fallback/></mc:AlternateContent>",
            "1 drawing",
        ),
        (
            '<w:rPr><w:u w:val="single"/></w:rPr><w:t>x</w:t>',
            "1 passage underlined: the words are kept without this formatting",
        ),
        (
            "<w:rPr><w:vanish/></w:rPr><w:t>x</w:t>",
            "1 passage hidden in Word (“x”): the words are kept without this formatting",
        ),
        (
            "<w:rPr><w:strike/></w:rPr><w:t>x</w:t>",
            "1 passage crossed out (“x”): the words are kept without this formatting",
        ),
    ],
)
def test_unsupported_parts_are_counted(xml, sentence):
    assert read_file("a.docx", with_body(saved(written("Hello.")), para(xml))).dropped == [sentence]


def test_text_boxes_are_read_once():
    box = f"<w:txbxContent>{para('<w:t>Boxed.</w:t>')}</w:txbxContent>"
    xml = (
        f"<w:p><w:r><mc:AlternateContent {DRAWING}>"
        f"<mc:Choice><w:drawing><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    page = read_file("a.docx", with_body(saved(written("Hello.")), xml))
    assert page.parts == [DocumentText("<p>Hello.</p><p>Boxed.</p>")]
    assert page.dropped == ["1 text box (the words come after the paragraph beside it)"]


def test_comments_headers_footers_and_colours_are_listed_as_omitted():
    document = written("Hello.")
    section = document.sections[0]
    section.header.paragraphs[0].text = "Draft, not to be shown"
    section.footer.paragraphs[0].text = "12"
    paragraph = document.add_paragraph()
    for words in ("red ", "and red"):
        paragraph.add_run(words).font.color.rgb = RGBColor(255, 0, 0)
    paragraph.add_run(" black").font.color.rgb = RGBColor(0, 0, 0)
    document.add_comment(document.paragraphs[0].runs, "Is this true?")
    assert taken(document).dropped == [
        "1 comment",
        "the page header: “Draft, not to be shown”",
        "1 passage in colour: the words are kept without this formatting",
    ]


def test_line_breaks_and_tabs_stay_in_their_place():
    document = docx.Document()
    paragraph = document.add_paragraph("One")
    paragraph.add_run().add_break(WD_BREAK.LINE)
    paragraph.add_run("two\tthree <b>&amp;")
    assert as_html(taken(document)) == "<p>One<br>two three &lt;b&gt;&amp;amp;</p>"


def test_a_document_that_mammoth_cannot_read_is_damaged():
    data = with_part(saved(written("Hello.")), "word/document.xml", lambda text: re.sub("<w:t>", "<w:sym/><w:t>", text))
    with pytest.raises(DocumentError, match=re.escape(word_archive.DAMAGED)):
        read_file("a.docx", data)


def test_a_document_without_a_word_is_refused():
    with pytest.raises(DocumentError, match="The document has no text"):
        taken(docx.Document())


def test_word_s_own_lists_keep_their_types_and_levels():
    """Word writes one list of many levels, which it distinguishes by numbers."""
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="{kind}"/></w:lvl>'
        for level, kind in enumerate(["decimal", "bullet", "lowerLetter"])
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="900">{levels}</w:abstractNum>'
        '<w:num w:numId="900"><w:abstractNumId w:val="900"/></w:num></w:numbering>'
    )
    items = [("one", 0), ("deep", 1), ("deeper", 2), ("two", 0), ("", None), ("three", 0), ("jump", 2)]
    body = "".join(
        '<w:p><w:pPr><w:pStyle w:val="ListParagraph"/>'
        + (f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="900"/></w:numPr>' if level is not None else "")
        + f"</w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"
        for words, level in items
    )
    data = with_body(saved(docx.Document()), body)
    data = with_part(data, "word/numbering.xml", lambda text: text.replace("</w:numbering>", numbering))
    assert as_html(read_file("a.docx", data)) == (
        "<ol><li><p>one</p>\n<ul><li><p>deep</p>\n<ol><li><p>deeper</p></li></ol></li></ul></li><li><p>two</p></li>"
        "<li><p>three</p>\n<ol><li><p>jump</p></li></ol></li></ol>"
    )
