"""The parts of the consultation form as they are laid out."""

from typing import Any

from crispy_forms.layout import HTML, Div, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


class FormSection(LayoutObject):
    """One part of the form: its heading, why it asks, and its fields."""

    def __init__(self, heading: str, why: str, *fields: Any) -> None:
        self.heading, self.why, self.fields = heading, why, list(fields)

    def render(self, form: forms.Form, context: Any, template_pack: str = TEMPLATE_PACK, **kwargs: Any) -> str:
        fields = SafeString(  # rendered by templates, which escape
            "".join(render_field(field, form, context, template_pack=template_pack) for field in self.fields)
        )
        section = {"heading": self.heading, "why": self.why, "fields": fields}
        return render_to_string(f"{template_pack}/layout/section.html", section)


def contact_section(*more: str) -> FormSection:
    """Return the part about safe contact, with more fields at its end."""
    return FormSection(
        "How to reach you safely",
        "So that nobody learns of this who should not. I use only what you allow here.",
        "name",
        "channel",
        Div("email", css_class="conditional for-email"),
        Div("phone", css_class="conditional for-phone"),
        "safe",
        HTML('{% include "bookings/message_preview.html" %}'),
        "good_times",
        *more,
    )
