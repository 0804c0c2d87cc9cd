"""The panel of the admin that says in plain words what works and what somebody has to see to.

The sentences of the health checks are for whoever runs the site. These are for the therapist, who can only tell her
developer. What was not looked at is not mentioned, and a check that has no words here is not passed over.
"""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from practice import health
from practice.admin_site import DashboardPanel
from practice.clock import localdate
from practice.health import HealthFinding, moment
from practice.models import SiteState

ELSEWHERE = {"messages"}  # a panel of its own says more of them
WORKS = {
    "database": "What people send is stored.",
    "worker": "The program that sends your messages is running.",
}
NEEDS = {
    "disk": "The server’s disk is nearly full. Tell your developer today: once it is full, nothing more can be stored.",
    "static files": "Part of the site’s design is missing. Tell your developer.",
    "database": "What people send can’t be stored just now. Tell your developer at once.",
    "migrations": "An update of the site isn’t finished. Tell your developer.",
    "field key": "What people wrote can’t be read with the key that the site has. Tell your developer at once.",
    "clock": "The server’s clock may be wrong. Tell your developer: your diary and your reminders go by it.",
    "encryption": "The last step of an update is missing: what people wrote isn’t encrypted separately for each person "
    "yet. Tell your developer.",
    "erasure": "The last traces of somebody who was erased are still on the server. Tell your developer.",
    "worker": "The program that sends your messages isn’t running. Tell your developer at once.",
}
UNNAMED = "The site has found something wrong ({}). Tell your developer."
NO_BACKUPS = "No backups are made. Ask your developer to set them up: without one, a broken server loses everything."
BACKUP_WORKS = "Your last backup is from {}. Restoring it was tried {}, and worked."
BACKUP_FAILS = "There is no recent backup that is known to work{}. Tell your developer."


def panel(request: HttpRequest) -> DashboardPanel:
    now = timezone.now()
    works, needs = [], []
    for finding in health.read(now):
        if finding.name in ELSEWHERE:
            continue
        if finding.is_fine:
            works.append(_backups(finding) if finding.name == "backups" else WORKS.get(finding.name, ""))
        else:
            needs.append(_need(finding))
    if settings.BACKUP_FOLDER is None and settings.PUBLIC:
        needs.append(NO_BACKUPS)
    context = {"works": [line for line in works if line], "needs": needs}
    return DashboardPanel("Your site", "admin/widgets/health.html", context)


def _need(finding: HealthFinding) -> str:
    if finding.name == "backups":
        return _backups(finding)
    return NEEDS.get(finding.name) or UNNAMED.format(finding.name)


def _backups(finding: HealthFinding) -> str:
    state = SiteState.load()
    made_at, tried_at = state.backup_made_at, state.backup_rehearsed_at
    if finding.is_fine and made_at and tried_at:
        is_same_day = localdate(made_at) == localdate(tried_at)
        return BACKUP_WORKS.format(moment(made_at), "the same day" if is_same_day else f"on {moment(tried_at)}")
    return BACKUP_FAILS.format(_last_that_worked(tried_at))


def _last_that_worked(tried_at: datetime | None) -> str:
    return f": the last one is from {moment(tried_at)}" if tried_at else ""
