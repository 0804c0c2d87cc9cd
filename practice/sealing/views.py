"""The screens about what is sealed: setting it up, opening it, the recovery key and who else holds the key."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from practice import accounts
from practice.command_line import command_line
from practice.facts import practice_row
from practice.models import AccountKey, SiteState
from practice.sealing import account_keys, opened, practice_keys
from practice.sealing.forms import ColleagueForm, FormerPasswordForm, RecoveryKeyAndPasswordForm, RecoveryKeyForm
from practice.sign_in import reauthentication, signals
from practice.sign_in.forms import ConfirmPasswordForm, with_wait

AdminContext = dict[str, Any]
get_or_post = require_http_methods(["GET", "HEAD", "POST"])
View = Callable[[HttpRequest, User, AdminContext], HttpResponse]
STARTED = "From now on, what people write is sealed. What they wrote before is sealed within the hour."
REPLACED = "The new recovery key counts. Destroy the old sheets."
OPENED = "It’s open until you sign out."
STILL_THERE = "Good: that’s the right one. Your desk will ask again in half a year."
GIVEN = "“{}” can read what people wrote from now on."
OPEN_FIRST = "Open what people wrote first."
ANEW = "Your account has a new key. Ask another therapist to look at their desk, where they can give you access."
NOBODY_ELSE = "Nobody else could give you access, so this would help nothing. Only the recovery key does."


def for_therapist(view: View) -> Callable[[HttpRequest, AdminContext], HttpResponse]:
    """Let in therapists only, before anything else is looked at: nobody else ever reads what is sealed."""

    @wraps(view)
    @sensitive_post_parameters()
    def wrapped(request: HttpRequest, admin_context: AdminContext) -> HttpResponse:
        user = request.user
        if not (isinstance(user, User) and accounts.is_therapist(user)):
            raise PermissionDenied
        return view(request, user, admin_context)

    return wrapped


@for_therapist
@get_or_post
def overview(request: HttpRequest, user: User, admin_context: AdminContext) -> HttpResponse:
    """Say how it stands and what can be done; POST makes a new recovery key and shows it, once."""
    is_on = practice_keys.newest() is not None
    if request.method == "POST":
        if is_on and not opened.is_open():
            messages.error(request, OPEN_FIRST)
            return redirect("admin:sealed_open")
        return reauthentication.question(request, admin_context) or _new_recovery_key(request, admin_context)
    context = {
        "title": "Seal what people write",
        "is_on": is_on,
        "is_open": opened.is_open(),
        "is_possible": SiteState.load().has_person_keys,
        "rotate_command": command_line("rotate_field_key"),
        "is_awaited": practice_keys.awaited_recovery_key() is not None,
        "in_use": practice_keys.recovery_key_in_use(),
        "holding": practice_keys.holding(user),
        "waiting": practice_keys.without_key() if is_on else [],
    }
    return render(request, "admin/sealing/overview.html", admin_context | context)


@sensitive_variables()
def _new_recovery_key(request: HttpRequest, admin_context: AdminContext) -> HttpResponse:
    if not SiteState.load().has_person_keys:
        return redirect("admin:sealed")
    typed = practice_keys.new_recovery_key()
    context = {"title": "Your recovery key", "groups": typed.split(" "), "practice": practice_row()}
    response = render(request, "admin/sealing/recovery_key.html", admin_context | context)
    response.headers["Cache-Control"] = "no-store, private"
    return response


@for_therapist
@get_or_post
@sensitive_variables()
def type_back(request: HttpRequest, user: User, admin_context: AdminContext) -> HttpResponse:
    """Take the new recovery key from its paper; then sealing begins, or the new key counts."""
    if practice_keys.awaited_recovery_key() is None:
        return redirect("admin:sealed")
    is_on = practice_keys.newest() is not None
    form = RecoveryKeyAndPasswordForm(user, practice_keys.check_awaited, request.POST or None)
    if form.is_valid():
        typed, password = form.cleaned_data["recovery_key"], form.cleaned_data["own_password"]
        try:
            private_key = practice_keys.confirm(typed, user, password, opened.keys())
        except practice_keys.ClosedError:
            messages.error(request, OPEN_FIRST)
            return redirect(_open_address(reverse("admin:sealed_type_back")))
        if private_key:
            opened.remember(request, private_key)
        messages.success(request, REPLACED if is_on else STARTED)
        return redirect("admin:sealed")
    context = {"title": "Type the recovery key", "form": form, "is_on": is_on}
    return with_wait(render(request, "admin/sealing/type_back.html", admin_context | context), form)


@for_therapist
@get_or_post
@sensitive_variables()
def open_words(request: HttpRequest, user: User, admin_context: AdminContext) -> HttpResponse:
    """Ask for the password of somebody whose sign-in saw none, or whose browser has lost its half of the key."""
    target = _target(request)
    if opened.is_open() or practice_keys.newest() is None:
        return redirect(target)
    if opened.is_under_former_password(request, user):
        return redirect(_recover_address(target))
    form = ConfirmPasswordForm(user, request.POST or None)
    if form.is_valid():
        reauthentication.note_password(request)
        password = form.cleaned_data["own_password"]
        signals.password_confirmed.send(sender=User, request=request, user=user, password=password)
        is_opened = hasattr(request, opened.NEW_COOKIE) and practice_keys.holding(user).is_holder
        return redirect(target if is_opened else _recover_address(target))
    context = {"title": "Open what people wrote", "form": form, "next": target}
    return with_wait(render(request, "admin/sealing/open.html", admin_context | context), form)


@for_therapist
@get_or_post
@sensitive_variables()
def recover(request: HttpRequest, user: User, admin_context: AdminContext) -> HttpResponse:
    """Open with the recovery key what the present password doesn't open."""
    target = _target(request)
    if opened.is_open() or practice_keys.newest() is None:
        return redirect(target)
    form = RecoveryKeyAndPasswordForm(user, practice_keys.check_in_use, request.POST or None)
    if form.is_valid():
        typed, password = form.cleaned_data["recovery_key"], form.cleaned_data["own_password"]
        opened.remember(request, practice_keys.recover(typed, user, password))
        practice_keys.confirm_again()
        messages.success(request, OPENED)
        return redirect(target)
    context = {
        "title": "Open with the recovery key",
        "form": form,
        "next": target,
        "has_other_holder": practice_keys.has_other_holder(user),
        "holding": practice_keys.holding(user),
    }
    return with_wait(render(request, "admin/sealing/recover.html", admin_context | context), form)


