"""What the therapist wrote is not lost when the desk was left for too long: the answer holds it, to be sent again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

SECRET = ("password", "csrfmiddlewaretoken")


def may_keep(request: HttpRequest) -> bool:
    """Only what a page of this very site sent, lest another site put words into the therapist's mouth."""
    is_ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    return request.method == "POST" and is_ours and bool(_fields(request))


def keep(request: HttpRequest) -> HttpResponse:
    """A page that holds the posted fields in a form of its own; nothing has been done with them."""
    response = render(
        request, "admin/unsaved_post.html", {"fields": _fields(request), "title": "Nothing is lost"}, status=403
    )
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not any(word in name for word in SECRET)
    ]
