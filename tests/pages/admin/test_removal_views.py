"""A page that leaves the site: what is asked before, and that nothing happens without a yes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pages import publishing
from pages.models import Page
from tests.pages.editor_posts import change_url, confirm, form, message_texts, publish, url

FAR = "2099-01-01T09:00"


@pytest.fixture
def about(live):
    return live("about", "About me", menu="main")


@pytest.mark.parametrize("button", ["_unpublish", "_remove"])
def test_the_button_of_the_editor_saves_the_draft_and_asks(therapist_client, client, about, button):
    response = therapist_client.post(change_url(about), form(about, html="<p>New.</p>", **{button: ""}), follow=True)

    assert client.get("/about/").status_code == 200
    assert "Visitors who open /about/ will read that the page has been taken down." in response.content.decode()
    assert about.pages_richtext_set.get().html == "<p>New.</p>"


def test_the_question_names_what_visitors_miss(therapist_client, live, about):
    live("below", "Below", parent=about)
    live("home", "How I work", html='<p><a href="/about/">me</a></p>')
    publishing.schedule(about, at=timezone.now() + timedelta(days=9), user=None, now=timezone.now())

    facts = therapist_client.get(url(about, "unpublish")).context["facts"]
    assert facts[:2] == [
        "Visitors who open /about/ will read that the page has been taken down.",
        "It leaves the main menu.",
    ]
    assert "“How I work” links to it. The words stay there, without the link." in facts
    assert "1 page below it will stay on the site." in facts
    assert any(fact.startswith("The revision that was to go live on") for fact in facts)


def test_a_yes_unpublishes_the_page(therapist_client, client, about):
    response = confirm(therapist_client, therapist_client.get(url(about, "unpublish")))

    assert message_texts(response) == ["“About me” is no longer on the site. Your draft has been kept."]
    assert client.get("/about/").status_code == 410


def test_a_yes_removes_the_page(therapist_client, about):
    response = confirm(therapist_client, therapist_client.get(url(about, "remove")))

    assert message_texts(response)[0].startswith("“About me” has been removed.")
    assert not Page.objects.not_removed().exists()


def test_a_question_whose_facts_have_changed_is_asked_again(therapist_client, client, live, about):
    question = therapist_client.get(url(about, "unpublish"))
    live("other", "Other", html='<p><a href="/about/">me</a></p>')
    response = confirm(therapist_client, question)

    assert "“Other” links to it." in response.content.decode()
    assert client.get("/about/").status_code == 200


@pytest.mark.parametrize("act", ["unpublish", "remove"])
def test_what_is_refused_is_not_asked_about(therapist_client, live, act):
    page = live("privacy", "Privacy notice", role="privacy")
    response = therapist_client.get(url(page, act), follow=True)

    assert message_texts(response) == ["The site needs “Privacy notice”. Change its text and publish it instead."]
    assert Page.objects.live(timezone.now()).exists()


def test_a_publication_in_2099_is_asked_about(therapist_client, write):
    page = write("about", "About me")
    response = publish(therapist_client, page, when="later", at=FAR)

    asked = response.context["form"]
    assert asked.unanswered == [
        "Visitors won’t see it before Thursday 1 January 2099 at 09:00. That is more than a year from now."
    ]
    assert 'value="2099-01-01T09:00"' in response.content.decode()
    assert not page.revisions.exists()
    publish(therapist_client, page, when="later", at=FAR, confirmed=asked.confirmation_token)
    assert page.revisions.exists()
