"""The consultation form, which asks for days and parts of the day."""

import calendar
import json
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.http import QueryDict

from bookings import spam
from bookings.form_choices import FormChoices
from bookings.forms.error_summary import FormWithErrorSummary
from bookings.forms.fields import EmailLineField, LineField, OneOfField, PhoneField, SomeOfField, TextField, field_of
from bookings.forms.sections import FormSection, contact_section
from bookings.models import Enquiry, Person
from bookings.slot import Slot
from bookings.submissions import Submission
from practice import keys
from practice.facts import Facts
from practice.keys import KeyLabel
from practice.rate_limits import Origin

ANYWHERE = "no-preference"
LOCATION_VALUES = (ANYWHERE,)  # of the field “location”, beside the short names of locations
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


class ConsultationForm(FormWithErrorSummary):
    data: QueryDict
    send = "Send my request"  # the label of the button
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
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "spellcheck": "false"}),
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
        max_length=100,  # of two numbers with words between
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
        max_length=200,  # no autocomplete="off": browsers would empty it on Back
    )
    message = TextField(
        label="Anything you would like me to know (optional)",
        help_text="You need not write about your health here. We can speak about it when we meet.",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),  # no autocomplete="off", as above
    )
    nothing = forms.CharField(  # the honeypot, whose name must not tell robots what it is
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, facts: Facts, choices: FormChoices | None = None, **initial: Any) -> None:
        super().__init__(data, **initial)
        self.facts = facts
        self.types = choices.types if choices else {}
        type_choices = [(slug, appointment_type.name) for slug, appointment_type in self.types.items()]
        field_of(self, "appointment_type", OneOfField).choices = type_choices
        self.locations = {location.slug: location for location in facts.locations}
        location_choices = [(slug, location.name) for slug, location in self.locations.items()]
        field_of(self, "location", OneOfField).choices = [*location_choices, (ANYWHERE, "No preference")]
        self.slots: list[Slot] = []  # of a valid form, the first choice first

    @property
    def stylesheet(self) -> str:
        """Return the CSS that hides parts of this form, in addition to the site's stylesheet."""
        return ""

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_action = "bookings:consultation"  # named, so that no #fragment of an error link is kept
        helper.send = self.send
        helper.keep = "complaint" if self.is_complaint else "request"  # whose answers answers.js keeps
        honeypot = Div("nothing", css_class="honeypot", aria_hidden="true")
        helper.layout = Layout(*self.sections(), honeypot, "token")
        return helper

    def sections(self) -> list[Any]:
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
            self.timing_section(),
            contact_section("message"),
        ]

    def _explanations(self) -> list[str]:
        types = self.types.values()
        return [f"{each_type.name}: {each_type.explanation}" for each_type in types if each_type.explanation]

    def timing_section(self) -> FormSection:
        return FormSection(
            "When",
            "So that I suggest times that fit your week. Nothing is fixed until we have agreed it.",
            "timing",
            Div("days", "parts", css_class="conditional for-times"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._clean_referral(cleaned)
        self._clean_timing(cleaned)
        self._clean_channel(cleaned)
        return cleaned

    def _clean_referral(self, cleaned: dict[str, Any]) -> None:
        """Require the answers of a professional, and drop what anybody else answered there."""
        if cleaned.get("on_behalf") != Enquiry.Behalf.PROFESSIONAL:
            self._drop(cleaned, organisation="", person_initials="", person_knows="")
            return
        self._require("organisation", "Enter your organisation")
        self._require("person_knows", "Select whether the person knows that you are writing")

    def _clean_timing(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("timing") != THESE_TIMES:
            self._drop(cleaned, days=[], parts=[])
            return
        self._require("days", "Select at least one day")
        self._require("parts", "Select morning, afternoon or evening")

    def _clean_channel(self, cleaned: dict[str, Any]) -> None:
        """Require an address for the chosen channel, and drop what belongs to the other one."""
        channel = cleaned.get("channel", "")
        for field, other, missing in [
            ("email", Person.Channel.PHONE, "Enter an email address"),
            ("phone", Person.Channel.EMAIL, "Enter a phone number"),
        ]:
            if channel == other:
                self._drop(cleaned, **{field: ""})
            elif channel:
                self._require(field, missing)

        unused: dict[str, set[str]] = {
            Person.Channel.EMAIL: {"voicemail_ok", "text_ok"},
            Person.Channel.PHONE: {"calendar_ok"},
        }
        cleaned["safe"] = [rule for rule in cleaned.get("safe", []) if rule not in unused.get(channel, ())]

    def _drop(self, cleaned: dict[str, Any], **empty: Any) -> None:
        """Empty the answers to questions that do not apply, together with their errors."""
        cleaned.update(empty)
        for field in empty:
            self.errors.pop(field, None)

    def _require(self, field: str, missing: str) -> None:
        if not self.cleaned_data.get(field) and field not in self.errors:
            self.add_error(field, missing)

    def renew_token(self, notice_version: str, *, is_return: bool = False) -> None:
        """Set a token for the next try, with the privacy notice that is shown now. The form keeps its id.

        A browser that has had the form before, as after Back, need not take its time again.
        """
        form_id = spam.read_form_token(self.data.get("token", "")).form_id if self.is_bound else ""
        token = spam.new_form_token(notice_version, is_first=not (self.is_bound or is_return), form_id=form_id)
        if self.is_bound:
            self.data = self.data.copy()
            self.data["token"] = token
        else:
            self.initial["token"] = token

    def submission(self, origin: Origin, sent_before: str = "") -> Submission:
        """Return the content of a valid form, which came from this connection.

        `sent_before` is the reference of what the same browser sent a moment ago.
        """
        cleaned, token = self.cleaned_data, spam.read_form_token(self.cleaned_data["token"])
        return Submission(
            details=self.details(),
            slots=self.slots,
            form_digest=_digest({"form": token.form_id, "is_complaint": self.is_complaint}),
            answers_digest=_digest(cleaned | {"token": ""}),
            token=token,
            honeypot=cleaned["nothing"],
            origin=origin,
            sent_before=sent_before,
        )

    def details(self) -> dict[str, Any]:
        """Return the fields of the enquiry that a valid form makes."""
        cleaned = self.cleaned_data
        return {
            **{name: cleaned[name] for name in DETAILS},
            **{name: name in cleaned["safe"] for name in SAFE},
            "appointment_type": self.types.get(cleaned["appointment_type"]),
            "location": self.locations.get(cleaned["location"]),
            "days": sorted({int(day) for day in cleaned["days"]}),
            "parts": [part for part in Enquiry.Part.values if part in cleaned["parts"]],
        }


def _digest(answers: dict[str, Any]) -> str:
    return keys.digest(KeyLabel.SUBMISSION, json.dumps(answers, sort_keys=True))
