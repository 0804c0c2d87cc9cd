"""Answer a post without a session with a form that holds the posted fields and can be sent again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

SECRET = ("password", "csrfmiddlewaretoken")


def is_own_post(request: HttpRequest) -> bool:
    """Return whether a page of this site sent the request. Another site could put its own words into the form."""
    is_ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    return request.method == "POST" and is_ours and bool(posted_fields(request))


def show_unsaved_post(request: HttpRequest) -> HttpResponse:
    """Answer with the posted fields in a new form. Nothing has been saved."""
    response = render(
        request, "admin/unsaved_post.html", {"fields": posted_fields(request), "title": "Nothing is lost"}, status=403
    )
    response.headers["Cache-Control"] = "no-store, private"
    return response


def posted_fields(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not any(word in name for word in SECRET)
    ]
