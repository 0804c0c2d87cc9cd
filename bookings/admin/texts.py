"""Sentences that the therapist reads in the admin. Code and tests share them."""

# The list of enquiries
SEARCH_TERM_TOO_SHORT = "Enter at least three letters of a name."

# Why no reply can be given
EMAIL_NOT_SAFE = "This person did not say that email is safe."
SET_ASIDE = "It is set aside. Put it back to waiting first, then answer it."
NOTHING_OFFERED = "Nothing is offered to them now."

# How to join an online appointment
JOIN_CHANGED = "They haven’t been told yet: send it, or say that you’ll tell them yourself."
STANDING_WAY_CHANGED = "The way to join has changed for these appointments, and nobody has been told yet:"

# Checks of a reply before it is sent
TIME_MISSING = "The message doesn’t state the time as it is in your calendar."
JOIN_MISSING = "The message doesn’t say how to join, or by when that comes."
LINK_OF_COMPLAINT = "A complaint has no page of its own, so {link} will be left out."
LINK_MISSING = "Without {link}, they can’t accept a time themselves."
EMPTY_LIST_ITEM = "One list item is still empty."
BLANK_LINES = "There’s a gap in the message that may still need filling in."
TO_REFERRER = "This goes to {name}, who is making a referral, but the template addresses the person referred."
PLACEHOLDER_LEFT = "A placeholder in braces hasn’t been filled in."
THERAPIST_NAME_MISSING = "Your name isn’t filled in yet, so templates can’t be signed with it."
REPLY_TO_MISSING = "Replies would go to {address}. Fill in your reply address to change this."
PRACTICE_NAMED = "They asked you not to name the practice, but the message names it or says what it’s about."

# Changes of opening hours, and what is asked before them
DAY_PASSED = "{day} has passed."
MANY_DAYS = "From {first} to {last} is {count}."
OPEN_AT_NIGHT = "You’d be open at night: {hours}."
SAME_DAYS = "You have entered this for these days already: {exception}."
NO_HOURS_LEFT = "{location} has no hours left, so the site offers no times there."
WOULD_BE_OUTSIDE = "Booked or offered at times when you’d then be closed: {appointments}. Nobody is told by this."
NOW_OUTSIDE_HOURS = "Booked or offered at times when you’re now closed. Nobody has been told: {appointments}."
NOW_AWAY = (
    "Booked or offered while you’re away. Nobody has been told, and what is offered can’t be accepted any more: "
    "{appointments}."
)

# The booking settings
NOT_A_CALENDAR_ADDRESS = "Enter an address that starts with https:// or webcal://, without spaces."
LOCATION_MISSING = "Choose at least one location."

# The calendars
OTHER_ADDRESS_MISSING = "Add the address of your other calendar first."
OTHER_CALENDAR_READ = "Your other calendar has been read."
OTHER_ADDRESS_CHANGED = "The address has just been changed. It will be read in a moment."
FEED_ENDED = "The address no longer works. Calendars that used it get no more updates."

# Requested times that can't be accepted
PAST = "In the past"
NO_LONGER_FREE = "No longer free"
