"""The facts about the practice, whose days away concern the diary and the answers that are due."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from bookings import absences
from bookings.admin import outside_hours
from bookings.reply_deadline import ReplyPolicy
from practice.admin import PracticeAdmin
from practice.models import Practice


class PracticeWithDiaryAdmin(PracticeAdmin):
    """Saving it names who is booked, or was offered a time, on a day away."""

    def save_model(self, request: HttpRequest, obj: Practice, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if {"away_first_day", "away_last_day"} & set(form.changed_data):
            absences.move_nudges(ReplyPolicy.of(obj))
            if obj.absence:
                outside_hours.warn_about_appointments_while_away(request, obj.absence)


def register(site: admin.AdminSite) -> None:
    site.unregister(Practice)
    site.register(Practice, PracticeWithDiaryAdmin)
