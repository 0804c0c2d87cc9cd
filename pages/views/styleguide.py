"""Every component on one page, drawn by the templates that visitors get; for who works on the look."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pages.models import RichText
from pages.models.blocks import KINDS
from pages.navigation import NavigationItem
from pages.rendering import render as render_source
from pages.source import SCHEMA
from practice import facts
from practice.models import Fee, Location


class StyleguideSample(forms.Form):
    name = forms.CharField(label="Your name", help_text="As you would like to be called.")
    email = forms.EmailField(label="Your email address", error_messages={"required": "Enter your email address"})
    place = forms.ChoiceField(
        label="Where", choices=[("room", "In a room"), ("online", "Online")], widget=forms.RadioSelect
    )
    days = forms.MultipleChoiceField(
        label="Days", choices=[("0", "Monday"), ("1", "Tuesday")], widget=forms.CheckboxSelectMultiple
    )
    message = forms.CharField(label="Anything else (optional)", required=False, widget=forms.Textarea({"rows": 3}))


@never_cache
@staff_member_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    known = facts.current()
    form = StyleguideSample({"name": "Zoë", "place": "online", "days": ["0"]})
    context = {
        "facts": known,
        "samples": _samples(known),
        "form": form,
        "summary": [
            {"message": message, "target": form[name].id_for_label}
            for name, messages in form.errors.items()
            for message in messages
        ],
    }
    return render(request, "pages/styleguide.html", context)


def _samples(known: facts.Facts) -> str:
    """One block of each kind, and one of each place alone, through the same rendering as a page."""
    fees = (
        Fee(pk=1, name="Complimentary consultation", pence=0),
        Fee(pk=2, name="Private session", minutes=50, pence=9_000),
    )
    pages = {1: NavigationItem("Ketamine", "/", title="A page", summary="Its description, in a sentence or two.")}
    rooms = [place.pk for place in known.locations if place.kind == Location.Kind.ROOM]
    samples: list[dict[str, Any]] = []
    for kind in KINDS:
        if kind.samples and kind is not RichText:
            samples.append({"type": "rich_text", "html": f"<h2>{capfirst(kind._meta.verbose_name_plural)}</h2>"})
        samples += ({"type": kind.type, **values} for values in kind.samples)
    samples += ({"type": "locations", "locations": [room]} for room in rooms)
    blocks = [{"uid": f"00000000-0000-4000-8000-{number:012}", **sample} for number, sample in enumerate(samples)]
    return render_source({"schema": SCHEMA, "blocks": blocks}, pages, replace(known, fees=fees)).html
