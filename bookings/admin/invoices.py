"""Invoices on the desk: the form that makes one, the page that is printed, and the list of all of them."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_safe

from bookings import formatting, invoices, outcomes
from bookings.actor import Actor
from bookings.admin import texts
from bookings.admin.enquiry_pages import back_to_enquiry, describe, get_enquiry, is_number
from bookings.exceptions import NotAllowed
from bookings.invoices import InvoiceDraft
from bookings.models import Appointment, Enquiry, Invoice
from practice import audit, confirmation
from practice.facts import practice_row
from practice.forms import AdminModelForm, LabelledErrorsMixin
from practice.requests import StaffRequest


class InvoiceForm(LabelledErrorsMixin, forms.Form):
    """Which appointments stand on an invoice, and in whose name."""

    appointments = forms.TypedMultipleChoiceField(
        label="Appointments",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose one appointment or more.", "invalid_choice": invoices.CHANGED},
    )
    addressee = forms.CharField(
        label="Addressed to",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text="A name, and an address below it if they ask for one.",
        error_messages={"required": "Enter a name."},
    )
    names_practice = forms.BooleanField(
        label="Name the practice, with its email address",
        required=False,
        help_text="Otherwise your own name stands alone, because others may see the invoice.",
    )
    names_service = forms.BooleanField(
        label="Name the service",
        required=False,
        help_text="Only if they ask for it, such as for an insurer. Your credentials are added.",
    )
    service = forms.CharField(
        label="What to call it",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="In the words that they ask for. Without the tick above, it says “Appointment”.",
    )

    def __init__(self, enquiry: Enquiry, possible: Sequence[Appointment], data: Any = None) -> None:
        initial = {
            "appointments": [appointment.pk for appointment in possible if appointment.starts_at <= timezone.now()],
            "addressee": str(enquiry.person.name),
            "names_practice": enquiry.person.name_practice_ok,
        }
        super().__init__(data, initial=initial)
        self.fields["appointments"].choices = [(each.pk, _label(each)) for each in possible]  # type: ignore[attr-defined]

    def clean_service(self) -> str:
        service = self.cleaned_data["service"].strip() if self.cleaned_data.get("names_service") else ""
        if self.cleaned_data.get("names_service") and not service:
            raise ValidationError("Enter what to call it, or take the tick away.")
        return service

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not (practice_row().therapist_name or cleaned.get("names_practice")):
            raise ValidationError(texts.OWN_NAME_MISSING)
        return cleaned

    @property
    def draft(self) -> InvoiceDraft:
        data = self.cleaned_data
        return InvoiceDraft(data["addressee"], data["service"], data["names_practice"])


@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    """Choose what stands on an invoice, and make it."""
    enquiry = get_enquiry(pk, request.user)
    if not request.user.has_perm("bookings.add_invoice"):
        raise PermissionDenied
    possible = invoices.can_be_invoiced(enquiry)
    if request.method == "POST":
        chosen = [int(number) for number in request.POST.getlist("appointments") if is_number(number)]
        if earlier := invoices.same_invoice(enquiry, chosen):
            return _to(earlier)
    if not possible:
        messages.info(request, texts.NOTHING_TO_INVOICE)
        return back_to_enquiry(enquiry)
    form = InvoiceForm(enquiry, possible, request.POST if request.method == "POST" else None)
    if form.is_valid():
        now, actor, seen = timezone.now(), Actor.therapist(request.user), request.POST.get("seen")
        try:
            invoice = invoices.issue(
                enquiry, form.cleaned_data["appointments"], form.draft, now, actor=actor, seen=seen
            )
        except NotAllowed as reason:
            form.add_error(None, str(reason))
        else:
            audit.record(audit.Kind.ADDED, request.user, invoice)
            return _to(invoice)
    seen = invoices.key_of(possible)
    context = describe(enquiry, request.user) | {"title": "New invoice", "form": form, "seen": seen}
    return render(request, "admin/bookings/enquiry/invoice.html", admin_context | context)


def _label(appointment: Appointment) -> str:
    when = f"{formatting.moment(appointment.starts_at)}, {appointment.starts_at.year}"
    state = "paid" if appointment.payment == Appointment.Payment.PAID else "due"
    amount = formatting.pounds(appointment.charge_pence)
    return f"{when}: {outcomes.label(appointment)}, {amount} {state}"


def _to(invoice: Invoice) -> HttpResponse:
    return redirect("admin:bookings_invoice_change", invoice.pk)


def register(site: admin.AdminSite) -> None:
    site.register(Invoice, InvoiceAdmin)


class InvoiceAdmin(admin.ModelAdmin):
    """All invoices, which nobody changes or deletes, and the page of each."""

    form = AdminModelForm
    list_display = ["named", "issued_on", "amount", "state"]
    date_hierarchy = "issued_on"
    list_per_page = 100
    actions = None
    show_full_result_count = False

    class Media:
        css = {"all": ["css/enquiries.css", "css/invoice.css"]}
        js = ["js/print.js"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # an invoice is made on the screen of an enquiry

    def has_change_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def screen(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"bookings_invoice_{name}")

        return [screen("<int:pk>/cancel/", self.cancel_view, "cancel"), *super().get_urls()]

    def change_view(  # type: ignore[override]  # only members of staff get here
        self, request: StaffRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return show(request, self._invoice(request, object_id), self._context(request))

    def cancel_view(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Ask, then cancel the invoice."""
        invoice = self._invoice(request, str(pk))
        if not request.user.has_perm("bookings.add_invoice"):
            raise PermissionDenied
        facts = [
            f"Invoice {invoice.number} over {exact(invoice.pence)} keeps its number and will say that it is cancelled.",
            "What stood on it can then stand on another one. Nobody is told by this.",
        ]
        if invoice.cancelled_on:
            return _to(invoice)
        if not confirmation.is_confirmed(request, facts):
            back_url = reverse("admin:bookings_invoice_change", args=[invoice.pk])
            question = {"title": f"Cancel invoice {invoice.number}?", "button": "Cancel it", "back_url": back_url}
            return confirmation.ask(request, self._context(request), facts=facts, **question)
        invoices.cancel(invoice, timezone.now(), actor=Actor.therapist(request.user))
        audit.record(audit.Kind.CHANGED, request.user, invoice)
        messages.success(request, f"Invoice {invoice.number} is cancelled.")
        return _to(invoice)

    def _invoice(self, request: HttpRequest, number: str) -> Invoice:
        """Return the invoice. Raises Http404, and PermissionDenied for those who may see none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not is_number(number):
            raise Http404
        return get_object_or_404(Invoice.objects.select_related("enquiry__person__key"), pk=int(number))

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {"media": self.media, "opts": self.opts}

    @admin.display(description="Number", ordering="number")
    def named(self, invoice: Invoice) -> str:
        return numbered(invoice)

    @admin.display(description="Amount", ordering="pence")
    def amount(self, invoice: Invoice) -> str:
        return exact(invoice.pence)

    @admin.display(description="Status")
    def state(self, invoice: Invoice) -> str:
        return state_of(invoice).removesuffix(".")


@require_safe
def show(request: StaffRequest, invoice: Invoice, admin_context: dict[str, Any]) -> HttpResponse:
    """Show an invoice as it is printed."""
    if invoice.enquiry:
        audit.record_opened(request.user, invoice.enquiry)
    lines = [
        line | {"day": date_format(date.fromisoformat(line["day"]), "j F Y"), "amount": exact(line["pence"])}
        for line in invoice.lines
    ]
    paid = sum(line["pence"] for line in lines if line["is_paid"])
    context = {
        "title": f"Invoice {numbered(invoice)}",
        "invoice": invoice,
        "number": numbered(invoice),
        "lines": lines,
        "total": exact(invoice.pence),
        "paid": exact(paid) if 0 < paid < invoice.pence else "",
        "rest": exact(invoice.pence - paid),
        "state": state_of(invoice),
        "differs": invoices.differs(invoice),
    }
    return render(request, "admin/bookings/invoice/page.html", admin_context | context)


def numbered(invoice: Invoice) -> str:
    return f"{invoice.number:04}"


def state_of(invoice: Invoice) -> str:
    """Say whether it is paid, due or cancelled."""
    if invoice.cancelled_on:
        return f"Cancelled on {date_format(invoice.cancelled_on, 'j F Y')}."
    return f"Paid on {date_format(invoice.paid_on, 'j F Y')}." if invoice.paid_on else "Due."


def exact(pence: int) -> str:
    """Format an amount with its pence: “£1,090.00”."""
    return f"£{pence // 100:,}.{pence % 100:02}"
