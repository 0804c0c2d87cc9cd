"""The words that a reply begins with, and who may send which.

Who may not write replies sends the words of a template as they are, and only where nothing is left to fill in.
"""

from django.contrib.auth.models import User

from bookings import placeholders, starter_replies
from bookings.admin import reply_checks
from bookings.admin.enquiry_pages import is_number
from bookings.admin.reply_context import ReplyContext
from bookings.models import Enquiry, Purpose, ReplyTemplate


def may_write(user: User) -> bool:
    """Return whether the user may write replies, and not only send templates."""
    return user.has_perm("bookings.write_reply")


def templates_for(purpose: str, user: User) -> list[ReplyTemplate]:
    """Return the templates that this user can send for the purpose."""
    templates = ReplyTemplate.objects.filter(purpose=purpose)
    return [template for template in templates if may_write(user) or not reply_checks.has_gap(template.body)]


def has_words(purpose: str, user: User, enquiry: Enquiry) -> bool:
    """Return whether this user can give the reply: with words, or by phone without any."""
    if may_write(user) or not enquiry.contact.may_email or templates_for(purpose, user):
        return True
    return not ReplyTemplate.objects.filter(purpose=purpose).exists() and purpose in starter_replies.REPLIES_WITH_ACT


def choose(context: ReplyContext, template_pk: str, user: User) -> ReplyTemplate | None:
    """Return the template with this key, by default the first; a reply in free words begins without one."""
    templates = templates_for(context.purpose, user)
    if is_number(template_pk):
        return next((template for template in templates if template.pk == int(template_pk)), None)
    return templates[0] if templates and context.purpose != Purpose.REPLY else None


def initial(context: ReplyContext, template: ReplyTemplate | None) -> dict[str, str]:
    """Return the words of the template, else those a new site begins with."""
    _, subject, body = starter_replies.REPLIES_WITH_ACT.get(context.purpose, ("", "Your message", ""))
    words = (template.subject, template.body) if template else (subject, body)
    filled = (placeholders.fill(text, context.enquiry, context.practice) for text in words)
    return dict(zip(("subject", "body"), filled, strict=True))
