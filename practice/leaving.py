"""Leaving the site in a hurry, and what the browser forgets then."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from practice import facts


@csrf_exempt  # it ends what this browser holds of the visit, and changes nothing here
@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """Lead to the address that the practice has chosen, and have the browser forget the visit but for its history.

    Without JavaScript the link leads here. static/js/leave.js goes there at once, and calls this beside it.
    """
    response = HttpResponse(status=303, headers={"Location": facts.current().practice.leave_url})
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return forget_visit(response)


def forget_visit(response: HttpResponse) -> HttpResponse:
    """Have the browser delete the visitor's cookies, and the pages and drafts that it kept of this site.

    Cookies are deleted by name, because a therapist may be signed in in the same browser.
    """
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    for name in settings.VISITOR_COOKIE_NAMES:
        response.delete_cookie(name)
    return response
