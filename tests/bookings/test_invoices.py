"""Invoices: numbered without gaps, unchanging, neutral, and nameless once their person is erased."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bookings import appointments, charges, invoices, merging, outcomes, people, personal_data
from bookings.exceptions import NotAllowed
from bookings.invoices import InvoiceDraft
from bookings.models import Appointment, AppointmentType, BookingSettings, Enquiry, Invoice, PersonKey
from bookings.slot import Slot
from practice.models import Fee, Location, Practice
from tests.bookings.conftest import NOW
from tests.bookings.encrypted_rows import stored_values

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
AFTER = TEN + timedelta(days=1)
DRAFT = InvoiceDraft("Zoë O’Hara")


@pytest.fixture
def held(make_enquiry, harley_street, actor):
    """Makes somebody for whom appointments took place, an hour after each other."""
    AppointmentType.objects.update(fee=Fee.objects.create(name="Session", pence=8250), minutes=50)
    Practice.objects.update(name="Addiction Therapy", therapist_name="Ada Finch", phone="020 7946 0018")
    Practice.objects.update(reply_to="help@addiction.example", credentials="MA", registration="123")
    Location.objects.filter(slug="harley-street").update(address="1 Harley Street\nLondon")

    def make(count=1, hour=0):
        enquiry = make_enquiry()
        for number in range(count):
            slot = Slot(TEN + timedelta(hours=2 * number + hour), harley_street)
            booked = appointments.book_agreed(enquiry, slot, NOW, actor=actor)
            outcomes.record_outcome(booked, "fulfilled", AFTER, actor=actor)
        return Enquiry.objects.get(pk=enquiry.pk)

    return make


@pytest.fixture
def issue(actor):
    def make(enquiry, draft=DRAFT, **more):
        pks = more.pop("pks", None) or [each.pk for each in invoices.can_be_invoiced(enquiry)]
        return invoices.issue(enquiry, pks, draft, AFTER, actor=actor, **more)

    return make


def reread(invoice):
    return Invoice.objects.get(pk=invoice.pk)


def test_an_invoice_is_read_after_its_person_was_merged_with_another(held, issue, make_enquiry, actor):
    enquiry = held()
    invoice, later = issue(enquiry), make_enquiry(AFTER, name="A. B.")
    merging.merge(later, enquiry, actor=actor, now=AFTER)
    assert PersonKey.objects.count() == 1
    assert reread(invoice).addressee == "Zoë O’Hara"
    assert len(reread(invoice).lines) == 1


def test_an_invoice_says_day_length_and_amount_and_no_word_of_health(held, issue):
    invoice = reread(issue(held(2)))

    assert (invoice.number, invoice.issued_on, invoice.pence) == (1, date(2026, 12, 2), 16500)
    line = {"day": "2026-12-01", "minutes": 50, "words": "Appointment", "pence": 8250, "is_paid": False}
    assert invoice.lines == [line, line]
    assert invoice.letterhead == {
        "name": "Ada Finch",
        "address": "1 Harley Street\nLondon",
        "phone": "020 7946 0018",
    }


def test_practice_and_service_are_named_only_if_that_is_wished(held, issue):
    invoice = issue(held(), InvoiceDraft("Zoë", service="Counselling session", names_practice=True))

    assert invoice.lines[0]["words"] == "Counselling session"
    assert {"practice", "email", "credentials", "registration"} <= set(invoice.letterhead)


def test_what_was_missed_is_named_neutrally(held, issue, actor):
    enquiry = held(2)
    BookingSettings.objects.update(late_cancel_fee="half")
    missed, late = enquiry.appointments.order_by("starts_at")
    outcomes.record_outcome(missed, "noshow", AFTER, actor=actor)
    outcomes.record_outcome(late, "undo", AFTER, actor=actor)
    outcomes.record_outcome(late, "late", AFTER, actor=actor)

    words = [(line["words"], line["pence"]) for line in issue(enquiry).lines]
    assert words == [("Appointment, missed", 4125), ("Appointment, cancelled late", 4125)]


def test_numbers_follow_one_another_also_after_one_that_failed_or_was_cancelled(held, issue, actor):
    first = issue(held())
    enquiry = held(hour=1)
    with pytest.raises(NotAllowed, match="Choose one"):
        invoices.issue(enquiry, [], DRAFT, AFTER, actor=actor)
    invoices.cancel(first, AFTER, actor=actor)
    second = issue(enquiry)
    third = issue(first.enquiry)

    assert [first.number, second.number, third.number] == [1, 2, 3]
    assert BookingSettings.load().next_invoice_number == 4


def test_an_appointment_stands_on_one_invoice_that_counts(held, issue, actor):
    enquiry = held()
    pks = list(enquiry.appointments.values_list("pk", flat=True))
    invoice = issue(enquiry)
    with pytest.raises(NotAllowed, match="changed meanwhile"):
        issue(enquiry, pks=pks)
    assert invoices.same_invoice(enquiry, pks) == invoice
    assert invoices.same_invoice(enquiry, [*pks, 0]) is None

    invoices.cancel(invoice, AFTER, actor=actor)
    assert issue(enquiry, pks=pks).number == 2
    assert reread(invoice).cancelled_on == date(2026, 12, 2)


def test_nobody_elses_appointment_stands_on_it(held, issue):
    one, other = held(), held(hour=1)
    with pytest.raises(NotAllowed):
        issue(one, pks=[other.appointments.get().pk])
    assert not Invoice.objects.exists()


def test_what_has_changed_in_another_tab_stops_it(held, issue, actor):
    enquiry = held()
    seen = invoices.key_of(invoices.can_be_invoiced(enquiry))
    charges.change_amount(enquiry.appointments.get(), 100, AFTER, actor=actor)
    with pytest.raises(NotAllowed, match="changed meanwhile"):
        issue(enquiry, seen=seen)


def test_waived_free_and_cancelled_appointments_stand_on_none(held, actor):
    enquiry = held(2)
    waived, free = enquiry.appointments.all()
    charges.set_payment(waived, "waived", AFTER, actor=actor)
    charges.change_amount(free, 0, AFTER, actor=actor)

    assert invoices.can_be_invoiced(enquiry) == []


def test_what_it_says_never_changes_and_it_is_never_deleted(held, issue):
    invoice = issue(held())
    invoice.pence = 1
    for options in ({}, {"update_fields": ["pence"]}, {"update_fields": ["paid_on", "items"]}):
        with pytest.raises(TypeError, match="never changes"):
            invoice.save(**options)
    with pytest.raises(TypeError, match="not deleted"):
        invoice.delete()
    assert reread(invoice).pence == 8250


def test_amount_and_waiving_wait_until_the_invoice_is_cancelled(held, issue, actor):
    enquiry = held()
    invoice, appointment = issue(enquiry), enquiry.appointments.get()
    with pytest.raises(NotAllowed, match="invoice 1"):
        charges.set_payment(appointment, "waived", AFTER, actor=actor)
    with pytest.raises(NotAllowed, match="invoice 1"):
        charges.change_amount(appointment, 100, AFTER, actor=actor)
    assert not invoices.differs(invoice)
    outcomes.record_outcome(appointment, "noshow", AFTER, actor=actor)
    assert invoices.differs(invoice)


def test_it_knows_when_all_of_it_was_paid(held, issue, actor):
    enquiry = held(2)
    first, second = enquiry.appointments.order_by("starts_at")
    charges.set_payment(first, "paid", AFTER, actor=actor)
    invoice = issue(enquiry)
    assert (invoice.paid_on, [line["is_paid"] for line in invoice.lines]) == (None, [True, False])

    charges.set_payment(second, "paid", AFTER + timedelta(days=3), actor=actor)
    assert reread(invoice).paid_on == date(2026, 12, 5)
    charges.set_payment(first, "due", AFTER, actor=actor)
    assert reread(invoice).paid_on is None


def test_what_was_paid_before_is_paid_on_the_invoice(held, issue, actor):
    enquiry = held()
    charges.set_payment(enquiry.appointments.get(), "paid", TEN, actor=actor)
    assert issue(enquiry).paid_on == date(2026, 12, 1)


def test_name_and_lines_are_stored_encrypted(held, issue):
    issue(held(), InvoiceDraft("Canary7", service="Canary8"))
    values = stored_values("addressee", "bookings_invoice") + stored_values("items", "bookings_invoice")
    assert "anary" not in str(values)


def test_after_an_erasure_number_day_and_amount_stay_without_a_name(held, issue):
    enquiry = held()
    invoice = issue(enquiry)
    people.erase(enquiry.person, AFTER)

    left = reread(invoice)
    assert (left.number, left.issued_on, left.pence) == (1, date(2026, 12, 2), 8250)
    assert (left.enquiry_id, left.addressee, left.lines, left.row_id) == (None, "", [], None)
    assert not Appointment.objects.exists()


def test_what_the_release_before_erases_loses_its_name_within_the_hour(held, issue):
    invoice = issue(held())
    Invoice.objects.update(enquiry_id=999)
    assert reread(invoice).lines == []
    people.clear_orphaned_invoices(AFTER)

    assert (reread(invoice).enquiry_id, reread(invoice).addressee) == (None, "")


def test_an_invoice_of_somebody_who_is_still_there_keeps_its_name(held, issue):
    invoice = issue(held())
    people.clear_orphaned_invoices(AFTER)
    assert reread(invoice).addressee == "Zoë O’Hara"


def test_who_asks_for_their_data_gets_their_invoices_and_charges(held, issue, actor):
    enquiry = held()
    charges.set_payment(enquiry.appointments.get(), "paid", AFTER, actor=actor)
    issue(enquiry, InvoiceDraft("The Insurer", service="Counselling"))
    facts = dict(fact for section in personal_data.gather(enquiry.person) for fact in section.facts)

    assert facts["Invoice 1"] == (
        "to The Insurer, 2 December 2026; Counselling on 2026-12-01: £82.50; paid 2 December 2026"
    )
    assert any(value.endswith("Took place, £82.50 paid") for value in facts.values())
