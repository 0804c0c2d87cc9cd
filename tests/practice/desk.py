"""A desk with an object behind every address of the admin, and the addresses themselves."""

import secrets
from datetime import date, time, timedelta
from uuid import uuid4

from django.contrib import admin
from django.contrib.auth.models import User
from django.utils import timezone

from bookings import appointments, enquiries, invoices
from bookings.actor import Actor
from bookings.enquiries import ReplyDraft
from bookings.invoices import InvoiceDraft
from bookings.models import (
    Appointment,
    AppointmentType,
    BookingSettings,
    Enquiry,
    OpeningException,
    Person,
    ReplyTemplate,
    Series,
    SkippedDay,
)
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from pages import page_paths, publishing
from pages.admin.preview_views import save_snapshot
from pages.models import Page, RichText
from pages.page_source import to_source
from pages.pictures import import_picture
from practice.models import AuditEntry, Fee, Location, Practice, SupportLine
from tests.pages.picture_files import picture_file

# Found in no template and no starter text.
SEALED = ["Qzmessage", "Qzcomplaint", "Qznote", "Qzappointmentnote", "Qzsubject", "Qzbody", "Qzsilence"]
REACH = ["Qzname", "Qzcomplainant", "qz@example.org", "07700 900984", "7700900984", "Qztimes", "qz.example/room"]
SECRET = ["qz.example/calendar"]
ROUTE_VALUES = {  # of the parts of a route that are no number of an object
    "direction": "up",
    "purpose": "offer",
    "kind": "acknowledge",
    "app_label": "bookings",
    "content_type_id": "1",
}


def routes(patterns=None, prefix=""):
    """Yield the route of every address of the admin, as its URL pattern has it."""
    for pattern in admin.site.urls[0] if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, route)
        else:
            yield "<app_label>/" if "<app_label>" in route else route  # Django lists the apps in a pattern


def fill():
    """Create something for every address, and return the numbers of what each model has, by its route."""
    user, now = User.objects.get(username="therapist"), timezone.now()
    other = User.objects.create(username="another", is_staff=True)
    booking_settings = BookingSettings.load()
    booking_settings.busy_address, booking_settings.feed_digest = "https://qz.example/calendar", "x"
    booking_settings.save()
    enquiry, appointment = _enquiry(Actor.therapist(user), now)
    invoice = _invoice(appointment, Actor.therapist(user), now)
    _complaint(now)
    another = enquiries.receive(
        _details(appointment_type=AppointmentType.objects.first()), policy=ReplyPolicy(1), suspicion="", now=now
    )
    page, revision = _page(user, now)
    series = Series.objects.create(
        enquiry=enquiry,
        appointment_type=appointment.appointment_type,
        location=appointment.location,
        first_day=date(2030, 1, 1),
        at=time(10),
        minutes=50,
        last_day=date(2030, 1, 1),
        made_at=now,
    )
    skipped = SkippedDay.objects.create(series=series, day=date(2030, 1, 1), reason=SkippedDay.Reason.TAKEN)
    closed = OpeningException.objects.create(first_day=date(2030, 1, 1), last_day=date(2030, 1, 2))
    return {
        "auth/user": other.pk,
        "practice/fee": Fee.objects.first().pk,
        "practice/supportline": SupportLine.objects.first().pk,
        "practice/auditentry": AuditEntry.objects.latest("pk").pk,
        "practice/practice": Practice.objects.first().pk,
        "practice/location": Location.objects.first().pk,
        "pages/page": page.pk,
        "pages/picture": import_picture(picture_file(), "room.jpg").pk,
        "bookings/enquiry": enquiry.pk,
        "bookings/replytemplate": ReplyTemplate.objects.first().pk,
        "bookings/bookingsettings": BookingSettings.SINGLE,
        "bookings/openingexception": closed.pk,
        "bookings/appointmenttype": AppointmentType.objects.first().pk,
        "bookings/invoice": invoice.pk,
        "appointment_pk": appointment.pk,
        "other_pk": another.pk,
        "series_pk": series.pk,
        "day_pk": skipped.pk,
        "revision": revision.number,
        "link": page.share_links.create(user=user, created_at=now, expires_at=now + timedelta(days=1)).pk,
        "key": save_snapshot(to_source(page), page, user=user, now=now).key,
    }


def _details(**changes):
    return {
        "on_behalf": Enquiry.Behalf.MYSELF,
        "location": Location.objects.active().first(),
        "name": "Qzname",
        "channel": Person.Channel.EITHER,
        "email": "qz@example.org",
        "phone": "07700 900984",
        "good_times": "Qztimes",
        "message": "Qzmessage",
        "form_digest": secrets.token_hex(),
        "answers_digest": secrets.token_hex(),
        **changes,
    }


def _enquiry(actor, now):
    """An enquiry with a booked appointment, notes, a reply and a reason why something was not sent."""
    online = Location.objects.filter(kind=Location.Kind.ONLINE).first()
    details = _details(appointment_type=AppointmentType.objects.first(), location=online)
    enquiry = enquiries.receive(details, policy=ReplyPolicy(1), suspicion="", now=now)
    enquiries.note(enquiry, "Qznote", actor=actor, now=now)
    draft = ReplyDraft("Qzsubject", "Qzbody", "7e6ae0f5-7bd8-4d6e-a4ce-90f6f8b2f1de")
    enquiries.reply(enquiry, draft, actor=actor, now=now)
    enquiry.events.create(kind="not_sent", at=now, role="system", text="Qzsilence")
    slot = Slot((now + timedelta(days=8)).replace(hour=10, minute=0, second=0, microsecond=0), online)
    booked = appointments.book_agreed(enquiry, slot, now, actor=actor)
    appointments.save_notes(booked, notes="Qzappointmentnote", video_link="https://qz.example/room")
    return enquiry, booked


def _invoice(appointment, actor, now):
    """An invoice of an appointment that took place, beside one that could stand on another."""
    held = Appointment.objects.get(pk=appointment.pk)
    held.pk, held.row_id, held.uid = None, uuid4(), "held"
    held._state.adding = True
    held.starts_at, held.ends_at = now - timedelta(days=2), now - timedelta(days=2, minutes=-50)
    held.status, held.fee_pence, held.notes, held.video_link = "fulfilled", 9000, "", ""
    held.save()
    Appointment.objects.filter(pk=appointment.pk).update(fee_pence=9000)
    return invoices.issue(appointment.enquiry, [held.pk], InvoiceDraft("Qzname"), now, actor=actor)


def _complaint(now):
    details = _details(
        kind=Enquiry.Kind.COMPLAINT, appointment_type=None, name="Qzcomplainant", message="Qzcomplaint", location=None
    )
    return enquiries.receive(details, policy=ReplyPolicy(1), suspicion="", now=now)


def _page(user, now):
    page = Page.objects.create(slug="a-page", title="A page")
    RichText.objects.create(parent=page, region="main", ordering=10, html="<p>Some text.</p>")
    page_paths.assign(page)
    publishing.publish(page, user=user, now=now)
    return page, page.revisions.get()


def address(route, numbers):
    """Return the path of a route with the numbers of what `fill` has created."""
    model = "/".join(route.split("/")[:2])
    own = dict.fromkeys(("id", "object_id", "pk", "number"), numbers.get(model, 1))
    values = ROUTE_VALUES | numbers | own
    path, rest = "/admin/", route
    if rest.startswith("("):
        return "/admin/nothing/"
    while "<" in rest:
        before, _, rest = rest.partition("<")
        name, _, rest = rest.partition(">")
        path += f"{before}{values[name.partition(':')[2] or name]}"
    return path + rest
