"""Ask before an act that is unlikely or far-reaching: state the facts, keep what was typed, and wait for a yes.

A form inherits ConfirmationMixin and lists its facts in `unlikely`. An act that is one press of a button has a page of
its own: `ask` shows it until `is_confirmed`. Both work without JavaScript. The yes names the facts that were shown, so
that a question whose facts have changed meanwhile is asked again.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from practice.unsaved_posts import posted_fields

FIELD = "confirmed"
FAR_AHEAD = timedelta(days=366)


def is_far_ahead(day: date) -> bool:
    """Return whether the day is more than a year ahead, which is more often a slip than a plan."""
    return day > timezone.localdate() + FAR_AHEAD


def token(facts: Sequence[str]) -> str:
    """Return what a yes to these facts is posted as."""
    return sha256("\n".join(facts).encode()).hexdigest()[:32]


def is_confirmed(request: HttpRequest, facts: Sequence[str]) -> bool:
    """Return whether the request says yes to just these facts."""
    return request.method == "POST" and request.POST.get(FIELD) == token(facts)


def ask(
    request: HttpRequest,
    admin_context: dict[str, Any],
    *,
    title: str,
    facts: Sequence[str],
    button: str,
    back_url: str,
) -> HttpResponse:
    """Return the page that asks. Its button posts the same fields to the same address, with the yes."""
    is_post = request.method == "POST"
    fields = [(name, text) for name, text in posted_fields(request) if name != FIELD] if is_post else []
    question = {"title": title, "facts": facts, "button": button, "back_url": back_url}
    context = admin_context | question | {"fields": fields, "token": token(facts)}
    return render(request, "admin/confirmation_page.html", context)


class ConfirmationMixin(forms.BaseForm):
    """A form that asks about what is unlikely before it is valid, in `templates/admin/confirmation.html`."""

    def unlikely(self) -> list[str]:
        """Return the facts to ask about, as sentences. They are read once the form has no errors."""
        return []

    def full_clean(self) -> None:
        super().full_clean()
        self.questions = self.unlikely() if self.is_bound and not self.errors else []

    def is_valid(self) -> bool:
        return super().is_valid() and self.is_confirmed

    @property
    def confirmation_field(self) -> str:
        return self.add_prefix(FIELD)

    @property
    def confirmation_token(self) -> str:
        return token(self.questions)

    @property
    def is_confirmed(self) -> bool:
        return not self.questions or self.data.get(self.confirmation_field) == self.confirmation_token

    @property
    def unanswered(self) -> list[str]:
        """Return what still has to be answered; before the form is sent, nothing."""
        return self.questions if self.is_bound and not self.errors and not self.is_confirmed else []
