from practice.models.audit_entry import AuditEntry
from practice.models.practice_facts import (
    EMERGENCY_STAYS,
    Fee,
    FeeQuerySet,
    Location,
    LocationQuerySet,
    Practice,
    SupportLine,
    SupportLineQuerySet,
    not_reserved,
    within_a_year,
)
from practice.models.sealing import AccountKey, HeldKey, PracticeKey, RecoveryKey
from practice.models.sign_in import SignInMethod, UserSession
from practice.models.site_state import CountedAct, Erasure, FailedSignIns, SiteState
from practice.models.staff_role import DeskRole, StaffRole

__all__ = [
    "EMERGENCY_STAYS",
    "AccountKey",
    "AuditEntry",
    "CountedAct",
    "DeskRole",
    "Erasure",
    "FailedSignIns",
    "Fee",
    "FeeQuerySet",
    "HeldKey",
    "Location",
    "LocationQuerySet",
    "Practice",
    "PracticeKey",
    "RecoveryKey",
    "SignInMethod",
    "SiteState",
    "StaffRole",
    "SupportLine",
    "SupportLineQuerySet",
    "UserSession",
    "not_reserved",
    "within_a_year",
]
