import calendar
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from bookings import spam
from bookings.forms.fields import EmailLineField, LineField, OneOfField, PhoneField, SomeOfField, TextField, field_of
from bookings.models import Enquiry, Person
from bookings.published_slots import FormOffer
from bookings.slots import Slot
from practice.facts import Facts

ANYWHERE = "no-preference"
THESE_TIMES, NOT_READY = "these-times", "not-ready"
WEEKDAYS = [(str(number), name) for number, name in enumerate(calendar.day_name)]
ABOUT_SOMEONE_ELSE = (
    "<p>Give your own name below and how to reach you, not theirs. Tell me as little about them as you can.</p>"
)
SAFE = {
    "voicemail_ok": "You may leave a voicemail",
    "text_ok": "You may send a text message",
    "calendar_ok": "You may attach a calendar file to an email",
    "name_practice_ok": "You may say the name of the practice",
}
DETAILS = [
    "on_behalf", "organisation", "person_initials", "person_knows", "name", "channel", "email", "phone",
    "good_times", "message",
]  # fmt: skip


class FormSection(LayoutObject):
    """One of the form's four parts: its heading, why it asks, and its fields."""

    def __init__(self, heading: str, why: str, *fields: Any) -> None:
        self.heading, self.why, self.fields = heading, why, list(fields)

    def render(self, form: forms.Form, context: Any, template_pack: str = TEMPLATE_PACK, **kwargs: Any) -> str:
        fields = SafeString(
            "".join(render_field(field, form, context, template_pack=template_pack) for field in self.fields)
        )
        part = {"heading": self.heading, "why": self.why, "fields": fields}
        return render_to_string(f"{template_pack}/layout/section.html", part)


def how_to_reach_you(*more: str) -> FormSection:
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


class FormWithErrorSummary(forms.Form):
    """Its mistakes stand above the page as well, each a link to its field."""

    use_required_attribute = False
    problem = ""

    def summary(self) -> list[dict[str, str]]:
        """Every message once, with the id of the input it leads to: for radios and checkboxes the first of them."""
        found = [{"message": self.problem, "target": ""}] if self.problem else []
        for bound in self:
            found += [{"message": str(message), "target": self.target(bound)} for message in bound.errors]
        return found

    def target(self, bound: forms.BoundField) -> str:
        return f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id


