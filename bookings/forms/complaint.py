"""The consultation form as it is for a complaint, with fewer questions."""

from typing import Any

from django import forms

from bookings.forms.consultation import ANYWHERE, NOT_READY, ConsultationForm
from bookings.forms.fields import TextField
from bookings.forms.sections import FormSection, contact_section
from bookings.models import Enquiry
from practice.facts import Facts

NOT_ASKED: dict[str, Any] = {
    "appointment_type": "",
    "on_behalf": Enquiry.Behalf.MYSELF,
    "organisation": "",
    "person_initials": "",
    "person_knows": "",
    "location": ANYWHERE,
    "timing": NOT_READY,
    "days": [],
    "parts": [],
}


class ComplaintForm(ConsultationForm):
    send = "Send my complaint"
    is_complaint = True

    def __init__(self, data: Any = None, *, facts: Facts) -> None:
        super().__init__(data, facts=facts)
        for name in NOT_ASKED:
            del self.fields[name]
        self.fields["kind"] = forms.CharField(initial=Enquiry.Kind.COMPLAINT, widget=forms.HiddenInput)
        self.fields["message"] = TextField(
            label="What happened?",
            help_text="And what you would like me to do. You need not go into your health.",
            max_length=5000,
            missing="Enter what happened",
            widget=forms.Textarea(attrs={"rows": 8}),
        )
        self.order_fields(["kind", "message"])  # as they are shown, so that the error summary has the same order

    def sections(self) -> list[Any]:
        why = "So that I can look into it. You will not be treated any differently for saying so."
        return ["kind", FormSection("Your complaint", why, "message"), contact_section()]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data.update(NOT_ASKED)
        return super().clean()

    def details(self) -> dict[str, Any]:
        return super().details() | {"kind": Enquiry.Kind.COMPLAINT}
