"""The messages about who signs in to the desk and how. They name no account, and none but one holds a secret."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.urls import reverse

from bookings import formatting
from bookings.messages import obsolete
from bookings.messages.context import MessageContext
from bookings.messages.definitions import Audience, MessageDefinition, Placeholder
from bookings.models import Message
from practice.sign_in import reset

LINK_LASTS = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def _when(context: MessageContext) -> str:
    return formatting.moment(context.message.due_at)


def _page(name: str, meaning: str, path: str) -> Placeholder:
    return Placeholder(
        "link",
        meaning,
        f"{settings.SITE_URL}{path}",
        lambda context: settings.SITE_URL + reverse(name),
        is_required=True,
    )


def _reset_link(context: MessageContext) -> str:
    """Make the link only now, so that no row holds it."""
    return reset.link(_holders(context.message).get())


def _holders(message: Message) -> QuerySet[User]:
    """Return the account that the message is about, unless it is gone."""
    return User.objects.filter(pk=message.about.partition(":")[0])


def _once_link_is_late(message: Message, now: datetime) -> bool:
    """Return True as well once the account is gone. Nobody waits for a late link, and a finder could use it."""
    return now - message.due_at > LINK_LASTS or not _holders(message).exists()


WHEN = Placeholder("when", "When it happened, in London.", "Tuesday 1 December, 17:00", _when)
CHANGE_PASSWORD = _page("admin:password_change", "Where to change your password.", "/admin/password_change/")
WHERE = _page("admin:where_you_are_signed_in", "Where you’re signed in.", "/admin/sign-in/where/")
HOW = _page("admin:how_you_sign_in", "How you sign in.", "/admin/sign-in/")
ACCOUNTS = _page("admin:auth_user_changelist", "The accounts of your desk.", "/admin/auth/user/")
DESK = _page("admin:index", "Your desk.", "/admin/")

TELL_WRONG_PASSWORDS = MessageDefinition(
    kind="tell_wrong_passwords",
    label="Notice to you: wrong passwords",
    sent_when="When ten wrong passwords have been tried for an account, at most once a day.",
    audience=Audience.THERAPIST,
    subject="Wrong passwords at your desk",
    placeholders=(CHANGE_PASSWORD,),
    is_obsolete=obsolete.never,
)
TELL_WRONG_CODES = MessageDefinition(
    kind="tell_wrong_codes",
    label="Notice to you: wrong codes",
    sent_when="When somebody has known the password of an account and then tried ten wrong codes, at most once a day.",
    audience=Audience.THERAPIST,
    subject="Somebody may know the password of your desk",
    placeholders=(CHANGE_PASSWORD,),
    is_obsolete=obsolete.never,
)
TELL_NEW_DEVICE = MessageDefinition(
    kind="tell_new_device",
    label="Notice to you: a new device",
    sent_when="When somebody signs in to your desk in a browser in which nobody has signed in to that account before.",
    audience=Audience.THERAPIST,
    subject="Signed in on a new device",
    placeholders=(WHEN, WHERE),
    is_obsolete=obsolete.never,
)
TELL_NEW_PASSWORD = MessageDefinition(
    kind="tell_new_password",
    label="Notice to you: a new password",
    sent_when="When the password of an account has been changed.",
    audience=Audience.THERAPIST,
    subject="A new password at your desk",
    placeholders=(WHEN, WHERE),
    is_obsolete=obsolete.never,
)
TELL_SECOND_FACTOR = MessageDefinition(
    kind="tell_second_factor",
    label="Notice to you: the second step",
    sent_when="When an app, a passkey or recovery codes have been added, replaced or removed.",
    audience=Audience.THERAPIST,
    subject="A change in how you sign in",
    placeholders=(WHEN, HOW),
    is_obsolete=obsolete.never,
)
TELL_NEW_ACCOUNT = MessageDefinition(
    kind="tell_new_account",
    label="Notice to you: a new account",
    sent_when="When somebody has made an account for your desk.",
    audience=Audience.THERAPIST,
    subject="A new account for your desk",
    placeholders=(WHEN, ACCOUNTS),
    is_obsolete=obsolete.never,
)
TELL_NEW_ADDRESS = MessageDefinition(
    kind="tell_new_address",
    label="Notice to you: a changed address",
    sent_when="When messages to you, or to the holder of an account, go to another address; sent to the one before.",
    audience=Audience.THERAPIST,
    subject="Messages from your website go elsewhere now",
    placeholders=(WHEN, DESK),
    is_obsolete=obsolete.never,
)
TELL_RESET_ON_SERVER = MessageDefinition(
    kind="tell_reset_on_server",
    label="Notice to you: reset on the server",
    sent_when="When a command on the server has made a link to a new password.",
    audience=Audience.THERAPIST,
    subject="A link to a new password was made on the server",
    placeholders=(WHEN, HOW),
    is_obsolete=obsolete.never,
)
RESET_PASSWORD = MessageDefinition(
    kind="reset_password",
    label="Link to a new password",
    sent_when="When somebody has forgotten the password of an account that has an email address; to that address.",
    audience=Audience.THERAPIST,
    subject="Your new password",
    placeholders=(
        Placeholder(
            "link",
            "Where to set a new password; it works once, for two hours.",
            f"{settings.SITE_URL}/new-password/…/",
            _reset_link,
            is_required=True,
        ),
    ),
    is_obsolete=_once_link_is_late,
)

KINDS = [
    definition.kind
    for definition in (
        TELL_WRONG_PASSWORDS,
        TELL_WRONG_CODES,
        TELL_NEW_DEVICE,
        TELL_NEW_PASSWORD,
        TELL_SECOND_FACTOR,
        TELL_NEW_ACCOUNT,
        TELL_NEW_ADDRESS,
        TELL_RESET_ON_SERVER,
        RESET_PASSWORD,
    )
]
