"""Texts of the website that several tests expect."""

# The consultation form
DAYS_OPTION = "Yes, some days and times suit me better"
EMAIL_MISSING = "Enter an email address"
LOCATION_MISSING = "Select where you would like to meet"
NAME_MISSING = "Enter your name"
NOT_STORED = (
    "Something went wrong here, so your message was not sent. What you wrote is still on this page: send it again in a "
    "minute."
)
PRIVATE_LINK_PLACEHOLDER = "(a link that is yours alone)"
SLOT_NOT_LISTED = "That time is not on the list any more. Choose another"
TIMING_MISSING = "Select whether you would like to say when"

# The receipt of a complaint
COMPLAINT_FOLLOWED_UP = (
    "A complaint has no page of its own. To add to it, or to ask how it stands, "
    '<a href="/consultation/?kind=complaint">write again</a> and give the reference.'
)
COMPLAINT_UNANSWERED = "Do so too if you have no answer by the time above."
COMPLAINT_BY_EMAIL = "Once you have an email from me, you can answer that instead, with the reference in the subject."

# The private page
PROBLEM = "There is a problem"
REQUEST_CHANGED = "I have what you ask for."
ERASE = "Erase everything"

# The reply deadline of an enquiry received at conftest.NOW
REPLY_BY = "Wednesday 25 November, 17:00"
