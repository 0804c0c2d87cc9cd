"""The facts about the practice, whose days away concern the diary and the answers that are due."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from bookings import absences
from bookings.admin import outside_hours, texts
from bookings.reply_deadline import ReplyPolicy
from practice.admin import PracticeAdmin
from practice.forms import PracticeForm
from practice.models import Practice

AWAY = {"away_first_day", "away_last_day"}


class PracticeWithDiaryForm(PracticeForm):
    def unlikely(self) -> list[str]:
        """Ask too about what is booked or offered on the days away."""
        absence = self.instance.absence if AWAY & set(self.changed_data) else None
        concerned = outside_hours.appointments_while_away(absence, timezone.now()) if absence else []
        listed = outside_hours.list_appointments(concerned)
        return super().unlikely() + ([texts.WOULD_BE_AWAY.format(appointments=listed)] if concerned else [])


class PracticeWithDiaryAdmin(PracticeAdmin):
    """Saving it names who is booked, or was offered a time, on a day away."""

    form = PracticeWithDiaryForm

    def save_model(self, request: HttpRequest, obj: Practice, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if AWAY & set(form.changed_data):
            absences.move_nudges(ReplyPolicy.of(obj))
            if obj.absence:
                outside_hours.warn_about_appointments_while_away(request, obj.absence)


def register(site: admin.AdminSite) -> None:
    site.unregister(Practice)
    site.register(Practice, PracticeWithDiaryAdmin)