class ConsultationForm(FormWithErrorSummary):
    data: QueryDict  # of what was sent
    send = "Send my request"
    is_complaint = False

    appointment_type = OneOfField(label="What would you like?", missing="Select what you would like")
    on_behalf = OneOfField(
        label="Who is it for?",
        choices=[
            (Enquiry.Behalf.MYSELF, "Myself"),
            (Enquiry.Behalf.SOMEONE_ELSE, "Someone else"),
            (Enquiry.Behalf.PROFESSIONAL, "A client or patient of mine (professional referral)"),
        ],
        missing="Select who it is for",
    )
    organisation = LineField(label="Your organisation", max_length=200)
    person_initials = LineField(
        label="Initials of the person (optional)",
        help_text="So that we both know whom we speak of. Please do not give their full name.",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    person_knows = OneOfField(
        label="Does the person know that you are writing?",
        choices=Enquiry.PersonKnows,
        missing="Select whether the person knows",
        required=False,
    )
    location = OneOfField(label="Where would you like to meet?", missing="Select where you would like to meet")
    timing = OneOfField(
        label="Would you like to say when?",
        choices=[
            (THESE_TIMES, "Yes, some days and times suit me better"),
            (NOT_READY, "I am not ready to choose yet"),
        ],
        missing="Select whether you would like to say when",
    )
    days = SomeOfField(label="Which days?", choices=WEEKDAYS, missing="Select days from the list")
    parts = SomeOfField(
        label="Which part of the day?", choices=Enquiry.Part, missing="Select morning, afternoon or evening"
    )
    name = LineField(
        label="Your name",
        help_text="Whatever you would like to be called. It need not be your full name.",
        max_length=200,
        missing="Enter your name",
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    channel = OneOfField(
        label="How may I reach you?",
        choices=Person.Channel,
        missing="Select email, phone, or email or phone",
    )
    email = EmailLineField(
        label="Email address",
        max_length=254,
        help_text="Messages come from a neutral sender. Only my own reply uses the name you give.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    phone = PhoneField(
        label="Phone number",
        max_length=50,
        help_text="With the country code if it is not a UK number.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    safe = SomeOfField(
        label="What is safe? (optional)",
        help_text="Tick only what nobody else would notice. I do nothing that is not ticked.",
        choices=SAFE.items(),
        missing="Select what is safe from the list",
    )
    good_times = LineField(
        label="Good times to reach you (optional)",
        help_text="For example: after 7pm, never at weekends.",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    message = TextField(
        label="Anything you would like me to know (optional)",
        help_text="You need not write about your health here. We can speak about it when we meet.",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
    )
    nothing = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, facts: Facts, offer: FormOffer | None = None, **initial: Any) -> None:
        super().__init__(data, **initial)
        self.facts = facts
        self.types = offer.types if offer else {}
        choices = [(slug, appointment_type.name) for slug, appointment_type in self.types.items()]
        field_of(self, "appointment_type", OneOfField).choices = choices
        self.locations = {location.slug: location for location in facts.locations}
        choices = [(slug, location.name) for slug, location in self.locations.items()]
        field_of(self, "location", OneOfField).choices = [*choices, (ANYWHERE, "No preference")]
        self.times: list[Slot] = []  # what a valid form asks for, the best first

    @property
    def stylesheet(self) -> str:
        """What hides parts of the form, beside the site's own style."""
        return ""

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_action = "bookings:consultation"  # named, so that no #fragment of an error link is kept
        helper.send = self.send
        robots = Div("nothing", css_class="honeypot", aria_hidden="true")
        helper.layout = Layout(*self.questions(), robots, "token")
        return helper

    def questions(self) -> list[Any]:
        return [
            FormSection(
                "What you would like",
                " ".join(["So that I know how to prepare.", *self._explanations()]),
                "appointment_type",
                "on_behalf",
                Div(HTML(ABOUT_SOMEONE_ELSE), css_class="conditional for-someone-else"),
                Div("organisation", "person_initials", "person_knows", css_class="conditional for-professional"),
            ),
            FormSection("Where", "So that I can offer times at the right place.", "location"),
            self.when(),
            how_to_reach_you("message"),
        ]

    def _explanations(self) -> list[str]:
        return [f"{one.name}: {one.explanation}" for one in self.types.values() if one.explanation]

    def when(self) -> FormSection:
        return FormSection(
            "When",
            "So that I suggest times that fit your week. Nothing is fixed until we have agreed it.",
            "timing",
            Div("days", "parts", css_class="conditional for-times"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._clean_referral(cleaned)
        self._clean_times(cleaned)
        self._clean_channel(cleaned)
        return cleaned

    def _clean_referral(self, cleaned: dict[str, Any]) -> None:
        """A referral says who refers; anybody else's answers to that part are not kept."""
        if cleaned.get("on_behalf") != Enquiry.Behalf.PROFESSIONAL:
            self._drop(cleaned, organisation="", person_initials="", person_knows="")
            return
        self._ask("organisation", "Enter your organisation")
        self._ask("person_knows", "Select whether the person knows that you are writing")

    def _clean_times(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("timing") != THESE_TIMES:
            self._drop(cleaned, days=[], parts=[])
            return
        self._ask("days", "Select at least one day")
        self._ask("parts", "Select morning, afternoon or evening")

    def _clean_channel(self, cleaned: dict[str, Any]) -> None:
        """What was not chosen as a way to be reached is neither asked for nor kept."""
        channel = cleaned.get("channel", "")
        for field, other, missing in [
            ("email", Person.Channel.PHONE, "Enter an email address"),
            ("phone", Person.Channel.EMAIL, "Enter a phone number"),
        ]:
            if channel == other:
                self._drop(cleaned, **{field: ""})
            elif channel:
                self._ask(field, missing)

        needless: dict[str, set[str]] = {
            Person.Channel.EMAIL: {"voicemail_ok", "text_ok"},
            Person.Channel.PHONE: {"calendar_ok"},
        }
        cleaned["safe"] = [rule for rule in cleaned.get("safe", []) if rule not in needless.get(channel, ())]

    def _drop(self, cleaned: dict[str, Any], **empty: Any) -> None:
        """Answers to questions that did not apply are not kept, and what was wrong with them does not matter."""
        cleaned.update(empty)
        for field in empty:
            self.errors.pop(field, None)

    def _ask(self, field: str, missing: str) -> None:
        if not self.cleaned_data.get(field) and field not in self.errors:
            self.add_error(field, missing)

    def renew(self, notice: str) -> None:
        """A fresh token for the next try, with the privacy notice now shown; everything that was typed stays."""
        token = spam.new_form_token(notice, is_first=not self.is_bound)
        if self.is_bound:
            self.data = self.data.copy()
            self.data["token"] = token
        else:
            self.initial["token"] = token

    def details(self) -> dict[str, Any]:
        """What an enquiry keeps of a valid form."""
        cleaned = self.cleaned_data
        return {
            **{name: cleaned[name] for name in DETAILS},
            **{name: name in cleaned["safe"] for name in SAFE},
            "appointment_type": self.types.get(cleaned["appointment_type"]),
            "location": self.locations.get(cleaned["location"]),
            "days": sorted({int(day) for day in cleaned["days"]}),
            "parts": [part for part in Enquiry.Part.values if part in cleaned["parts"]],
        }
