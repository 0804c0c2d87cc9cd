"""What the therapist wrote is not lost when the desk was left for too long: the answer holds it, to be sent again."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

SECRET = ("password", "csrfmiddlewaretoken")


def may_keep(request: HttpRequest) -> bool:
    """Only what a page of this very site sent, lest another site put words into the therapist's mouth."""
    origin = request.headers.get("Origin", "")
    return request.method == "POST" and bool(origin) and urlsplit(origin).netloc == request.get_host()


def keep(request: HttpRequest) -> HttpResponse:
    """A page that holds the posted fields in a form of its own; nothing has been done with them."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not any(word in name for word in SECRET)
    ]
    response = render(request, "admin/kept.html", {"fields": fields, "title": "Nothing is lost"}, status=403)
    response.headers["Cache-Control"] = "no-store, private"
    return response
