"""Requests whose user is known to the type checker."""

from django.contrib.auth.models import User
from django.http import HttpRequest


class StaffRequest(HttpRequest):
    """A request to a view that lets only members of staff in, so that its user has signed in."""

    user: User
