"""The link in a message, which opens the private page in this browser."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bookings import private_links
from bookings.views import private_page_cookie
from bookings.views.private_page_request import link_closed, unlisted, unstored


@csrf_exempt  # it changes nothing; a form that follows the redirect is looked at there
@unstored
@require_http_methods(["GET", "HEAD", "POST"])
def open_page(request: HttpRequest, token: str, rest: str = "") -> HttpResponse:
    """Exchange the link for a cookie, and lead to the page under an address that opens nothing by itself.

    A form is sent on too (RFC 9110, 15.4.8), because a release before this one put the token into its address.
    """
    link = private_links.find(token, timezone.now())
    if link is None:
        return unlisted(link_closed(request))
    url = reverse("bookings:private_page", args=[link.enquiry.reference]) + rest
    query = f"?{request.META['QUERY_STRING']}" if request.GET else ""
    response = HttpResponseRedirect(url + query, preserve_request=request.method not in ("GET", "HEAD"))
    known = private_page_cookie.find(request, link.enquiry.reference)
    page = private_page_cookie.of_link(link)
    is_same = known is not None and known.link_digest == page.link_digest
    private_page_cookie.open_on(response, request, known if known and is_same else page)
    return unlisted(response)
