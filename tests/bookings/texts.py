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

# The private page
PROBLEM = "There is a problem"
REQUEST_CHANGED = "I have what you ask for."
ERASE = "Erase everything"

# The reply deadline of an enquiry received at conftest.NOW
REPLY_BY = "Wednesday 25 November, 17:00"
