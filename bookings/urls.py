from django.urls import path, register_converter

from bookings import feed
from bookings.models import REFERENCE_LETTERS
from bookings.visitors import private, views


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
    path("consultation/", views.consultation, name="consultation"),
    path("consultation/received/<reference:reference>/", views.received, name="received"),
    path("calendar/<token:token>.ics", feed.feed, name="feed"),
    # Any text, so that a link that was cut short is answered like one that has ended.
    path("private/erased/", private.erased, name="private_erased"),
    path("private/<str:token>", private.show),
    path("private/<str:token>/", private.show, name="private"),
    path("private/<str:token>/times/", private.times, name="private_times"),
    path("private/<str:token>/pause/", private.pause, name="private_pause"),
    path("private/<str:token>/erase/", private.erase, name="private_erase"),
    path("private/<str:token>/<int:number>/accept/", private.accept, name="private_accept"),
    path("private/<str:token>/<int:number>/take-back/", private.take_back, name="private_take_back"),
    path("private/<str:token>/<int:number>/cancel/", private.cancel, name="private_cancel"),
    path("private/<str:token>/<int:number>/move/", private.move, name="private_move"),
    path("private/<path:token>", private.nowhere),
]
