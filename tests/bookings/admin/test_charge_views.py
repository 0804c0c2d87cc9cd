"""Money and outcomes on the desk: one press each, undone in one, by therapist and assistant."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Appointment, AppointmentType, BookingSettings, Invoice
from practice.models import AuditEntry, DeskRole, Fee, Practice
from tests.bookings.admin.replies.helpers import TEN, enquiry_url
from tests.bookings.conftest import NOW

DUE = "/admin/bookings/enquiry/due/"
UNRECORDED = "/admin/bookings/enquiry/unrecorded/"
MORNING_AFTER = TEN + timedelta(days=1)


@pytest.fixture(params=[DeskRole.THERAPIST, DeskRole.ASSISTANT])
def client(request, client_as, therapist_client):
    return therapist_client if request.param == DeskRole.THERAPIST else client_as(request.param)


@pytest.fixture(autouse=True)
def _morning_after(locations, therapist):
    AppointmentType.objects.update(fee=Fee.objects.create(name="Session", pence=8250))
    with time_machine.travel(MORNING_AFTER, tick=False):
        yield


def html(response):
    return " ".join(response.content.decode().split())


def press(client, page, label, follow=True):
    """Press the first button with this label as a browser does, and return the page that follows."""
    for action, body in re.findall(r'<form method="post" class="[^"]*" action="([^"]+)">(.*?)</form>', page):
        if button := re.search(rf'<button name="to" value="(\w+)"[^>]*>{label}</button>', body):
            fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', body))
            return html(client.post(action, fields | {"to": button[1]}, follow=follow))
    raise AssertionError(f"no button {label}")


def url_of(name, appointment):
    return reverse(f"admin:bookings_enquiry_{name}", args=[appointment.enquiry_id, appointment.pk])


def stored(appointment):
    return Appointment.objects.get(pk=appointment.pk)


def test_the_outcome_of_yesterday_is_one_press_on_the_desk_and_one_undoes_it(client, book_appointment):
    appointment = book_appointment()
    for label, status in (("Took place", "fulfilled"), ("Did not attend", "noshow"), ("Cancelled late", "cancelled")):
        page = press(client, html(client.get("/admin/")), label)
        assert stored(appointment).status == status
        assert f"{label}: Tuesday 1 December, 10:00, Harley Street." in page
        assert "It is recorded of every past appointment" in page
        page = press(client, page, "Undo")
        assert stored(appointment).status == "booked"
        assert "Now: Booked" in page


def test_the_desk_shows_the_latest_eight_and_leads_to_all(client, book_appointment):
    for hour in range(10):
        book_appointment(TEN - timedelta(hours=hour))
    desk = html(client.get("/admin/"))
    assert desk.count(">Took place<") == 8
    assert f'href="{UNRECORDED}"' in desk
    every = html(client.get(UNRECORDED))
    assert every.count(">Took place<") == 10

    press(client, every, "Took place")
    assert Appointment.objects.get(status="fulfilled").starts_at == max(
        Appointment.objects.values_list("starts_at", flat=True)
    )


def test_nothing_is_said_about_money_where_nothing_costs_anything(client, book_appointment):
    Fee.objects.update(pence=0)
    appointment = book_appointment()
    pages = [html(client.get(url)) for url in ("/admin/", enquiry_url(appointment.enquiry))]
    pages.append(press(client, pages[0], "Did not attend"))
    for page in pages:
        assert [word for word in ("£", "due for", "Make an invoice", "Waive", "amount") if word in page] == []


def test_a_charge_is_paid_in_one_press_where_it_is_listed(client, book_appointment):
    appointment = book_appointment()
    book_appointment(TEN + timedelta(hours=2))
    desk = html(client.get("/admin/"))
    assert "<strong>£165</strong> due for 2 appointments." in desk
    assert f'href="{DUE}"' in desk
    page = press(client, html(client.get(DUE)), "Paid")
    assert stored(appointment).payment == "paid"
    assert "Paid: £82.50 for Tuesday 1 December, 10:00, Harley Street." in page
    assert "<strong>£82.50</strong> due for 1 appointment." in page

    page = press(client, page, "Undo")
    assert stored(appointment).payment == "due"
    assert "<strong>£165</strong> due for 2 appointments." in page
    assert AuditEntry.objects.filter(kind="changed", reference=appointment.enquiry.reference).count() == 2


def test_a_charge_is_settled_on_the_screen_of_the_enquiry(client, book_appointment):
    appointment = book_appointment()
    for label, payment in (("Waive", "waived"), ("Due after all", "due"), ("Paid", "paid")):
        page = press(client, html(client.get(enquiry_url(appointment.enquiry))), label)
        assert stored(appointment).payment == payment
    assert "<strong>£82.50</strong> paid on 2 December 2026" in page


def test_what_is_due_for_a_past_appointment_is_not_folded_away(client, book_appointment):
    appointment = book_appointment()
    client.post(url_of("record_outcome", appointment), {"to": "fulfilled"})
    assert "<details open> <summary>Past and cancelled" in html(client.get(enquiry_url(appointment.enquiry)))
    client.post(url_of("set_payment", appointment), {"to": "paid"})
    assert "<details> <summary>Past and cancelled" in html(client.get(enquiry_url(appointment.enquiry)))


def test_two_tabs_never_overwrite_each_other(client, book_appointment):
    appointment = book_appointment()
    tab = html(client.get(DUE))
    client.post(url_of("change_amount", appointment), {"amount": "10", "seen": appointment.state_key})
    for label in ("Paid", "Waive"):
        assert "has been changed meanwhile" in press(client, tab, label)
    assert (stored(appointment).payment, stored(appointment).charge_pence) == ("due", 1000)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("-1", "Enter pounds and pence"),
        ("82.505", "Enter pounds and pence"),
        ("1e9", "Enter pounds and pence"),
        ("1000000000", "Enter £10,000 or less."),
        ("10000.01", "Enter £10,000 or less."),
        ("NaN", "Enter pounds and pence"),
        ("٣", "Enter pounds and pence"),
        ("1,00", "Enter pounds and pence"),
        ("", "Enter the amount in pounds."),
    ],
)
def test_an_amount_that_is_none_is_refused_and_kept(therapist_client, book_appointment, typed, error):
    appointment = book_appointment()
    page = html(therapist_client.post(url_of("change_amount", appointment), {"amount": typed}))

    assert error in page
    assert f'value="{typed}"' in page or not typed
    assert stored(appointment).charge_pence == 8250


@pytest.mark.parametrize(("typed", "pence"), [("£1,250", 125000), (" 82.5 ", 8250), ("0", 0), ("10000", 1_000_000)])
def test_an_amount_is_typed_as_people_write_it(therapist_client, book_appointment, typed, pence):
    appointment = book_appointment()
    url = url_of("change_amount", appointment)
    assert 'value="82.50"' in html(therapist_client.get(url))
    therapist_client.post(url, {"amount": typed, "seen": appointment.state_key})
    assert stored(appointment).charge_pence == pence


def test_an_amount_that_is_fixed_leads_back_with_the_reason(client, book_appointment):
    appointment = book_appointment()
    client.post(url_of("set_payment", appointment), {"to": "paid"})
    page = html(client.get(url_of("change_amount", appointment), follow=True))
    assert "Take that back first" in page


def test_what_was_paid_and_cancelled_since_is_listed_until_it_was_given_back(client, book_appointment, actor):
    appointment = book_appointment()
    client.post(url_of("set_payment", appointment), {"to": "paid"})
    client.post(url_of("record_outcome", appointment), {"to": "late"})
    page = html(client.get(DUE))
    assert "<strong>£82.50</strong> paid on 2 December 2026" in page
    assert "£82.50 more was paid than is due now." in page

    page = press(client, page, "Due after all")
    assert "Nothing is due." in page
    assert "More was paid" not in page


def test_within_the_notice_the_enquiry_offers_to_record_a_late_cancellation(client, book_appointment):
    appointment = book_appointment(MORNING_AFTER + timedelta(hours=3))
    other = book_appointment(MORNING_AFTER + timedelta(hours=25))
    assert "They have cancelled late" not in html(client.get(enquiry_url(other.enquiry)))
    BookingSettings.objects.update(late_cancel_fee="half")
    page = press(client, html(client.get(enquiry_url(appointment.enquiry))), "They have cancelled late")

    assert stored(appointment).charge_pence == 4125
    assert "Cancelled late" in page


def test_an_outcome_or_payment_that_is_none_is_refused(client, book_appointment):
    appointment = book_appointment()
    for name in ("record_outcome", "set_payment"):
        client.post(url_of(name, appointment), {"to": "nonsense"})
    assert (stored(appointment).status, stored(appointment).payment) == ("booked", "due")


def test_the_list_costs_the_same_queries_however_long_it_is(therapist_client, book_appointment):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            therapist_client.get(DUE)
            therapist_client.get(UNRECORDED)
        return len(queries)

    book_appointment()
    therapist_client.get(DUE)
    few = count()
    for hour in range(1, 6):
        book_appointment(TEN + timedelta(hours=hour))
    assert count() == few


# Invoices ------------------------------------------------------------------------------------------


@pytest.fixture
def held(book_appointment):
    Practice.objects.update(name="Addiction Therapy", therapist_name="Ada Finch")
    appointment = book_appointment()
    Appointment.objects.filter(pk=appointment.pk).update(status="fulfilled")
    return Appointment.objects.get(pk=appointment.pk)


def form_url(appointment):
    return reverse("admin:bookings_enquiry_issue", args=[appointment.enquiry_id])


def test_an_invoice_is_made_and_a_second_click_finds_it(client, held):
    form = client.get(form_url(held))
    assert form.context["form"].initial["addressee"] == "Zoë O’Hara"
    data = {"appointments": [held.pk], "addressee": "Z. O’Hara\n1 Lane", "seen": form.context["seen"]}
    page = client.post(form_url(held), data, follow=True)
    again = client.post(form_url(held), data, follow=True)

    assert page.redirect_chain == again.redirect_chain == [("/admin/bookings/invoice/1/change/", 302)]
    text = html(page)
    for words in ("<title>Invoice 0001</title>", "Z. O’Hara<br>1 Lane", "Appointment, 30 minutes", "£82.50", "Due."):
        assert words in text
    assert "Addiction Therapy" not in text.split("<article")[1]
    assert AuditEntry.objects.filter(kind="added", model="bookings.invoice", reference="1").count() == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"appointments": []}, "Choose one appointment or more."),
        ({"appointments": ["999999"]}, "changed meanwhile"),
        ({"appointments": ["x"]}, "changed meanwhile"),
        ({"addressee": " "}, "Enter a name."),
        ({"addressee": "a" * 201}, "No invoice has been made yet."),
        ({"names_service": "on", "service": ""}, "Enter what to call it"),
        ({"seen": "something else"}, "changed meanwhile"),
    ],
)
def test_what_can_be_on_no_invoice_is_refused(therapist_client, held, changes, error):
    data = {"appointments": [str(held.pk)], "addressee": "Zoë"} | changes
    assert error in html(therapist_client.post(form_url(held), data))
    assert not Invoice.objects.exists()


def test_an_invoice_has_to_say_who_it_is_from(therapist_client, held):
    Practice.objects.update(therapist_name="")
    data = {"appointments": [str(held.pk)], "addressee": "Zoë"}
    assert "Fill in your name first" in html(therapist_client.post(form_url(held), data))
    page = html(therapist_client.post(form_url(held), data | {"names_practice": "on"}, follow=True))
    assert "Addiction Therapy" in page


def test_a_service_is_named_only_with_its_tick(therapist_client, held):
    data = {"appointments": [str(held.pk)], "addressee": "Zoë", "service": "Psychotherapy"}
    therapist_client.post(form_url(held), data)
    assert Invoice.objects.get().lines[0]["words"] == "Appointment"


def test_without_anything_to_invoice_the_form_leads_back(client, held):
    Appointment.objects.update(fee_pence=0)
    assert "Nothing can stand on an invoice" in html(client.get(form_url(held), follow=True))


def test_an_invoice_is_cancelled_after_a_question(client, held):
    client.post(form_url(held), {"appointments": [held.pk], "addressee": "Zoë"})
    url = reverse("admin:bookings_invoice_cancel", args=[1])
    asked = client.get(url)
    assert "Cancel invoice 1?" in html(asked)
    client.post(url, {"confirmed": "no"})
    assert Invoice.objects.get().cancelled_on is None
    page = html(client.post(url, {"confirmed": asked.context["token"]}, follow=True))

    assert "Cancelled on 2 December 2026." in page
    assert stored(held).invoice is None
    assert client.get(url).status_code == 302


def test_all_invoices_are_listed_and_can_not_be_changed(client, held):
    client.post(form_url(held), {"appointments": [held.pk], "addressee": "Zoë"})
    page = html(client.get("/admin/bookings/invoice/"))
    for words in (">0001</a>", "£82.50", ">Due<"):
        assert words in page
    assert "Zoë" not in page
    assert client.post("/admin/bookings/invoice/1/change/", {"pence": "1"}).status_code == 405
    assert client.get("/admin/bookings/invoice/99/change/").status_code == 404
    assert client.get("/admin/bookings/invoice/x/change/").status_code == 404


def test_the_next_number_is_raised_and_never_lowered(therapist_client, held):
    therapist_client.post(form_url(held), {"appointments": [held.pk], "addressee": "Zoë"})
    url = "/admin/bookings/bookingsettings/1/change/"
    fields = therapist_client.get(url).context["adminform"].form
    data = {name: fields[name].value() for name in fields.fields if fields[name].value() not in (None, False)}
    refused = html(therapist_client.post(url, data | {"next_invoice_number": "1"}))
    assert "Invoice 1 was made already" in refused
    therapist_client.post(url, data | {"next_invoice_number": "217"})
    assert BookingSettings.load().next_invoice_number == 217


def test_an_enquiry_of_somebody_else_is_no_way_to_an_appointment(client, held, make_enquiry):
    other = make_enquiry(NOW)
    for name in ("record_outcome", "set_payment", "change_amount"):
        url = reverse(f"admin:bookings_enquiry_{name}", args=[other.pk, held.pk])
        assert client.post(url, {"to": "paid", "amount": "1"}).status_code == 404


def test_before_an_erasure_it_is_said_what_stays_of_the_invoices(therapist_client, held):
    url = reverse("admin:bookings_enquiry_delete", args=[held.enquiry_id])
    assert "Their invoices keep" not in html(therapist_client.get(url))
    therapist_client.post(form_url(held), {"appointments": [held.pk], "addressee": "Zoë"})
    assert "Their invoices keep number, date and amount" in html(therapist_client.get(url))
