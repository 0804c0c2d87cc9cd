import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pages.models import Page, RichText
from tests.pages.word_files import linked, saved, written

URL = "/admin/pages/page/import/"


@pytest.fixture
def send(therapist_client):
    def send(name="", data=b"", follow=False, **values):
        files = {"file": SimpleUploadedFile(name, data)} if name else {}
        return therapist_client.post(URL, {"text": "", "parent": "", **files, **values}, follow=follow)

    return send


def errors(response):
    return dict(response.context["form"].errors)


def test_the_screen_asks_for_a_file_or_a_text(therapist_client):
    page = therapist_client.get(URL)
    assert list(page.context["form"].fields) == ["file", "text", "parent"]
    assert '<button class="default">Create draft page</button>' in page.content.decode()


def test_a_file_becomes_a_draft_and_omissions_are_listed(send):
    document = written("Hello.")
    linked(document.paragraphs[0], "http://x.org/", "out")
    response = send("my-page.docx", saved(document), follow=True)
    page = Page.objects.get()
    assert response.redirect_chain == [(f"/admin/pages/page/{page.pk}/change/", 302)]
    assert (page.title, RichText.objects.get().html) == ("My page", "<p>Hello.out</p>")
    assert [str(message) for message in response.context["messages"]] == [
        "“My page” is now a draft. Check it; visitors will see it once you publish it.",
        "Left out or changed: <ul><li>1 link whose address does not begin with https: http://x.org/ "
        "(the words are kept)</li></ul>",
    ]


def test_a_document_with_too_much_formatting_keeps_its_words_and_the_loss_is_listed(send):
    response = send("my-page.md", b"*a* " * 16_000, follow=True)

    assert RichText.objects.get().html == f"<p>{' '.join('a' * 16_000)}</p>"
    assert [str(message) for message in response.context["messages"]][1] == (
        "Left out or changed: <ul><li>The headings, lists, tables, links, bold and italics of 1 text with too much "
        "formatting for one block (the words are kept as plain paragraphs; to keep the formatting, import the document "
        "in smaller parts)</li></ul>"
    )


def test_text_of_a_document_is_escaped_in_the_message(send):
    document = written("Hello.")
    document.sections[0].header.paragraphs[0].text = "<script>"
    response = send("my-page.docx", saved(document), follow=True)
    assert "<ul><li>The page header: “&lt;script&gt;”</li></ul>" in response.content.decode()


def test_a_pasted_text_becomes_a_draft_below_a_page(send, write):
    above = write("addictions")
    send(text="Ketamine\r\n\r\n- one\r\n- two\r\n", parent=above.pk)
    page = Page.objects.get(slug="ketamine")
    assert (page.title, page.parent) == ("Ketamine", above)
    assert RichText.objects.get(parent=page).html == "<ul><li><p>one</p></li><li><p>two</p></li></ul>"


def test_either_a_file_or_a_text_is_required(send):
    assert errors(send()) == {"file": ["Choose a file, or paste a text below."]}
    assert errors(send("a.txt", b"x", text="y")) == {"file": ["Choose a file or paste a text, not both."]}
    assert Page.objects.count() == 0


def test_after_an_error_the_form_keeps_its_text_and_asks_for_the_file(send, write):
    above = write("addictions")
    response = send("a.pdf", b"%PDF-", text=" \n", parent=above.pk)
    assert list(errors(response)) == ["file"]
    assert errors(response)["file"][0].startswith("A PDF describes how a page looks")
    page = response.content.decode()
    assert page.count("Choose the file again: browsers do not remember it.") == 1
    assert page.count(f'<option value="{above.pk}" selected>') == 1

    response = send(text="* * *")
    assert errors(response) == {"text": ["The document has no text to make a page from."]}
    assert "* * *</textarea>" in response.content.decode()
    assert "Choose the file again" not in response.content.decode()


def test_a_wrong_file_size_or_menu_is_reported_in_a_sentence(send):
    assert errors(send("a.txt", b"")) == {"file": ["This file is empty."]}
    too_large = "This file is larger than 10 MB. Make its pictures smaller, or import it in parts."
    assert errors(send("a.txt", b"x" * 10_000_001)) == {"file": [too_large]}
    refused = send("a.md", b"---\ntitle: A\nmenu: nowhere\n---\nText.")
    assert errors(refused) == {"__all__": ["'nowhere' isn’t one of the options."]}
    assert Page.objects.count() == 0
