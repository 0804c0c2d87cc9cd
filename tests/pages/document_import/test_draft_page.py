import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from pages import pictures
from pages.document_import import Document, DocumentImage, DocumentText, draft_page
from pages.document_import.draft_page import create_page
from pages.document_import.markdown import from_markdown
from pages.management.commands import load_starter_pages
from pages.models import Page, Picture, PictureBlock, Revision, RichText
from pages.page_source import rich_texts, to_source
from pages.richtext import site_paths
from practice.models import Location
from tests.pages.picture_files import picture_file
from tests.pages.word_files import png

ABOUT = """---
title: About me: who I am
menu: main
position: 20
lead: Hello.
---

Some **bold** [link](/addictions/ketamine/).
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    files = {
        "home.md": "---\ntitle: Home\nslug:\nrole: home\nposition: 10\n---\nSee [me](/about/).",
        "about.md": ABOUT,
        "addictions/index.md": "---\ntitle: Addictions\nmenu: main\n---\nAll.",
        "addictions/ketamine.md": "---\ntitle: Ketamine\nposition: 10\n---\n[About](/about/)",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(load_starter_pages, "STARTER_FOLDER", tmp_path)
    return tmp_path


@pytest.mark.django_db
def test_a_document_becomes_a_draft_with_its_texts_and_pictures_in_order():
    document = Document(
        "About me",
        {"lead": "Hello."},
        [
            DocumentText("<p>One.</p>"),
            DocumentImage(png(), "A door", "a, picture 1"),
            DocumentText("<p>Two.</p>"),
            DocumentImage(b"x", "", "a, picture 2"),
        ],
        ["2 comments"],
    )
    page, dropped = create_page(document)
    source = to_source(page)
    contents = [(block["type"], block.get("html") or block.get("alt")) for block in source["blocks"]]
    assert (source["title"], source["lead"], page.slug, page.position) == ("About me", "Hello.", "about-me", 10)
    assert contents == [("rich_text", "<p>One.</p>"), ("picture", "A door"), ("rich_text", "<p>Two.</p>")]
    assert dropped == [
        "2 comments",
        "“a, picture 2” is not a picture that the site can read. Use a JPEG, PNG, WebP, AVIF or HEIC file; "
        "SVG drawings are not accepted, because they can contain scripts.",
    ]
    assert Page.objects.with_path().get().path == "/about-me/"
    assert Revision.objects.count() == 0


@pytest.mark.django_db
def test_an_address_that_is_or_was_in_use_is_not_taken(write, change):
    above = write("addictions")
    former = write("first")
    change(former, slug="now")
    addresses_of = [create_page(Document(title))[0].slug for title in ("First", "Now", "Addictions", "Search", "日本")]
    assert addresses_of == ["first-2", "now-2", "addictions-2", "search-2", "page"]
    assert [create_page(Document("x" * 60), above)[0].slug for _ in range(3)] == [
        "x" * 50,
        f"{'x' * 48}-2",
        f"{'x' * 48}-3",
    ]


@pytest.mark.django_db
def test_links_to_pages_are_references_at_once(write):
    about = write("about")
    page, _ = create_page(Document("New", {}, [DocumentText('<p><a href="/about/">Me</a></p>')]))
    assert to_source(page)["blocks"][0]["html"] == f'<p><a href="page:{about.pk}">Me</a></p>'


@pytest.mark.django_db
def test_a_document_that_is_refused_leaves_nothing_behind(write):
    write("", role="home")
    with pytest.raises(ValidationError):
        create_page(Document("Home", {"role": "home", "slug": ""}, [DocumentImage(png(), "", "a")]))
    assert (Page.objects.count(), PictureBlock.objects.count()) == (1, 0)


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "my-page.md"
    file.write_text("# Ketamine\n\nHello <b>you</b>.\n", encoding="utf-8")
    return file


@pytest.mark.django_db
def test_the_command_prints_the_new_page_and_omissions(file, write, capsys):
    above = write("addictions")
    call_command("import_page", str(file), parent="/addictions/")
    page = Page.objects.get(slug="ketamine")
    assert (page.parent, RichText.objects.get(parent=page).html) == (above, "<p>Hello you.</p>")
    assert capsys.readouterr().out == (
        f"“Ketamine” is now a draft: /admin/pages/page/{page.pk}/change/\n"
        "Left out or changed:\n- 2 pieces of HTML (its words are kept)\n"
    )


@pytest.mark.django_db
def test_the_command_reports_each_error_in_a_sentence(file, tmp_path):
    def error(*arguments):
        with pytest.raises(CommandError) as refused:
            call_command("import_page", *arguments)
        return str(refused.value)

    (tmp_path / "a.txt").write_bytes(b"")
    assert error(str(file), "--parent=/nowhere/") == "There is no page at /nowhere/."
    assert error(str(tmp_path / "a.txt")) == "This file is empty."
    assert error(str(tmp_path / "no.txt")) == f"{tmp_path}/no.txt cannot be read: No such file or directory."
    file.write_text("---\ntitle: A\nmenu: nowhere\n---\nText.")
    assert error(str(file)) == "'nowhere' isn’t one of the options."
    assert Page.objects.count() == 0


@pytest.mark.django_db
def test_a_folder_becomes_a_tree_of_live_pages(folder, capsys):
    call_command("load_starter_pages")
    assert capsys.readouterr().out == "Loaded and published 4 starter pages.\n"
    pages = Page.objects.with_path().values_list("path", "title", "menu", "role", "position")
    assert sorted(pages, key=str) == [
        ("/", "Home", "none", "home", 10),
        ("/about/", "About me: who I am", "main", None, 20),
        ("/addictions/", "Addictions", "main", None, 0),
        ("/addictions/ketamine/", "Ketamine", "none", None, 10),
    ]
    assert set(Revision.objects.values_list("number", "live_until")) == {(1, None)}


@pytest.mark.django_db
def test_links_between_imported_pages_are_references(folder):
    call_command("load_starter_pages", verbosity=0)
    about = Page.objects.get(slug="about")
    ketamine = Page.objects.get(slug="ketamine")
    assert RichText.objects.get(parent=ketamine).html == f'<p><a href="page:{about.pk}">About</a></p>'
    assert f'<a href="page:{ketamine.pk}">link</a>' in to_source(about)["blocks"][0]["html"]


@pytest.mark.django_db
def test_starter_pages_are_loaded_once(folder, capsys):
    call_command("load_starter_pages")
    Page.objects.filter(slug="about").update(title="Mine now")
    capsys.readouterr()
    call_command("load_starter_pages")
    assert capsys.readouterr().out == ""
    assert Page.objects.count() == 4
    assert Page.objects.get(slug="about").title == "Mine now"


@pytest.mark.django_db
def test_a_file_that_fails_is_named_and_nothing_is_loaded(folder):
    (folder / "addictions" / "x.md").write_text("---\nmenu: nowhere\n---\n")
    with pytest.raises(CommandError, match=r"x\.md"):
        call_command("load_starter_pages")
    assert Page.objects.count() == 0


@pytest.mark.django_db
def test_the_starter_pages_load_and_all_links_between_them_work(client):
    call_command("load_starter_pages", verbosity=0)
    assert Page.objects.exclude(role=None).count() == 4
    texts = Revision.objects.values_list("source", flat=True)
    assert [path for source in texts for path in dead_paths(source)] == []
    assert client.get("/addictions/ketamine/").status_code == 200


def dead_paths(source):
    return {path for html in rich_texts(source) for path in site_paths(html)} - {"/consultation/"}


def test_blocks_of_a_document_become_blocks_of_the_page(live):
    about = live("about", "About")
    text = (
        "# Fees\n\n::: fees\n::: locations online nowhere\n::: question Who [are you](/about/)?\n[Me](/about/).\n:::\n"
        "::: note Note\nYes.\n:::\n::: quote A book\nWords.\n:::\n::: related /about/ /nowhere/\n::: button"
    )
    page, dropped = create_page(from_markdown(text))
    blocks = [{k: v for k, v in block.items() if k != "uid"} for block in to_source(page)["blocks"]]
    assert dropped == []
    assert blocks == [
        {"type": "fees", "fees": []},
        {"type": "locations", "locations": [Location.objects.get(slug="online").pk]},
        {
            "type": "question",
            "question": "Who [are you](/about/)?",
            "html": f'<p><a href="page:{about.pk}">Me</a>.</p>',
        },
        {"type": "callout", "tone": "note", "title": "Note", "html": "<p>Yes.</p>"},
        {"type": "quote", "text": "Words.", "source": "A book"},
        {"type": "related_pages", "pages": [about.pk]},
        {"type": "call_to_action", "label": "Request a consultation", "appointment_type": ""},
    ]


@pytest.mark.parametrize(
    ("line", "label", "appointment_type"),
    [
        ("", "Request a consultation", ""),
        (" Write to me", "Write to me", ""),
        (" type=private-session", "Request a consultation", "private-session"),
        (" type=private-session Begin now", "Begin now", "private-session"),
        (" type=a/b Begin", "type=a/b Begin", ""),
    ],
)
def test_a_button_has_a_text_and_may_choose_an_appointment_type(db, line, label, appointment_type):
    page, _ = create_page(from_markdown(f"# A page\n\n::: button{line}\n"))
    (block,) = to_source(page)["blocks"]
    assert (block["label"], block["appointment_type"]) == (label, appointment_type)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_a_picture(monkeypatch):
    """On SQLite, a transaction blocks all other writers."""
    decoded = pictures.decoded
    waiting = []

    def decode(*file):
        waiting.append(connection.in_atomic_block)
        return decoded(*file)

    monkeypatch.setattr(pictures, "decoded", decode)
    create_page(Document("Photos", {}, [DocumentImage(png(), "", "a"), DocumentImage(picture_file(), "", "b")]))
    assert waiting == [False, False]
    assert PictureBlock.objects.count() == 2


@pytest.mark.django_db
def test_pictures_are_imported_only_for_a_valid_page(write):
    write("", role="home")
    with pytest.raises(ValidationError):
        create_page(Document("Home", {"role": "home", "slug": ""}, [DocumentImage(png(), "", "a")]))
    assert Picture.objects.count() == 0


@pytest.mark.django_db
def test_pictures_beyond_the_pixel_limit_are_left_out(monkeypatch):
    monkeypatch.setattr(draft_page, "MAX_DOCUMENT_PIXELS", 1_200 * 800 + 20)
    sizes = ((1200, 800), (30, 30), (4, 5))
    images = [DocumentImage(picture_file(*size, "PNG"), "", f"a, picture {n}") for n, size in enumerate(sizes, start=1)]
    page, dropped = create_page(Document("Photos", {}, images))
    assert [block["width"] for block in to_source(page)["blocks"]] == [1200, 4]
    assert dropped == ["“a, picture 2” exceeds the total size of pictures in a document. Add it by hand."]
