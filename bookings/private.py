"""Where a person comes back to their request, by the link in a message. Reading changes nothing; acts are posted."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookings import links

unstored = cache_control(no_store=True, private=True)


@unstored
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    enquiry = links.find(token, timezone.now())
    if enquiry is None:
        raise Http404
    return render(request, "bookings/private.html", {"enquiry": enquiry})
