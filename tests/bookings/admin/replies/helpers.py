"""Helpers for the screens on which the therapist replies."""

import re
from datetime import UTC, datetime
from html import unescape

from django.urls import reverse

from bookings.models import Appointment
from bookings.worker import delivery
from tests.bookings.conftest import NOW

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday
AT_TEN = "Tuesday 1 December, 10:00 to 10:30, Harley Street"
Status = Appointment.Status

PREVIEW = r'<section class="card" aria-labelledby="preview">.*?</section>'
PHONE = {"channel": "phone", "email": "", "phone": "07700 900 982"}


def reply_url(enquiry, purpose, appointment=None):
    return reverse(
        "admin:bookings_enquiry_reply", args=[enquiry.pk, purpose, *([appointment.pk] if appointment else [])]
    )


def enquiry_url(enquiry):
    return reverse("admin:bookings_enquiry_change", args=[enquiry.pk])


def slot_fields(locations, number=1, day="2026-12-01", at="10:00", place="harley-street"):
    return {f"day_{number}": day, f"at_{number}": at, f"place_{number}": str(locations[place].pk)}


class ReplyScreen:
    """The screen of one reply: the values that its form begins with, and those that the therapist fills in."""

    def __init__(self, client, url, **filled):
        self.client, self.url = client, url
        form = client.get(url).context["form"]
        values = {name: form[name].value() for name in form.fields}
        if "body" in values:  # one template leaves a name to be filled in
            values["body"] = values["body"].replace("\n- \n", "\n- Dr Ruth Gray\n")
        self.data = {
            name: value for name, value in values.items() if value not in (None, "") and value is not False
        } | filled

    def preview(self, **changes):
        return self.client.post(self.url, self.data | changes | {"act": "preview"})

    def send(self, page):
        """Press the button of the preview, which posts the values of its own form and nothing else."""
        form = re.search(PREVIEW, page.content.decode(), re.S)[0]
        fields = re.findall(r'name="(\w+)" value="([^"]*)"', form)
        fields += re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', form, re.S)
        data = {}
        for name, value in fields:
            data.setdefault(name, []).append(unescape(value))
        return self.client.post(self.url, data, follow=True)

    def record(self, **changes):
        return self.client.post(self.url, self.data | changes | {"act": "record"}, follow=True)


def page_text(page):
    return unescape(page.content.decode())


def error_messages(page):
    return {name: list(sentences) for name, sentences in page.context["form"].errors.items()}


def deliver_emails(mailoutbox):
    """Send what is due and return the emails to the person."""
    mailoutbox.clear()
    delivery.send_due(lambda: NOW)
    return [message for message in mailoutbox if message.to == ["zoe@example.org"]]
