import pytest
from django.core.management import CommandError, call_command

from pages import importing
from pages.importing import from_markdown
from pages.management.commands import load_starter_pages
from pages.models import Edition, Page, RichText
from pages.richtext import site_paths
from pages.source import rich_texts, to_source

ABOUT = """---
title: About me: who I am
menu: main
position: 20
lead: Hello.
---

# A large heading

Some **bold** and *italic* [link](/addictions/ketamine/), [out](https://nhs.uk/), [bad](javascript:x).

1. One
2. Two
   - Nested

> Quoted

<script>x()</script>
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
    monkeypatch.setattr(load_starter_pages, "STARTER", tmp_path)
    return tmp_path


def test_markdown_becomes_fields_and_text():
    imported = from_markdown(ABOUT)
    assert imported.fields == {
        "title": "About me: who I am",
        "menu": "main",
        "position": 20,
        "lead": "Hello.",
    }
    assert imported.html == "".join(
        [
            "<h2>A large heading</h2>",
            '<p>Some <strong>bold</strong> and <em>italic</em> <a href="/addictions/ketamine/">link</a>, '
            '<a href="https://nhs.uk/">out</a>, [bad](javascript:x).</p>',
            "<ol>",
            "<li>One</li>",
            "<li>Two",
            "<ul>",
            "<li>Nested</li>",
            "</ul>",
            "</li>",
            "</ol>",
            "<blockquote>",
            "<p>Quoted</p>",
            "</blockquote>",
            "<p>&lt;script&gt;x()&lt;/script&gt;</p>",
        ]
    )


def test_text_without_front_matter_is_all_text():
    assert from_markdown("Just *this*.") == importing.Imported({}, "<p>Just <em>this</em>.</p>")


def test_lines_may_end_as_windows_ends_them():
    assert from_markdown("\ufeff---\r\ntitle: T\r\n---\r\nText\r\n") == importing.Imported(
        {"title": "T"}, "<p>Text</p>"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("---\ntitle: T\n", "never closed"),
        ("---\ncolour: red\n---\n", "“colour: red” does not begin with one of title"),
        ("---\ntitle\n---\n", "“title” does not begin"),
        ("---\nposition: first\n---\n", "“position: first” is not a number"),
    ],
)
def test_front_matter_that_is_not_understood_is_named(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        from_markdown(text)


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
    assert set(Edition.objects.values_list("number", "live_until")) == {(1, None)}


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
def test_the_real_starter_pages_load_and_every_link_between_them_leads_somewhere(client):
    call_command("load_starter_pages", verbosity=0)
    assert Page.objects.exclude(role=None).count() == 4
    texts = Edition.objects.values_list("source", flat=True)
    assert [path for source in texts for path in dead_paths(source)] == []
    assert client.get("/addictions/ketamine/").status_code == 200


def dead_paths(source):
    return {path for html in rich_texts(source) for path in site_paths(html)} - {"/consultation/"}
