"""The screens on which the therapist changes the words of the automatic messages."""

from html import unescape

import pytest
from django.urls import reverse

from bookings.messages import emails
from bookings.messages.automatic_words import current_words, default_words
from bookings.messages.definitions import automatic_definitions
from bookings.messages.to_person import ACKNOWLEDGE, CONFIRM, REPLY_DELAYED
from bookings.models import Message, MessageTemplate, PrivateLink
from practice.facts import practice_row
from practice.models import DeskRole
from practice.roles import permissions_of
from tests.bookings.conftest import NOW

LIST = "/admin/bookings/messagetemplate/"
WORDS = {"subject": "It has arrived", "body": "Thank you.\r\n\r\nYour page:  \r\n{link}"}


def template_url(definition):
    return reverse("admin:bookings_messagetemplate_change", args=[definition.kind])


@pytest.fixture
def post_template(therapist_client):
    def post(definition=ACKNOWLEDGE, act="save", **words):
        return therapist_client.post(template_url(definition), WORDS | words | {"act": act})

    return post


def page_text(response):
    return unescape(response.content.decode())


def test_every_automatic_message_is_listed(therapist_client, post_template):
    post_template()
    listed = page_text(therapist_client.get(LIST))

    for definition in automatic_definitions():
        assert f'<a href="{template_url(definition)}">{definition.label}</a>' in listed
        assert definition.sent_when in listed
    assert listed.count("<td>Default</td>") == len(automatic_definitions()) - 1
    assert listed.count("<td>Your own, changed ") == 1


def test_the_desk_leads_there(therapist_client):
    assert f'<a href="{LIST}"' in page_text(therapist_client.get("/admin/"))


@pytest.mark.parametrize("definition", automatic_definitions(), ids=lambda definition: definition.kind)
def test_a_form_starts_from_the_words_in_use_and_offers_the_placeholders(therapist_client, definition):
    response = therapist_client.get(template_url(definition))

    assert response.context["form"].initial == vars(default_words(definition))
    for placeholder in definition.placeholders:
        assert f"<code>{placeholder}</code>" in page_text(response)
        assert placeholder.meaning in page_text(response)
    assert page_text(response).count("must stay") == sum(item.is_required for item in definition.placeholders)


def test_changed_words_are_sent(post_template, make_enquiry):
    assert post_template().url == LIST
    message = make_enquiry().messages.get(kind="acknowledge")
    email = emails.compose(message, practice_row(), NOW)

    link = email.body.splitlines()[-1]
    assert (email.subject, email.body) == ("It has arrived", f"Thank you.\n\nYour page:\n{link}\n")
    assert "/private/" in link


def test_the_form_for_visitors_previews_the_changed_words(post_template, client):
    post_template()

    assert "It has arrived" in page_text(client.get("/consultation/"))


def test_a_preview_is_what_would_arrive_and_saves_nothing(post_template):
    response = post_template(act="preview")

    preview = response.context["preview"]
    assert preview["sender"] == emails.sender(practice_row())
    assert (preview["to"], preview["subject"]) == ("person@example.org", "It has arrived")
    assert preview["body"] == "Thank you.\n\nYour page:\nhttp://127.0.0.1:8000/private/their-own-link\n"
    assert preview["body"] in page_text(response)
    assert "Nothing has been saved or sent." in page_text(response)
    for model in (Message, MessageTemplate, PrivateLink):
        assert not model.objects.exists()


def test_a_preview_says_that_a_calendar_file_goes_with_it(post_template):
    body = "{when}\n{where}\n{link}"

    assert "A calendar file goes with it" in page_text(post_template(CONFIRM, "preview", body=body))
    assert "A calendar file goes with it" not in page_text(post_template(REPLY_DELAYED, "preview"))


def test_words_are_stored_only_where_they_differ_from_the_default(post_template):
    post_template()
    post_template(REPLY_DELAYED, **vars(default_words(REPLY_DELAYED)))
    stored = MessageTemplate.objects.get()
    assert (stored.kind, stored.subject, stored.body) == (
        "acknowledge",
        "It has arrived",
        "Thank you.\n\nYour page:\n{link}",
    )

    post_template(**vars(default_words(ACKNOWLEDGE)))
    assert not MessageTemplate.objects.exists()


def test_back_to_the_default_words(post_template, therapist_client):
    assert "Back to the default words" not in page_text(therapist_client.get(template_url(ACKNOWLEDGE)))
    post_template()
    assert "Back to the default words" in page_text(therapist_client.get(template_url(ACKNOWLEDGE)))
    post_template(act="default")

    assert current_words(ACKNOWLEDGE) == default_words(ACKNOWLEDGE)
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize("act", ["save", "preview"])
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"body": "Thank you."}, "Put {link} back into the message."),
        ({"body": "{link} {name}"}, "{name} is not known here."),
        ({"body": "Your therapist has it. {link}"}, "the message cannot say “therapist”."),
        ({"subject": "Addiction"}, "the subject cannot say “Addiction”."),
        ({"subject": "Two\r\nlines"}, "The subject must be a single line."),
        ({"subject": "a" * 121}, "Use 120 characters or fewer in the subject; it has 121."),
    ],
)
def test_refused_words_come_back_with_the_reason_and_are_not_kept(post_template, act, words, sentence):
    response = post_template(act=act, **words)

    assert response.context["preview"] is None
    assert sentence in page_text(response)
    assert response.context["form"]["body"].value() == (WORDS | words)["body"]
    assert not MessageTemplate.objects.exists()


def test_stored_words_are_never_run_as_a_template(post_template, make_enquiry):
    assert "{ link } is not known here." in page_text(post_template(body="{{ link }} {link}"))
    MessageTemplate.objects.create(kind="acknowledge", subject="{{ 1 }}", body="{% now 'Y' %} {link.pk} {link}")
    email = emails.compose(make_enquiry().messages.get(kind="acknowledge"), practice_row(), NOW)

    assert (email.subject, email.body[:26]) == ("{{ 1 }}", "{% now 'Y' %} {link.pk} ht")


def test_the_reply_and_unknown_messages_have_no_screen(therapist_client):
    for kind in ("reply", "nothing"):
        assert therapist_client.get(f"{LIST}{kind}/").status_code == 404


def test_only_those_may_change_them_who_may_also_read_enquiries(client_as, settings):
    client = client_as(DeskRole.EDITOR)
    assert [client.get(LIST).status_code, client.post(template_url(ACKNOWLEDGE), WORDS).status_code] == [403, 403]

    # The check of the words would tell somebody who may not read enquiries whether a certain person has written.
    permit(settings, "bookings.change_messagetemplate")
    assert client.get(LIST).status_code == 403

    permit(settings, "bookings.change_messagetemplate", "bookings.view_enquiry")
    assert client.get(LIST).status_code == 200
    permissions_of.cache_clear()


def permit(settings, *permissions):
    settings.ROLE_PERMISSIONS = {"editor": permissions}
    permissions_of.cache_clear()
