"""Whatever a Word document holds comes out, or the import says that it does not."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from PIL import Image

from pages.document_import import DocumentImage, read_file
from pages.document_import.comparison import losses
from pages.document_import.document import Document, DocumentText
from pages.picture_edits import PictureEdits
from tests.pages.word_files import W, as_html, linked, png, saved, with_body, with_part, written

CASES = Path(__file__).parent / "cases"
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
FORMATTING = "the words are kept without this formatting"


def case(name):
    return read_file(name, (CASES / name).read_bytes())


def read(xml, *parts):
    data = with_body(saved(written()), xml)
    for name, change in parts:
        data = with_part(data, name, change)
    return read_file("a.docx", data)


def para(xml, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{xml}</w:p>"


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


@pytest.mark.parametrize(
    ("name", "html"),
    [
        (
            "docx-simple-field.docx",
            '<p>Last reviewed 3 May 2026 by Dr Lake.</p>\n<p>See <a href="https://example.org/">my page</a> now.</p>',
        ),
        (
            "docx-list-continues.docx",
            "<ol><li><p>one</p></li><li><p>two</p></li></ol><p>A paragraph between.</p>\n"
            '<ol start="3"><li><p>three</p></li></ol>',
        ),
        (
            "docx-breaks-glue-words.docx",
            "<p>end of one page.<br>Start of the next.</p>\n<p>one<br>two<br>three four</p>",
        ),
        (
            "docx-custom-heading-style.docx",
            "<h2>My section</h2>\n<p>Text</p>\n<h2>By outline only</h2>\n<p>Text</p>",
        ),
        ("docx-backslashes-in-zip.docx", "<p>Body</p>"),
    ],
)
def test_a_document_is_read_completely(name, html):
    page = case(name)
    assert (as_html(page), page.dropped) == (html, [])


def test_a_cropped_and_turned_picture_comes_as_the_document_shows_it():
    page = case("docx-cropped-picture.docx")
    [image] = [part for part in page.parts if isinstance(part, DocumentImage)]
    assert (image.alt, image.edits, page.dropped) == ("Garden", PictureEdits((0, 0, 0.5, 0), 1), [])
    original = Image.open(io.BytesIO(image.data)).convert("RGB")
    shown = image.edits.apply(original)
    assert shown.size == (original.height, original.width // 2)
    assert shown.getcolors() == [(shown.width * shown.height, original.getpixel((0, 0)))]  # only the red half


@pytest.mark.parametrize(
    ("xml", "html", "dropped"),
    [
        # fields
        (
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> HYPERLINK \"https://a.example/\" \\\\o "
            "\"tip\" </w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>"
            + run("here")
            + "<w:r><w:fldChar w:fldCharType='end'/></w:r>",
            '<p><a href="https://a.example/">here</a></p>',
            [],
        ),
        (
            f'<w:fldSimple w:instr="IF"><w:fldSimple w:instr="DATE">{run("3 May")}</w:fldSimple></w:fldSimple>',
            "<p>3 May</p>",
            [],
        ),
        (
            f'<w:hyperlink w:anchor="below">{run("see below")}</w:hyperlink>',
            "<p>see below</p>",
            ["1 link to a place in the document (the words are kept)"],
        ),
        # elements that mammoth does not know
        (f'<w:bdo w:val="rtl">{run("turned")}</w:bdo>', "<p>turned</p>", []),
        (f"<w:dir>{run('one')}<w:unheardOf>{run(' two')}</w:unheardOf></w:dir>", "<p>one two</p>", []),
        (
            "<w:r><w:ruby><w:rt><w:r><w:t>kanji</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢字</w:t></w:r></w:rubyBase>"
            "</w:ruby></w:r>",
            "<p>漢字 (kanji)</p>",
            ["1 reading above the line: in brackets after the words"],
        ),
        (
            '<w:r><w:t>It is </w:t><w:sym w:font="Wingdings" w:char="F0FC"/><w:t> yes</w:t>'
            '<w:sym w:font="Odd" w:char="F0FF"/></w:r>',
            "<p>It is ✓ yes</p>",
            ["1 symbol of a font that only Word has"],
        ),
        # breaks
        ('<w:r><w:t>one</w:t><w:br w:type="page"/></w:r>', "<p>one</p>", []),
        ('<w:r><w:br w:type="page"/><w:t>one</w:t></w:r>', "<p>one</p>", []),
        # check boxes
        (
            f'<w:sdt><w:sdtPr><w14:checkbox {W14}><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr>'
            f"<w:sdtContent>{run('☒')}</w:sdtContent></w:sdt>{run(' told')}",
            "<p>☒ told</p>",
            ["1 check box: shown as ☐ or ☒, which visitors cannot tick"],
        ),
        (
            "<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:checkBox><w:default w:val='0'/></w:checkBox></w:ffData>"
            "</w:fldChar></w:r><w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r>"
            f"<w:r><w:fldChar w:fldCharType='end'/></w:r>{run(' asked')}",
            "<p>☐ asked</p>",
            ["1 check box: shown as ☐ or ☒, which visitors cannot tick"],
        ),
        # formatting
        (
            run("The fee is ") + run("£80", "<w:dstrike/>") + run(" £90."),
            "<p>The fee is £80 £90.</p>",
            [f"1 passage crossed out (“£80”): {FORMATTING}"],
        ),
        (
            run("H") + run("2", '<w:vertAlign w:val="subscript"/>') + run("O"),
            "<p>H2O</p>",
            [f"1 passage raised or lowered: {FORMATTING}"],
        ),
        (run("loud", "<w:caps/>"), "<p>loud</p>", [f"1 passage in capitals: {FORMATTING}"]),
    ],
)
def test_what_a_paragraph_holds_comes_out_or_is_reported(xml, html, dropped):
    page = read(para(xml))
    assert (as_html(page), page.dropped) == (html, dropped)


STYLE = '<w:style w:type="{}" w:styleId="{}"><w:name w:val="{}"/><w:basedOn w:val="{}"/>{}</w:style>'


def with_styles(*styles):
    return "word/styles.xml", lambda text: text.replace("</w:styles>", "".join(styles) + "</w:styles>")


def test_styles_of_the_author_s_own_are_those_they_are_based_on():
    styles = with_styles(
        STYLE.format("paragraph", "A1", "Practice name", "Title", ""),
        STYLE.format("paragraph", "A2", "Section", "A3", ""),
        STYLE.format("paragraph", "A3", "Base", "Normal", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
        STYLE.format("paragraph", "A4", "Not a heading", "Heading1", '<w:pPr><w:outlineLvl w:val="9"/></w:pPr>'),
        STYLE.format("paragraph", "A5", "Said", "Quote", ""),
        STYLE.format("paragraph", "A6", "Points", "ListBullet", ""),
        STYLE.format("paragraph", "A7", "Circle 1", "A8", ""),
        STYLE.format("paragraph", "A8", "Circle 2", "A7", ""),
    )
    body = "".join(
        para(run(f"in {name}"), f'<w:pStyle w:val="{name}"/>') for name in ["A1", "A2", "A4", "A5", "A6", "A7"]
    )
    page = read(body, styles)
    assert page.title == "in A1"
    assert as_html(page) == (
        "<h2>in A2</h2>\n<p>in A4</p>\n<blockquote><p>in A5</p></blockquote><ul><li><p>in A6</p></li></ul><p>in A7</p>"
    )


def test_formatting_by_a_style_counts():
    styles = with_styles(
        STYLE.format("character", "Old", "Old", "", "<w:rPr><w:strike/></w:rPr>"),
        STYLE.format("character", "Strongly", "Strongly", "", "<w:rPr><w:b/></w:rPr>"),
        STYLE.format("paragraph", "Gone", "Gone", "Normal", "<w:rPr><w:strike/></w:rPr>"),
    )
    page = read(
        para(run("one ", '<w:rStyle w:val="Old"/>') + run("two", '<w:rStyle w:val="Strongly"/>'))
        + para(run("three"), '<w:pStyle w:val="Gone"/>'),
        styles,
    )
    assert as_html(page) == "<p>one <strong>two</strong></p>\n<p>three</p>"
    assert page.dropped == [f"2 passages crossed out (“one”, “three”): {FORMATTING}"]


def numbered(*items, levels=(("decimal", "%1."), ("decimal", "%1.%2")), overrides=""):
    """Return the body of a list and the change that defines it as lists 900 and 901."""
    body = "".join(
        para(run(text), f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>' if number else "")
        for text, number, level in items
    )
    defined = "".join(
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for number, (kind, text) in enumerate(levels)
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="900">{defined}</w:abstractNum>'
        '<w:num w:numId="900"><w:abstractNumId w:val="900"/></w:num>'
        f'<w:num w:numId="901"><w:abstractNumId w:val="900"/>{overrides}</w:num></w:numbering>'
    )
    return body, ("word/numbering.xml", lambda text: text.replace("</w:numbering>", numbering))


def test_a_list_that_is_begun_again_begins_at_its_number():
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    page = read(*numbered(("a", 900, 0), ("b", 900, 0), ("c", 901, 0), ("d", 901, 0), overrides=override))
    assert as_html(page) == (
        '<ol><li><p>a</p></li><li><p>b</p></li></ol><ol start="5"><li><p>c</p></li><li><p>d</p></li></ol>'
    )
    assert page.dropped == []


def test_a_list_continues_after_a_heading_and_inside_a_table():
    body, numbering = numbered(("a", 900, 0), ("b", 900, 0))
    heading = para(run("Between"), '<w:pStyle w:val="Heading1"/>')
    again = numbered(("c", 900, 0))[0]
    page = read(
        f"{body}{heading}{para(run('Words.'))}{again}<w:tbl><w:tr><w:tc>{again}</w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>",
        numbering,
    )
    assert as_html(page).count('<ol start="3">') == as_html(page).count('<ol start="4">') == 1


def test_numbers_in_another_form_are_reported():
    page = read(*numbered(("a", 900, 0), ("b", 900, 1), ("c", 900, 1), ("d", 900, 0)))
    assert as_html(page) == ("<ol><li><p>a</p>\n<ol><li><p>b</p></li><li><p>c</p></li></ol></li><li><p>d</p></li></ol>")
    assert page.dropped == ["the form of 2 list numbers: “1.1”, “1.2” are an ordinary number here"]
    letters = read(*numbered(("a", 900, 0), ("b", 900, 0), levels=[("lowerLetter", "%1)")]))
    assert letters.dropped == ["the form of 2 list numbers: “a)”, “b)” are an ordinary number here"]
    hidden = read(*numbered(("a", 900, 0), ("b", 900, 0), levels=[("none", "")]))
    assert (as_html(hidden), hidden.dropped) == ("<p>a</p>\n<p>b</p>", [])


def test_the_numbers_of_headings_are_reported():
    body, numbering = numbered(("Fees", 900, 0), ("Places", 900, 0))
    body = body.replace("<w:pPr>", '<w:pPr><w:pStyle w:val="Heading2"/>')
    assert read(body + para(run("Words.")), numbering).dropped == ["the automatic numbers of 2 headings: “1.”, “2.”"]


NAMESPACES = (
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wpg="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
PIC = (
    '<pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="p" descr="{alt}"/></pic:nvPicPr>'
    '<pic:blipFill><a:blip r:embed="rId900">{effect}</a:blip>{crop}</pic:blipFill>'
    "<pic:spPr>{transform}{shape}</pic:spPr></pic:pic>"
)


def pic(alt="", effect="", crop="", transform="", shape=""):
    return PIC.format(alt=alt, effect=effect, crop=crop, transform=transform, shape=shape)


def drawing(content):
    return (
        f"<w:r><w:drawing {NAMESPACES}><wp:inline><wp:docPr id='1' name='P'/><a:graphic><a:graphicData>{content}"
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def with_picture(xml):
    relation = (
        '<Relationship Id="rId900" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        'Target="media/p.png"/></Relationships>'
    )
    data = with_body(saved(written("Words.")), para(xml))
    data = with_part(data, "word/_rels/document.xml.rels", lambda text: text.replace("</Relationships>", relation))
    data = with_part(
        data,
        "[Content_Types].xml",
        lambda text: text.replace("<Override", '<Default Extension="png" ContentType="image/png"/><Override', 1),
    )
    to = io.BytesIO(data)
    with zipfile.ZipFile(to, "a") as archive:
        archive.writestr("word/media/p.png", png())
    return read_file("a.docx", to.getvalue())


def images(page):
    return [part for part in page.parts if isinstance(part, DocumentImage)]


def test_every_picture_of_a_group_is_taken():
    page = with_picture(drawing(f"<wpg:wgp>{pic('one')}<wpg:grpSp>{pic('two')}</wpg:grpSp></wpg:wgp>"))
    assert ([image.alt for image in images(page)], page.dropped) == (["one", "two"], [])


@pytest.mark.parametrize("has_fallback", [True, False])
def test_a_picture_that_is_written_twice_is_taken_once(has_fallback):
    fallback = '<w:pict><v:shape><v:imagedata r:id="rId900"/></v:shape></w:pict>' if has_fallback else ""
    chosen = drawing(pic("one")).removeprefix("<w:r>").removesuffix("</w:r>")
    xml = (
        f"<w:r><mc:AlternateContent {NAMESPACES}><mc:Choice>{chosen}</mc:Choice><mc:Fallback>{fallback}</mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    page = with_picture(xml)
    assert ([image.alt for image in images(page)], page.dropped) == (["one"], [])


@pytest.mark.parametrize(
    ("content", "edits", "dropped"),
    [
        (pic(crop='<a:srcRect l="10000" t="-5000" b="20000"/>'), PictureEdits((0.1, 0, 0, 0.2)), []),
        (pic(transform='<a:xfrm rot="-5400000" flipH="1"/>'), PictureEdits(quarter_turns=3, is_mirrored=True), []),
        (
            pic(transform='<a:xfrm rot="420000"/>'),
            PictureEdits(),
            ["1 picture turned by 7°: straight here"],
        ),
        (
            pic(shape='<a:prstGeom prst="ellipse"/>', effect="<a:grayscl/>"),
            PictureEdits(),
            [
                "1 picture cut to a shape: a rectangle here",
                "1 picture with effects, such as another colour: without them here",
            ],
        ),
    ],
)
def test_how_a_picture_is_shown_is_kept_or_reported(content, edits, dropped):
    page = with_picture(drawing(content))
    assert ([image.edits for image in images(page)], page.dropped) == ([edits], dropped)


def test_a_picture_of_an_older_word_is_cropped_and_turned_too():
    xml = (
        f'<w:r><w:pict {NAMESPACES}><v:shape alt="Door" style="width:9pt;rotation:90;flip:x">'
        '<v:imagedata r:id="rId900" cropright="16384f" croptop=".5"/></v:shape></w:pict></w:r>'
    )
    [image] = images(with_picture(xml))
    assert (image.alt, image.edits) == ("Door", PictureEdits((0, 0.5, 0.25, 0), 1, is_mirrored=True))


def test_pictures_that_cannot_be_taken_are_counted():
    assert with_picture(drawing("<pic:pic><pic:blipFill><a:blip/></pic:blipFill></pic:pic>")).dropped == [
        "1 picture that the file does not hold"
    ]
    assert with_picture(drawing('<a:blipFill><a:blip r:embed="rId900"/></a:blipFill>')).dropped == [
        "1 picture that fills a shape"
    ]


def test_a_link_through_a_mail_filter_leads_to_its_page():
    document = docx.Document()
    linked(
        document.add_paragraph(),
        "https://eur03.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2F&amp;data=ann%40example.org",
        "here",
    )
    assert as_html(read_file("a.docx", saved(document))) == '<p><a href="https://example.org/">here</a></p>'


def test_words_that_no_reader_found_are_reported(monkeypatch):
    """The words are compared with the file itself, so that a fault in reading it is not silent either."""
    monkeypatch.setattr("pages.document_import.word._converted", lambda parts, collector: "<p>The fee is90.</p>")
    page = read(para(run("The fee is ") + run("not £80 but ") + run("£90.")))
    assert page.dropped == ["5 words of the document: “is not 80 but 90”"]


def test_words_in_another_order_are_reported():
    document = Document("One", parts=[DocumentText("<p>three four five six seven eight two</p>")])
    assert list(losses("One two three four five six seven eight", document)) == [
        "1 word in another place than in the document: “two”"
    ]
    assert (
        list(
            losses(
                "two three four five six seven One",
                Document("One", parts=[DocumentText("<p>two three four five six seven</p>")]),
            )
        )
        == []
    )


def test_pictures_of_headers_are_counted():
    header = f"<w:hdr {W} {NAMESPACES}><w:p>{drawing(pic())}</w:p></w:hdr>"
    data = with_part(saved(written("Words.")), "word/header1.xml", lambda _: header)
    assert read_file("a.docx", data).dropped == ["1 picture in the page header"]
