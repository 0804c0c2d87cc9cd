"""The list of enquiries. What was searched for stays out of web addresses, and so out of histories and logs."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.encryption import cipher

REMEMBERED = "searched for"
SEARCHED = "searched"  # in the address: that there was a search, not for what


def remember_search(request: HttpRequest, term: str) -> None:
    """In the session, encrypted, because the database keeps sessions."""
    if term:
        request.session[REMEMBERED] = cipher().encrypt(term.encode()).decode()
    else:
        request.session.pop(REMEMBERED, None)


def remembered_search(request: HttpRequest) -> str:
    try:
        return cipher().decrypt(request.session.get(REMEMBERED, "")).decode()
    except InvalidToken:
        return ""


class EnquiryChangeList(ChangeList):
    """Searched only where the address says so, so that a link from the desk never leads to a part of the list."""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        lookups = super().get_filters_params(params)
        lookups.pop(SEARCHED, None)
        return lookups

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        self.query = remembered_search(request) if SEARCHED in request.GET else ""
        for params in (self.params, self.filter_params):
            params.pop(SEARCH_VAR, None)
        return super().get_queryset(request, exclude_parameters)
