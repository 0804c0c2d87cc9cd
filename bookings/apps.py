from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Enquiries"

    def ready(self) -> None:
        from bookings import sign_in_notices, starter_replies, starter_settings
        from bookings.admin import dashboard, outcome_views, statistics_views, week_views
        from bookings.messages import (  # noqa: F401  (being imported registers the messages)
            about_sign_in,
            to_person,
            to_therapist,
        )
        from practice import admin_site

        admin_site.register(dashboard.waiting, order=10, permission="bookings.view_enquiry")
        admin_site.register(week_views.today_and_tomorrow, order=15, permission="bookings.view_enquiry")
        admin_site.register(outcome_views.panel, order=17, permission="bookings.view_enquiry")
        admin_site.register(dashboard.mail, order=20, permission="bookings.view_enquiry")
        admin_site.register(statistics_views.panel, order=50, permission="bookings.view_statistics")
        sign_in_notices.connect()
        post_migrate.connect(starter_settings.create_booking_settings, sender=self)
        post_migrate.connect(starter_replies.create_reply_templates, sender=self)
