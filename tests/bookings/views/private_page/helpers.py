import re
from datetime import UTC, datetime

import time_machine
from django.apps import apps
from django.test import Client
from django.urls import reverse

from bookings import private_links
from bookings.models import (
    Appointment,
    Enquiry,
    Message,
)
from bookings.slot import Slot
from practice.facts import practice_row
from practice.models import Location
from tests.bookings.conftest import NOW

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday


UNKNOWN = "A" * 32


browser = Client()  # a new one for each test (conftest.py)


SECRETS = ["Zoë", "O’Hara", "zoe@example.org", "I would like to talk", "Addiction", "therap"]


Status = Appointment.Status


def private_path(enquiry):
    return private_links.path(enquiry, NOW)


def get(path, moment=NOW, client=None, **options):
    """Open an address as a browser does, through the link if it is one."""
    client = client or browser
    with time_machine.travel(moment, tick=False):
        response = client.get(path, **options)
        return client.get(response.url, **options) if is_exchange(path, response) else response


def post(path, data=None, moment=NOW, client=None):
    client = client or browser
    with time_machine.travel(moment, tick=False):
        response = client.post(path, data or {})
        return client.post(response.url, data or {}) if is_exchange(path, response) else response


def is_exchange(path, response):
    """Whether the link in a message has led to the page, and not an act back to it."""
    return bool(re.match(r"/private/[\w-]{32}/", path)) and response.status_code in (302, 307)


def page_text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def stored_status(appointment):
    return Appointment.objects.get(pk=appointment.pk).status


def reload(enquiry):
    return Enquiry.objects.get(pk=enquiry.pk)


def notices_to_therapist(enquiry):
    notices = Message.objects.filter(enquiry=enquiry, kind="tell_change")
    return [notice.about.split(":")[-1] if notice.appointment else notice.about.split(":")[0] for notice in notices]


def all_rows():
    """Every row of the database, so that any change shows."""
    models = [model for model in apps.get_models() if model._meta.managed]
    return {model._meta.label: sorted(map(repr, model.objects.values_list())) for model in models}


def set_practice_phone():
    practice = practice_row()
    practice.phone = "+44 20 7946 0018"
    practice.save()


def private_urls(enquiry, number):
    base = private_path(enquiry)
    acts = ["accept", "take-back", "cancel", "move"]
    return [
        *(f"{base}{rest}" for rest in ("", "?gone", "?done=cancelled", "times/", "pause/", "erase/", "nowhere/")),
        *(f"{base}{number}/{act}/" for act in acts),
        reverse("bookings:private_erased"),
        f"/private/{UNKNOWN}/",
    ]


def slot_value(moment, place="harley-street"):
    return Slot(moment, Location.objects.get(slug=place)).value
