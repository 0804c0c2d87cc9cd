"""The two screens of Django's that look at a password: signing in, and changing one's own."""

from typing import cast

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables

from practice import audit, known_devices, sessions
from practice.sign_in import pending, signals
from practice.sign_in.forms import LimitedForm, OwnPasswordForm, with_wait


class SignInView(LoginView):
    @sensitive_variables()
    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Go on to the second factor, or complete the sign-in without one."""
        user, password = form.get_user(), form.cleaned_data["password"]
        assert isinstance(user, User)  # noqa: S101 (the project has one model of users)
        return pending.after_password(self.request, user, password, self.get_success_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        return with_wait(response, form) if isinstance(form, LimitedForm) else response

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")


class OwnPasswordView(PasswordChangeView):
    form_class = OwnPasswordForm

    @sensitive_variables()
    @method_decorator(transaction.atomic)
    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:  # type: ignore[override]
        """Store the password and whatever it opens together; see practice/sealing/receivers.py."""
        response = super().form_valid(form)
        user = cast(User, form.user)
        sessions.end_all(user, but=sessions.own_digest(self.request))
        known_devices.remember(self.request, response, user)
        audit.record(audit.Kind.PASSWORD, user)
        signals.password_changed.send(
            sender=User,
            request=self.request,
            response=response,
            user=user,
            password=form.cleaned_data["new_password1"],
            old_password=form.cleaned_data["old_password"],
        )
        return response

    def form_invalid(self, form: OwnPasswordForm) -> HttpResponseBase:  # type: ignore[override]
        return with_wait(super().form_invalid(form), form)
