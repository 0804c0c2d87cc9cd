"""The question that is asked before something unlikely, as a form and as a page."""

import pytest
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory

from practice import confirmation
from practice.confirmation import ConfirmationMixin


class AgeForm(ConfirmationMixin, forms.Form):
    age = forms.IntegerField()

    def unlikely(self):
        age = self.cleaned_data["age"]
        return [f"You entered {age} years."] if age > 100 else []


def asked(age):
    form = AgeForm({"age": age})
    form.is_valid()
    return form


def answered(form):
    """Return the same post with the tick that its question shows."""
    return form.data | {form.confirmation_field: form.confirmation_token}


def test_what_is_likely_is_not_asked_about():
    form = AgeForm({"age": "40"})
    assert form.is_valid()
    assert form.unanswered == []


def test_what_is_unlikely_is_asked_about_and_is_no_error():
    form = AgeForm({"age": "400"})
    assert not form.is_valid()
    assert (form.unanswered, form.errors) == (["You entered 400 years."], {})


def test_a_yes_to_the_question_makes_the_form_valid():
    assert AgeForm(answered(asked("400"))).is_valid()


def test_a_yes_answers_only_the_facts_that_were_shown():
    data = answered(asked("400")) | {"age": "500"}
    form = AgeForm(data)
    assert not form.is_valid()
    assert form.unanswered == ["You entered 500 years."]


def test_an_error_comes_before_the_question():
    form = AgeForm({"age": "many"})
    assert (form.is_valid(), form.unanswered) == (False, [])


@pytest.mark.parametrize("form", [AgeForm(), AgeForm({"age": "40"})])
def test_a_form_without_a_question_shows_none(form):
    assert render_to_string("admin/confirmation.html", {"form": form}).strip() == ""


def test_the_question_states_its_facts_and_that_nothing_is_saved():
    html = render_to_string("admin/confirmation.html", {"form": asked("400")})
    assert "You entered 400 years." in html
    assert "Nothing has been saved yet." in html
    assert f'name="confirmed" value="{asked("400").confirmation_token}"' in html


def test_the_page_loses_nothing_that_was_posted():
    data = QueryDict("name=Ada&name=Grace&note=two%0Alines&confirmed=old&csrfmiddlewaretoken=x")
    request = RequestFactory().post("/admin/act/", data.dict())
    request.POST = data
    page = confirmation.ask(request, {}, title="Really?", facts=["It goes."], button="Do it", back_url="/admin/")
    html = page.content.decode()
    assert html.count('<textarea name="name" hidden>') == 2
    assert "two\nlines" in html
    assert '<textarea name="confirmed"' not in html
    assert f'name="confirmed" value="{confirmation.token(["It goes."])}"' in html


def test_only_a_post_can_confirm():
    facts = ["It goes."]
    data = {"confirmed": confirmation.token(facts)}
    assert confirmation.is_confirmed(RequestFactory().post("/", data), facts)
    assert not confirmation.is_confirmed(RequestFactory().post("/", data), ["Something else goes."])
    assert not confirmation.is_confirmed(RequestFactory().get("/", data), facts)
