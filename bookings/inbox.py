"""The list of enquiries. What was searched for stays out of web addresses, and so out of histories and logs."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.encryption import cipher

REMEMBERED = "searched for"


def remember_search(request: HttpRequest, term: str) -> None:
    """In the session, encrypted, because the database keeps sessions."""
    if term := term.strip():
        request.session[REMEMBERED] = cipher().encrypt(term.encode()).decode()
    else:
        request.session.pop(REMEMBERED, None)


def remembered_search(request: HttpRequest) -> str:
    try:
        return cipher().decrypt(request.session.get(REMEMBERED, "")).decode()
    except InvalidToken:
        return ""


class Inbox(ChangeList):
    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        self.query = remembered_search(request)
        return super().get_queryset(request, exclude_parameters)
