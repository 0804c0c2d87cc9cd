"""The page on which a person comes back to their request from any device, with its reference and four words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings import private_links, return_words
from bookings.forms.return_to_request import ReturnForm
from bookings.return_words import TooManyWrongWords
from bookings.views import private_page_cookie
from bookings.views.private_page_request import unlisted
from practice.errors import on_csrf_failure
from practice.rate_limits import Origin

WRONG = "That reference and these four words don’t belong together. Check both, and the order of the words."
TOO_MANY = "There were too many wrong tries from your connection. Wait an hour, then try again."
NO_COOKIE = (
    "Your browser did not send back the cookie that protects this page. Allow cookies for this site, "
    "then press the button again."
)


@cache_control(no_store=True, private=True)
def _without_cookie(request: HttpRequest) -> HttpResponse:
    return _show(request, ReturnForm(request.POST), NO_COOKIE, 403)


@on_csrf_failure(_without_cookie)
@cache_control(no_store=True, private=True)
@require_http_methods(["GET", "HEAD", "POST"])
def return_to_request(request: HttpRequest) -> HttpResponse:
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show(request, form)
    now = timezone.now()
    reference, words = form.cleaned_data["reference"], form.cleaned_data["words"]
    try:
        enquiry = return_words.find(reference, words, origin=Origin.connection(request), now=now)
    except TooManyWrongWords:
        return _show(request, form, TOO_MANY, 429)
    if enquiry is None:
        return _show(request, form, WRONG)
    response = unlisted(redirect("bookings:private_page", enquiry.reference))
    link = private_links.make(enquiry, now + private_links.LIFETIME)
    private_page_cookie.open_on(response, request, private_page_cookie.of_link(link, is_unlocked=True))
    return response


def _show(request: HttpRequest, form: ReturnForm, problem: str = "", status: int = 200) -> HttpResponse:
    form.problem = problem
    context = {"form": form, "summary": form.summary() if form.is_bound else []}
    return unlisted(render(request, "bookings/return_to_request.html", context, status=status))
