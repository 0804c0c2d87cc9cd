"""Show every component on one page, rendered by the templates that visitors get, for people working on the design."""

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
from pages.models.blocks import BLOCK_TYPES
from pages.navigation import NavigationItem
from pages.page_source import SCHEMA
from pages.rendering import render as render_source
from practice import facts
from practice.models import Fee, Location


class StyleguideSample(forms.Form):
    name = forms.CharField(label="Your name", help_text="As you would like to be called.")
    email = forms.EmailField(label="Your email address", error_messages={"required": "Enter your email address"})
    place = forms.ChoiceField(
        label="Where", choices=[("room", "In person"), ("online", "Online")], widget=forms.RadioSelect
    )
    days = forms.MultipleChoiceField(
        label="Days", choices=[("0", "Monday"), ("1", "Tuesday")], widget=forms.CheckboxSelectMultiple
    )
    message = forms.CharField(label="Anything else (optional)", required=False, widget=forms.Textarea({"rows": 3}))


@never_cache
@staff_member_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    current_facts = facts.current()
    form = StyleguideSample({"name": "Zoë", "place": "online", "days": ["0"]})
    context = {
        "facts": current_facts,
        "samples": _samples(current_facts),
        "form": form,
        "summary": [
            {"message": message, "target": form[name].id_for_label}
            for name, messages in form.errors.items()
            for message in messages
        ],
    }
    return render(request, "pages/styleguide.html", context)


def _samples(current_facts: facts.Facts) -> str:
    """Render the samples of every block type, and one location block for each consulting room."""
    fees = (
        Fee(pk=1, name="Complimentary consultation", pence=0),
        Fee(pk=2, name="Private session", minutes=50, pence=9_000),
    )
    pages = {1: NavigationItem("Ketamine", "/", title="A page", summary="Its description, in a sentence or two.")}
    rooms = [location.pk for location in current_facts.locations if location.kind == Location.Kind.ROOM]
    samples: list[dict[str, Any]] = []
    for block_type in BLOCK_TYPES:
        if block_type.samples and block_type is not RichText:
            samples.append({"type": "rich_text", "html": f"<h2>{capfirst(block_type._meta.verbose_name_plural)}</h2>"})
        samples += ({"type": block_type.type, **values} for values in block_type.samples)
    samples += ({"type": "locations", "locations": [room]} for room in rooms)
    blocks = [{"uid": f"00000000-0000-4000-8000-{number:012}", **sample} for number, sample in enumerate(samples)]
    return render_source({"schema": SCHEMA, "blocks": blocks}, pages, replace(current_facts, fees=fees)).html
