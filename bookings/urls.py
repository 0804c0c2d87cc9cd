from django.urls import path, register_converter

from bookings import private, views
from bookings.models import REFERENCE_LETTERS


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
    path("private/<token:token>/", private.show, name="private"),
]
