"""The list of enquiries. Search terms stay out of URLs, and so out of browser histories and logs."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.models import Enquiry
from practice import keys
from practice.keys import KeyLabel

SESSION_KEY = "enquiry_search"
SEARCHED = "searched"  # in the URL, to show that there was a search


def remember_search(request: HttpRequest, term: str) -> None:
    """Store the search term in the session, encrypted because sessions are stored in the database."""
    if term:
        request.session[SESSION_KEY] = keys.cipher(KeyLabel.SEARCH_TERM).encrypt(term.encode()).decode()
    else:
        request.session.pop(SESSION_KEY, None)


def remembered_search(request: HttpRequest) -> str:
    try:
        return keys.cipher(KeyLabel.SEARCH_TERM).decrypt(request.session.get(SESSION_KEY, "")).decode()
    except InvalidToken:
        return ""


class KeysFirstPaginator(Paginator):
    """Sort the keys alone and read the rows of one page; to sort whole rows with all they refer to takes far longer."""

    object_list: QuerySet[Enquiry]

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = self.object_list.values_list("pk", flat=True)[first : first + self.per_page]
        return Page(self.object_list.filter(pk__in=keys), number, self)


class EnquiryChangeList(ChangeList):
    """Search only if the URL says so. Other links, such as those on the dashboard, show the whole list."""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        lookups = super().get_filters_params(params)
        lookups.pop(SEARCHED, None)
        return lookups

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        self.query = remembered_search(request) if SEARCHED in request.GET else ""
        for params in (self.params, self.filter_params):
            params.pop(SEARCH_VAR, None)
        return super().get_queryset(request, exclude_parameters)
