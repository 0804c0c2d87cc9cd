from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.db.models.signals import post_delete, post_migrate, post_save


class PracticeAdminConfig(AdminConfig):
    default_site = "practice.admin_site.PracticeAdminSite"


class UsersConfig(AuthConfig):
    verbose_name = "Accounts"


class PracticeConfig(AppConfig):
    name = "practice"
    verbose_name = "Your practice"
    has_open_text = True  # its texts are written to be published, or are settings

    def ready(self) -> None:
        from practice import admin_site, checks, facts, key_check, setup_checklist, starter_facts
        from practice.models import Fee, Location, Practice, SupportLine

        checks.register_all()
        admin_site.register(setup_checklist.panel, order=30, permission="practice.change_practice")
        post_migrate.connect(starter_facts.create_starter_facts, sender=self)
        post_migrate.connect(key_check.remember_first, sender=self)
        for model in (Practice, Location, SupportLine, Fee):
            post_save.connect(facts.note_change, sender=model)
            post_delete.connect(facts.note_change, sender=model)
