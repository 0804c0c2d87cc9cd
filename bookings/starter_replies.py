"""The reply templates that a new site begins with."""

from bookings.models import Purpose, ReplyTemplate
from practice import schema

GREETING = "Dear {name},\n\nThank you for getting in touch."  # by the form or by phone
SIGN_OFF = "Kind regards,\n{therapist}"
CHANGE_LINK = "If anything changes, you can tell me here, without ringing:\n{link}"

FREE_REPLIES = [
    (
        "A first conversation",
        "Your message",
        f"{GREETING} I’d be glad to speak with you, {{where}}.\n\nHere you can tell me when it suits you:\n{{link}}"
        f"\n\n{SIGN_OFF}",
    ),
    (
        "A question first",
        "Your message",
        f"{GREETING} Before I suggest a time, may I ask:\n\n\n\n"
        "You need only answer what you would like to answer by email; the rest can wait until we speak.\n\n"
        f"{SIGN_OFF}",
    ),
    (
        "Another kind of help",
        "Your message",
        f"{GREETING} I know it takes some courage.\n\n"
        "I think somebody else could help you better than I can:\n\n\n\n"
        f"If you’d like to talk it over first, I’d be glad to.\n\n{SIGN_OFF}",
    ),
]

REPLIES_WITH_ACT = {
    Purpose.ACCEPT: (
        "Yes to a time they asked for",
        "Your appointment",
        f"{GREETING} The time you asked for is yours:\n\n{{times}}\n\n{CHANGE_LINK}\n\nI look forward to meeting you."
        f"\n\n{SIGN_OFF}",
    ),
    Purpose.OFFER: (
        "Other times",
        "Your message",
        f"{GREETING} I can offer you:\n\n{{times}}\n\nI keep this free for you until {{until}}, London time. "
        "Here you can choose, or tell me that none of it suits you:\n{link}\n\nThere is no need to explain "
        f"anything.\n\n{SIGN_OFF}",
    ),
    Purpose.AGREED: (
        "What you agreed by phone",
        "Your appointment",
        f"Dear {{name}},\n\nIt was good to speak with you. We agreed on:\n\n{{times}}\n\n{CHANGE_LINK}\n\n{SIGN_OFF}",
    ),
    Purpose.SERIES: (
        "A series that you agreed",
        "Your appointments",
        f"Dear {{name}},\n\nWe agreed on these appointments:\n\n{{times}}\n\n{CHANGE_LINK}\n\n{SIGN_OFF}",
    ),
    Purpose.CHANGE: (
        "Other times for a series",
        "Your appointments",
        "Dear {name},\n\nFrom now on your appointments are at these times, and no longer at the former ones:\n\n"
        f"{{times}}\n\n{CHANGE_LINK}\n\n{SIGN_OFF}",
    ),
    Purpose.PAUSE: (
        "A pause in a series",
        "Your appointments",
        "Dear {name},\n\nThese appointments don’t take place:\n\n{times}\n\nAfter that we go on at the usual time. "
        f"{CHANGE_LINK}\n\n{SIGN_OFF}",
    ),
    Purpose.END: (
        "The end of a series",
        "Your appointments",
        f"Dear {{name}},\n\nThese appointments don’t take place any more:\n\n{{times}}\n\n{CHANGE_LINK}\n\n{SIGN_OFF}",
    ),
    Purpose.MOVE: (
        "Another time for an appointment",
        "Your appointment",
        "Dear {name},\n\nYour appointment has a new time:\n\n{times}\n\nIf it does not suit you, you can move or "
        f"cancel it here:\n{{link}}\n\n{SIGN_OFF}",
    ),
    Purpose.JOIN: (
        "How to join an appointment",
        "Your appointment",
        f"Dear {{name}},\n\nThis is how to join your appointment:\n\n{{times}}\n\n{CHANGE_LINK}\n\n{SIGN_OFF}",
    ),
    Purpose.CANCEL: (
        "An appointment cannot take place",
        "Your appointment",
        "Dear {name},\n\nI am sorry: I have to cancel this appointment:\n\n{times}\n\nIf you would like another "
        f"time, you can ask for it here:\n{{link}}\n\n{SIGN_OFF}",
    ),
    Purpose.WITHDRAW: (
        "Times that you offered are no longer held",
        "Your message",
        "Dear {name},\n\nI am sorry: I can no longer hold what I offered you:\n\n{times}\n\nIf you would like another "
        f"time, you can ask for it here:\n{{link}}\n\n{SIGN_OFF}",
    ),
    Purpose.DECLINE: (
        "I cannot help, and who may",
        "Your message",
        f"{GREETING} I’m not the right person to help you with this, and I’d rather say so now than keep you waiting."
        "\n\nYour GP may be able to help, and can also refer you within the NHS.\n\n"
        f"I wish you well.\n\n{SIGN_OFF}",
    ),
    Purpose.LIST: (
        "A place on the waiting list",
        "Your message",
        f"{GREETING} I don’t have a free time at the moment. I’ve put you on my waiting list, and I’ll write to you as "
        "soon as there is one.\n\nIf you no longer wish to wait, or need somebody sooner, tell me here:\n{link}\n\n"
        f"{SIGN_OFF}",
    ),
    Purpose.REFER: (
        "Somebody who fits better",
        "Your message",
        f"{GREETING} I think a colleague would be better for you:\n\n- \n\n"
        "I haven’t passed anything on: whether you get in touch is up to you. "
        f"If you’d like to talk it over first, I’d be glad to.\n\n{SIGN_OFF}",
    ),
}


@schema.if_complete
def create_reply_templates(**kwargs: object) -> None:
    """Create a template for each purpose that has none, after migrating."""
    existing = set(ReplyTemplate.objects.values_list("purpose", flat=True))
    starters = [(Purpose.REPLY, *template) for template in FREE_REPLIES]
    starters += [(purpose, *template) for purpose, template in REPLIES_WITH_ACT.items()]
    for position, (purpose, title, subject, body) in enumerate(starters, start=1):
        if purpose not in existing:
            fields = {"title": title, "subject": subject, "body": body}
            ReplyTemplate.objects.create(**fields, purpose=purpose, position=position * 10)
