from allauth.account.apps import AccountConfig
from allauth.mfa.apps import MFAConfig
from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_delete, post_migrate, post_save, pre_migrate
from psycopg2 import extensions


class PracticeAdminConfig(AdminConfig):
    default_site = "practice.admin_site.PracticeAdminSite"


class UsersConfig(AuthConfig):
    verbose_name = "Accounts"


class AllauthAccountConfig(AccountConfig):
    """Django-allauth's second factor imports its accounts, of which the site uses nothing else."""

    label = "account"
    default_auto_field = "django.db.models.AutoField"  # as its migrations have it

    def ready(self) -> None:
        """Demand no middleware, which would look at each response of a visitor's."""


class SecondFactorConfig(MFAConfig):
    label = "mfa"

    def ready(self) -> None:
        """Connect nothing: it would react to changes of accounts that the site does not have."""


class PracticeConfig(AppConfig):
    name = "practice"
    verbose_name = "Your practice"
    has_open_text = True  # its texts are written to be published, or are settings

    def ready(self) -> None:
        from django.contrib.auth.models import User

        from practice import (
            admin_site,
            audit,
            checks,
            database,
            facts,
            health_panel,
            key_check,
            sessions,
            setup_checklist,
            starter_facts,
            storage_checks,
        )
        from practice.models import Fee, Location, Practice, SupportLine
        from practice.sealing import panel, receivers
        from practice.sign_in import reauthentication, signals

        storage_checks.close_to_others()
        checks.register_all()
        extensions.set_wait_callback(database.deadlines.wait)
        pre_migrate.connect(database.wait_without_deadline, sender=self)
        post_migrate.connect(database.wait_with_deadline, sender=self)
        admin_site.register(health_panel.panel, order=25, permission="practice.change_practice")
        admin_site.register(panel.panel, order=24, permission="auth.change_user")
        admin_site.register(setup_checklist.panel, order=30, permission="practice.change_practice")
        post_migrate.connect(starter_facts.create_starter_facts, sender=self)
        post_migrate.connect(key_check.remember_first, sender=self)
        user_logged_in.connect(audit.on_signed_in)
        user_logged_out.connect(audit.on_signed_out)
        user_login_failed.connect(audit.on_sign_in_failed)
        post_save.connect(audit.on_logged, sender="admin.LogEntry")
        for receiver in (sessions.note_sign_in, reauthentication.note_password):
            user_logged_in.connect(receiver)
        for signal in (signals.completed, signals.password_confirmed):
            signal.connect(receivers.open_at_sign_in)
        signals.password_changed.connect(receivers.wrap_again)
        for change in (post_save, post_delete):
            change.connect(receivers.look_at_holders, sender=User)
        for model in (Practice, Location, SupportLine, Fee):
            post_save.connect(facts.note_change, sender=model)
            post_delete.connect(facts.note_change, sender=model)
