"""Sentences that the therapist reads in the admin. Code and tests share them."""

# The list of enquiries
SEARCH_TERM_TOO_SHORT = "Enter at least three letters of a name."

# What somebody sees who may not read what people wrote
ONLY_THE_THERAPIST = "Only the therapist can read this."
ONLY_TEMPLATES = (
    "You can send replies from templates that leave nothing to fill in. Other replies are for the therapist to write."
)

# Somebody who was entered by hand, and two people who may be one
ENTERED = "Saved. Book the time you agreed, or go back and do it later."
SAME_PERSON = "They are one person now. Their other requests stand on this screen."
NOT_THE_SAME = "Noted: they are two people. This isn’t suggested again."
SUGGESTED_AGAIN = "It’s suggested again."
MERGED_FOR_GOOD = (
    "Both histories stay, and each request keeps its own private page. They can’t be made two people again."
)
NO_APPOINTMENT_TYPE = "Nothing can be asked for yet: add an appointment type first."

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
BLANK_LINES = "There’s a gap in the message that may still need filling in."
TO_REFERRER = "This goes to {name}, who is making a referral, but the template addresses the person referred."
PLACEHOLDER_LEFT = "A placeholder in braces hasn’t been filled in."
THERAPIST_NAME_MISSING = "Your name isn’t filled in yet, so templates can’t be signed with it."
REPLY_TO_MISSING = "Replies would go to {address}. Fill in your reply address to change this."
PRACTICE_NAMED = "They asked you not to name the practice, but the message names it or says what it’s about."

# Changes of opening hours, and what is asked before them
DAY_PASSED = "{day} has passed."
FAR_DAY = "{day} is more than a year ahead."
MANY_DAYS = "From {first} to {last} is {count:,} days."
OPEN_AT_NIGHT = "You’d be open at night: {hours}."
SAME_DAYS = "You have entered this for these days already: {exception}."
NO_HOURS_LEFT = "{location} has no hours left, so the site offers no times there."
WOULD_BE_OUTSIDE = "Booked or offered at times when you’d then be closed: {appointments}. Nobody is told by this."
NOW_OUTSIDE_HOURS = "Booked or offered at times when you’re now closed. Nobody has been told: {appointments}."
WOULD_BE_AWAY = (
    "Booked or offered while you’d be away: {appointments}. Nobody is told by this, and what is offered couldn’t be "
    "accepted any more."
)
NOW_AWAY = (
    "Booked or offered while you’re away. Nobody has been told, and what is offered can’t be accepted any more: "
    "{appointments}."
)

# What is asked before a location is changed
STAY_AT_LOCATION = "Booked or offered there: {appointments}. This stays as it is, and nobody is told."
OPEN_REQUESTS_THERE = "{count} asked for this location: {references}. You can still answer as they asked."
NO_LOCATION_LEFT = (
    "“{appointment_type}” would have no location left, so the site would show and suggest no times for it."
)
STILL_ON_THE_FORM = "Visitors could still choose it in the form."
LAST_LOCATION = "No other location is offered, so the form would leave visitors only “No preference”."
WOULD_BE_ONLINE = (
    "These would become online appointments, and nobody is told: {appointments}. "
    "Messages about them would say how to join instead of the address."
)
WOULD_BE_IN_A_ROOM = (
    "These would become appointments in a room, and nobody is told: {appointments}. "
    "Messages about them would give the address instead of how to join."
)
NO_WAY_TO_JOIN = "There’d be no way to join them yet."
NO_ADDRESS = "No address is entered."

# What is asked before an appointment type is changed
NO_LONGER_MOVABLE = "Booked: {appointments}. This stays, but people could no longer move it to another time themselves."
STILL_HELD = "Offered: {appointments}. These times are still held, and nobody is told."
OPEN_REQUESTS_FOR_TYPE = "{count} asked for it: {references}. You can still offer and book it for them."
KEEP_THEIR_LENGTH = (
    "Booked, offered or asked for at the old length: {appointments}. They keep it unless they’re moved, and nobody is "
    "told."
)
OPEN_REQUESTS_AT_LENGTH = (
    "{count} asked for it: {references}. Times that you offer them from now on take {minutes} minutes."
)
STAY_AT_REMOVED_LOCATION = "Booked or offered at {location}: {appointments}. This stays as it is, and nobody is told."
OPEN_REQUESTS_AT_REMOVED_LOCATION = (
    "{count} asked for it at {location}: {references}. You can still answer as they asked."
)

# The booking settings
NOT_A_CALENDAR_ADDRESS = "Enter an address that starts with https:// or webcal://, without spaces."
NUMBER_TAKEN = "Invoice {number} was made already, so enter a higher number."
LOCATION_MISSING = "Choose at least one location."

BUSY_TIMES_GO = "{count} to come that were read from your other calendar would no longer count."
BUSY_REMOVED = "Only what is booked or held here would then count as busy."
BUSY_REPLACED = "Until the new calendar has been read, no times would be offered or suggested."

# The calendars
OTHER_ADDRESS_MISSING = "Add the address of your other calendar first."
OTHER_CALENDAR_READ = "Your other calendar has been read."
OTHER_ADDRESS_CHANGED = "The address has just been changed. It will be read in a moment."
FEED_STOPS = (
    "Calendars that use the present address would get no more updates. They may go on showing what they have now."
)
FEED_NEW_ADDRESS = "You’d have to add the new address to each of them."
FEED_ENDED = "The address no longer works. Calendars that used it get no more updates."

# Times that can't be accepted
AWAY_THAT_DAY = "You’re away on that day, so they can’t accept it themselves"
PAST = "In the past"
NO_LONGER_FREE = "No longer free"

# Invoices
OWN_NAME_MISSING = "Fill in your name first, or let it name the practice: an invoice has to say who it is from."
NOTHING_TO_INVOICE = "Nothing can stand on an invoice now: no appointment costs anything, or all are on one already."