@for_therapist
@get_or_post
@sensitive_variables()
def former_password(request: HttpRequest, user: User, admin_context: AdminContext) -> HttpResponse:
    """Open with the password before a reset, and from then on with the present one."""
    target = _target(request)
    if opened.is_open() or practice_keys.newest() is None:
        return redirect(target)
    if not practice_keys.holding(user).is_holder:  # whatever opens the account's key, there is nothing in it
        return redirect(_recover_address(target))
    form = FormerPasswordForm(user, request.POST or None)
    if form.is_valid():
        account_keys.wrap_again(user, form.private_key, form.cleaned_data["own_password"])
        opened.remember(request, form.private_key)
        messages.success(request, OPENED)
        return redirect(target)
    context = {"title": "Open with your former password", "form": form, "next": target}
    return with_wait(render(request, "admin/sealing/former_password.html", admin_context | context), form)


@for_therapist
@get_or_post
@sensitive_variables()
def ask_colleague(request: HttpRequest, user: User, admin_context: AdminContext) -> HttpResponse:
    """Give the account a new key pair, so that another therapist can give it the practice's keys again."""
    if not practice_keys.has_other_holder(user):
        messages.error(request, NOBODY_ELSE)
        return redirect("admin:sealed_recover")
    form = ConfirmPasswordForm(user, request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            private_key = account_keys.create(user, form.cleaned_data["own_password"])
        opened.remember(request, private_key)
        messages.success(request, ANEW)
        return redirect("admin:index")
    context = {"title": "Ask another therapist", "form": form}
    return with_wait(render(request, "admin/sealing/ask_colleague.html", admin_context | context), form)


@for_therapist
@get_or_post
def check(request: HttpRequest, user: User, admin_context: AdminContext) -> HttpResponse:
    """Ask whether the recovery key is still there."""
    if practice_keys.newest() is None:
        return redirect("admin:sealed")
    form = RecoveryKeyForm(user, practice_keys.check_in_use, request.POST or None)
    if form.is_valid():
        practice_keys.confirm_again()
        messages.success(request, STILL_THERE)
        return redirect("admin:sealed")
    context = {"title": "Do you still have your recovery key?", "form": form}
    return with_wait(render(request, "admin/sealing/check.html", admin_context | context), form)


@for_therapist
@get_or_post
def colleague(request: HttpRequest, user: User, admin_context: AdminContext) -> HttpResponse:
    """Print a sheet for a colleague, who would have to act if something happens to the therapist."""
    form = ColleagueForm(request.POST or None)
    name = form.cleaned_data["name"] if form.is_valid() else ""
    context = {
        "title": "A sheet for a colleague",
        "form": form,
        "name": name,
        "practice": practice_row(),
        "sign_in_address": request.build_absolute_uri(reverse("admin:index")),
    }
    return render(request, "admin/sealing/colleague.html", admin_context | context)


@for_therapist
@require_POST
def give(request: HttpRequest, user: User, admin_context: AdminContext) -> HttpResponse:
    """Let another therapist hold the keys that are open in this request."""
    if not opened.is_open():
        messages.error(request, OPEN_FIRST)
        return redirect(_open_address(reverse("admin:sealed")))
    if question := reauthentication.question(request, admin_context):
        return question
    number = request.POST.get("account", "")
    pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    waiting = {account_key.pk for account_key in practice_keys.without_key()}
    account_key = get_object_or_404(AccountKey, pk=pk if pk in waiting else 0)
    practice_keys.give(account_key, opened.keys())
    messages.success(request, GIVEN.format(account_key.user.get_username()))
    return redirect("admin:sealed")


def _target(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None, require_https=request.is_secure())
    return target if is_ours else reverse("admin:index")


def _open_address(target: str) -> str:
    return f"{reverse('admin:sealed_open')}?{urlencode({'next': target})}"


def _recover_address(target: str) -> str:
    return f"{reverse('admin:sealed_recover')}?{urlencode({'next': target})}"
