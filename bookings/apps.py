from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Enquiries"

    def ready(self) -> None:
        from bookings import starter
        from bookings.desk import figure_screens, panels, week_screens
        from practice import desk

        desk.register(panels.waiting, order=10, permission="bookings.view_enquiry")
        desk.register(week_screens.today_and_tomorrow, order=15, permission="bookings.view_enquiry")
        desk.register(panels.mail, order=20, permission="bookings.view_enquiry")
        desk.register(figure_screens.panel, order=50, permission="bookings.view_enquiry")
        post_migrate.connect(starter.create_diary, sender=self)
        post_migrate.connect(starter.create_starter_templates, sender=self)
