from django.urls import path, register_converter

from bookings.models import REFERENCE_LETTERS
from bookings.views import (
    calendar_feed,
    consultation,
    private_page,
    private_page_link,
    private_page_pin,
    receipt,
    return_to_request,
)


class ReferenceConverter:
    regex = f"[{REFERENCE_LETTERS}]{{8}}"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class TokenConverter(ReferenceConverter):
    regex = "[A-Za-z0-9_-]{32}"


register_converter(ReferenceConverter, "reference")
register_converter(TokenConverter, "token")

app_name = "bookings"
urlpatterns = [
    path("consultation/", consultation.consultation, name="consultation"),
    path("consultation/received/<reference:reference>/", receipt.received, name="received"),
    path("calendar/<token:token>.ics", calendar_feed.feed, name="feed"),
    path("private/", return_to_request.return_to_request, name="return"),
    path("private/erased/", private_page.erased, name="private_erased"),
    path("private/<reference:reference>/", private_page.show, name="private_page"),
    path("private/<reference:reference>/unlock/", private_page_pin.unlock, name="private_unlock"),
    path("private/<reference:reference>/pin/", private_page_pin.choose, name="private_pin"),
    path("private/<reference:reference>/times/", private_page.times, name="private_times"),
    path("private/<reference:reference>/pause/", private_page.pause, name="private_pause"),
    path("private/<reference:reference>/erase/", private_page.erase, name="private_erase"),
    path("private/<reference:reference>/<int:number>/accept/", private_page.accept, name="private_accept"),
    path("private/<reference:reference>/<int:number>/take-back/", private_page.take_back, name="private_take_back"),
    path("private/<reference:reference>/<int:number>/cancel/", private_page.cancel, name="private_cancel"),
    path("private/<reference:reference>/<int:number>/move/", private_page.move, name="private_move"),
    path("private/<reference:reference>/<path:rest>", private_page.unknown),
    # The links in messages. Any text, so that a link that was cut short is answered like one that has ended.
    path("private/<str:token>/", private_page_link.open_page, name="private"),
    path("private/<str:token>", private_page_link.open_page),
    path("private/<str:token>/<path:rest>", private_page_link.open_page),
]
