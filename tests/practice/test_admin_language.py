"""The admin speaks the language of this site: none of Django's own sentences is left where the therapist reads."""

import html
import re
import shutil
from gettext import GNUTranslations
from pathlib import Path

import django
import polib
import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from bookings import enquiries
from bookings.messages.to_person import ACKNOWLEDGE
from bookings.models import AppointmentType, Enquiry, MessageTemplate, OpeningException, Person, WeeklyHours
from bookings.reply_deadline import ReplyPolicy
from pages import document_import, publishing
from pages.management.commands.load_starter_pages import STARTER_FOLDER
from pages.pictures import import_picture
from practice.forms import LabelledErrorsMixin, noun_phrase
from practice.models import SupportLine
from practice.texts import NO_ROLE
from tests.pages.picture_files import picture_file

DJANGO = Path(django.__file__).parent
LOCALE = Path(__file__).resolve().parents[2] / "locale" / "en_GB" / "LC_MESSAGES"
CATALOGUES = ("contrib/admin", "contrib/auth", "contrib/contenttypes", "conf")
PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|%[sd]|\{\w*\}")
MIN_WORDS = 3  # shorter ones, such as “Add” or “View site”, are anybody's words
SHORT_SENTENCES = ("Log in", "Log out", "Welcome,", "Show counts", "Yes, I’m sure", "Delete multiple", "Change history")
FORMS_OF_THEIR_OWN = (Enquiry, MessageTemplate)  # they are not edited in a form of the admin
KEPT = {
    "Save and add another",  # says what it does
    "Skip to main content",  # the usual words for this link
}
ENQUIRY = {
    "kind": Enquiry.Kind.REQUEST,
    "on_behalf": Enquiry.Behalf.MYSELF,
    "name": "Zoë O’Hara",
    "channel": Person.Channel.EMAIL,
    "email": "zoe@example.org",
    "message": "I would like to talk.",
    "form_digest": "1",
    "answers_digest": "1",
}


def djangos_sentences():
    """Return patterns for each sentence of Django that is long enough to be recognised."""
    for folder in CATALOGUES:
        for entry in polib.pofile(DJANGO / folder / "locale/en/LC_MESSAGES/django.po"):
            for sentence in filter(None, (entry.msgid, entry.msgid_plural)):
                literal = PLACEHOLDER.sub(" ", re.sub(r"<[^>]+>", "", sentence))
                if sentence not in KEPT and len(re.findall(r"[^\W\d_]{2,}", literal)) >= MIN_WORDS:
                    yield sentence, pattern(sentence)
    for sentence in SHORT_SENTENCES:
        yield sentence, pattern(sentence)


def pattern(sentence):
    plain = " ".join(re.sub(r"<[^>]+>", "", sentence).split())
    parts = [re.escape(part) for part in PLACEHOLDER.split(plain)]
    return re.compile(r"(?<!\w)" + r"[^.]{1,80}?".join(parts) + r"(?!\w)")


SENTENCES = list(djangos_sentences())


def text_of(response):
    """Return the text that a reader or a screen reader meets, labels of buttons and fields included."""
    source = re.sub(r"(?s)<(script|style|svg).*?</\1>", " ", response.content.decode())
    labels = re.findall(r'(?:value|title|aria-label|placeholder|alt)="([^"]*)"', source)
    return " ".join(html.unescape(" | ".join([re.sub(r"<[^>]+>", " ", source), *labels])).split())


def assert_own_language(response, *names):
    text = text_of(response)
    left = [sentence for sentence, words in SENTENCES if words.search(text)]
    assert not left, f"{names}: {left}"
    assert not re.search(r"\b[ap]\.m\.", text), names


@pytest.fixture
def objects(therapist, tmp_path):
    """Return at least one row of every model in the admin, each with an entry in its history."""
    shutil.copy(STARTER_FOLDER / "home.md", tmp_path)
    for page in document_import.load_folder(tmp_path):  # of all the starter pages only one, which is quicker
        publishing.publish(page, user=None, now=timezone.now(), note="Starter page")
    details = ENQUIRY | {"appointment_type": AppointmentType.objects.first()}
    enquiries.receive(details, policy=ReplyPolicy(1), suspicion="", now=timezone.now())
    OpeningException.objects.create(first_day="2026-12-24", last_day="2026-12-24", is_open=False)
    import_picture(picture_file(), "door.png")
    rows = {}
    for model in admin.site._registry:
        rows[model] = model._default_manager.first()
        if rows[model]:
            LogEntry.objects.create(
                user=therapist,
                content_type=ContentType.objects.get_for_model(model),
                object_id=rows[model].pk,
                object_repr=str(rows[model]),
                action_flag=CHANGE,
                change_message='[{"changed": {"fields": ["Name"]}}]',
                action_time=timezone.now(),
            )
    return rows


