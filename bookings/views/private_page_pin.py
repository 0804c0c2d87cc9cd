"""The PIN before a private page: the page that asks for it, and the one on which the person chooses or removes it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import pins, private_links
from bookings.forms.pin import NewPinForm, PinForm
from bookings.pins import TooManyWrongPins
from bookings.views import private_page_cookie
from bookings.views.private_page_cookie import OpenPage
from bookings.views.private_page_request import (
    NO_COOKIE,
    PrivatePageRequest,
    link_closed,
    private_view,
    unlisted,
    unstored,
)
from practice.errors import on_csrf_failure

WRONG = "That isn’t the PIN of this page"
TOO_MANY = "There were too many wrong tries. Wait an hour, then try again."


@unstored
def _without_cookie(request: HttpRequest, reference: str) -> HttpResponse:
    return _ask(request, PinForm(request.POST), NO_COOKIE, 403)


@on_csrf_failure(_without_cookie)
@unstored
@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the PIN. The link was followed already."""
    now = timezone.now()
    open_page = private_page_cookie.find(request, reference)
    if open_page is None:
        return unlisted(render(request, "bookings/private_page/not_open.html", status=403))
    link = private_links.find_by_digest(open_page.link_digest, now)
    if link is None:
        return unlisted(link_closed(request))
    if open_page.is_unlocked or not link.pin_digest:
        return _opened(request, OpenPage(reference, link.digest, is_unlocked=True))
    form = PinForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask(request, form)
    try:
        is_right = pins.is_right(link, form.cleaned_data["pin"], now)
    except TooManyWrongPins:
        return _ask(request, form, TOO_MANY, 429)
    return (
        _opened(request, OpenPage(reference, link.digest, is_unlocked=True)) if is_right else _ask(request, form, WRONG)
    )


@private_view
def choose(page: PrivatePageRequest) -> HttpResponse:
    """Let the person choose a PIN, or remove it."""
    if page.is_post and "remove" in page.request.POST:
        pins.remove(page.link)
        return page.redirect_to_page("pin-removed")
    form = NewPinForm(page.data)
    form.problem = page.problem
    if page.is_post and form.is_valid():
        pins.set_pin(page.link, form.cleaned_data["pin"])
        return page.redirect_to_page("pin-set")
    return page.render("pin", {"form": form, "link": page.link, "summary": form.summary() if form.is_bound else []})


def _opened(request: HttpRequest, page: OpenPage) -> HttpResponse:
    response = unlisted(redirect("bookings:private_page", page.reference))
    private_page_cookie.open_on(response, request, page)
    return response


def _ask(request: HttpRequest, form: PinForm, problem: str = "", status: int = 200) -> HttpResponse:
    form.problem = problem
    context = {"form": form, "summary": form.summary() if form.is_bound else []}
    return unlisted(render(request, "bookings/private_page/unlock.html", context, status=status))
