"""Show every component on one page, rendered by the templates that visitors get, for people working on the design."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pages.models import BLOCKS
from pages.navigation import NavigationItem
from pages.rendering import render as render_source
from pages.source import SCHEMA
from practice import facts
from practice.models import Fee, Location

TEXT = """<h2>Text</h2>
<p>A paragraph with <strong>strong words</strong>, <em>stressed words</em> and <a href="/">a link</a>.</p>
<h3>A smaller heading</h3>
<ul><li><p>a list</p></li><li><p>of two lines</p></li></ul>
<ol><li><p>first</p></li><li><p>then</p></li></ol>
<blockquote><p>Words of somebody else, within a text.</p></blockquote>"""
TABLE = """<h2>Table</h2>
<table><tr><th>When</th><th>How</th></tr><tr><td>At first</td><td>In person or online</td></tr></table>"""


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
    """Render one block of each type, and one location block for each consulting room."""
    fees = (
        Fee(pk=1, name="Complimentary consultation", pence=0),
        Fee(pk=2, name="Private session", minutes=50, pence=9_000),
    )
    pages = {1: NavigationItem("Ketamine", "/", title="A page", summary="Its description, in a sentence or two.")}
    rooms = [location.pk for location in current_facts.locations if location.kind == Location.Kind.ROOM]
    blocks: list[dict[str, Any]] = [
        {"type": "rich_text", "html": TEXT},
        {"type": "rich_text", "html": "<h2>Callouts</h2>"},
        {"type": "callout", "tone": "note", "title": "Good to know", "html": "<p>A note beside the text.</p>"},
        {"type": "callout", "tone": "warning", "title": "Before you stop", "html": "<p>What could be dangerous.</p>"},
        {"type": "rich_text", "html": "<h2>Questions</h2>"},
        {"type": "question", "question": "Is it confidential?", "html": "<p>Yes, within a few limits.</p>"},
        {"type": "question", "question": "Do I have to stop first?", "html": "<p>No.</p>"},
        {"type": "rich_text", "html": "<h2>Quote</h2>"},
        {"type": "quote", "text": "I was met without being judged.", "source": "Somebody, some time"},
        {"type": "rich_text", "html": TABLE},
        {"type": "rich_text", "html": "<h2>Fees</h2>"},
        {"type": "fees", "fees": []},
        {"type": "rich_text", "html": "<h2>Cards and a button</h2>"},
        {"type": "related_pages", "pages": [1]},
        {"type": "call_to_action", "offer": "either"},
        {"type": "rich_text", "html": "<h2>Places and sketches</h2>"},
        {"type": "locations", "locations": []},
        *({"type": "locations", "locations": [room]} for room in rooms),
    ]
    uids = {block_type: f"00000000-0000-4000-8000-{number:012}" for number, block_type in enumerate(BLOCKS)}
    source = {"schema": SCHEMA, "blocks": [{"uid": uids[block["type"]], **block} for block in blocks]}
    return render_source(source, pages, replace(current_facts, fees=fees)).html