def addresses(model, row):
    """Yield the URLs of a model's screens: one for all weekly hours, and one for each automatic message."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
    yield reverse(f"{name}changelist")
    if model is MessageTemplate:
        yield reverse(f"{name}change", args=[ACKNOWLEDGE.kind])
    elif model is not WeeklyHours:
        yield reverse(f"{name}add")
        if row:
            yield from (reverse(name + screen, args=[row.pk]) for screen in ("change", "delete", "history"))


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_no_screen_of_a_model_shows_a_sentence_of_django(therapist_client, objects, model):
    seen = 0
    for url in addresses(model, objects[model]):
        for response in (therapist_client.get(url, follow=True), therapist_client.get(f"{url}?q=nothing", follow=True)):
            if response.status_code == 200:
                seen += 1
                assert_own_language(response, "GET", url)
        if "delete" not in url and "history" not in url:
            response = therapist_client.post(url, {"action": "", "_save": "Save"}, follow=True)
            if response.status_code == 200:
                assert_own_language(response, "POST", url)
    assert seen >= 2


@pytest.mark.parametrize("model", ["practice.supportline", "bookings.replytemplate"])
def test_deleting_several_rows_asks_in_the_words_of_the_site(therapist_client, objects, model):
    url = reverse(f"admin:{model.replace('.', '_')}_changelist")
    row = next(row for row_model, row in objects.items() if row_model._meta.label_lower == model)
    row = type(row).objects.last()  # the first of the urgent help lines stays
    fields = {"action": "delete_selected", "_selected_action": [row.pk]}
    asked = therapist_client.post(url, fields)
    assert "will be deleted for good" in text_of(asked)
    assert_own_language(asked, url)
    assert_own_language(therapist_client.post(url, fields | {"post": "yes"}, follow=True), url)
    assert_own_language(therapist_client.post(url, {"action": "delete_selected"}, follow=True), url)


def test_accounts_and_passwords_are_explained_in_the_words_of_the_site(client, therapist_client, therapist):
    password = reverse("admin:auth_user_password_change", args=[therapist.pk])
    for url in (password, reverse("admin:password_change"), reverse("admin:index")):
        assert_own_language(therapist_client.get(url), url)
        assert_own_language(
            therapist_client.post(url, {"password1": "a", "new_password1": "1", "new_password2": "2"}), url
        )
    done = therapist_client.get(reverse("admin:password_change_done"))
    assert_own_language(done, "password_change_done")
    for fields in ({}, {"username": "therapist", "password": "wrong"}):
        assert_own_language(client.post(reverse("admin:login"), fields), "login")
    summary = text_of(therapist_client.get(reverse("admin:auth_user_change", args=[therapist.pk])))
    assert "argon2" not in summary
    assert "Nobody can read a password here." in summary


def test_a_member_of_staff_without_permissions_is_told_what_to_do(client, db):
    client.force_login(User.objects.create_user("helper", password="x", is_staff=True))
    response = client.get(reverse("admin:index"))
    assert_own_language(response, "index")
    assert NO_ROLE in text_of(response)


def test_the_widgets_for_dates_and_times_speak_of_london_time(therapist_client):
    text = therapist_client.get(reverse("admin:jsi18n")).content.decode()
    assert "Times are London times. Your clock is %s hour ahead." in text
    assert '"6 a.m.": "06:00"' in text


def test_saving_is_confirmed_with_the_name_of_what_was_saved(therapist_client):
    line = SupportLine.objects.get(number="111")
    fields = {"name": "NHS", "number": "111", "verified_on": "5 December 2025", "position": "10"}
    response = therapist_client.post(
        reverse("admin:practice_supportline_change", args=[line.pk]), fields | {"_continue": "1"}, follow=True
    )
    assert "Saved: NHS 111 . You can keep editing it here." in text_of(response)  # the name is a link
    line.refresh_from_db()
    assert f"{line.verified_on}" == "2025-12-05"


def test_a_missing_answer_is_asked_for_by_the_name_of_its_field(therapist_client):
    response = therapist_client.post(reverse("admin:practice_location_add"), {"_save": "Save"})
    errors = response.context["adminform"].form.errors
    assert errors["name"] == ["Enter the name."]
    assert errors["kind"] == ["Select the kind."]


def test_a_name_in_use_is_told_by_the_name_of_its_field(therapist_client):
    fields = {"name": "Another", "slug": "online", "kind": "room", "position": "0"}
    response = therapist_client.post(reverse("admin:practice_location_add"), fields)
    expected = "Enter another answer for the short name: this one is already in use."
    assert response.context["adminform"].form.errors["slug"] == [expected]


@pytest.mark.parametrize(
    ("label", "noun"),
    [("Phone number:", "the phone number"), ("URL of it?", "the URL of it"), ("Your name", "your name")],
)
def test_a_label_is_written_as_it_reads_within_a_sentence(label, noun):
    assert noun_phrase(label) == noun


def test_every_form_of_the_admin_names_its_fields_in_errors():
    without = []
    for model, model_admin in admin.site._registry.items():
        forms = [model_admin.form, *(inline.form for inline in getattr(model_admin, "inlines", []))]
        without += [(model, form) for form in forms if not issubclass(form, LabelledErrorsMixin)]
    assert [(model.__name__, form.__name__) for model, form in without if model not in FORMS_OF_THEIR_OWN] == []


def test_dates_and_times_are_written_as_on_the_rest_of_the_site():
    moment = timezone.make_aware(timezone.datetime(2026, 11, 24, 21, 15))
    assert date_format(moment, "DATETIME_FORMAT") == "24 November 2026, 21:15"
    assert date_format(moment, "TIME_FORMAT") == "21:15"


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_the_compiled_sentences_are_those_of_the_source(domain):
    """If this fails: `python manage.py compilemessages --ignore=.venv`."""
    source = {}
    for entry in polib.pofile(LOCALE / f"{domain}.po"):
        plural = entry.msgstr_plural
        source |= {(entry.msgid, n): text for n, text in plural.items()} if plural else {entry.msgid: entry.msgstr}
    with (LOCALE / f"{domain}.mo").open("rb") as file:
        compiled = GNUTranslations(file)._catalog
    assert {key: text for key, text in compiled.items() if key != ""} == source
