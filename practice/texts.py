"""Sentences that are read in the admin. Code and tests share them."""

# What is asked before a fee is changed
FEE_FAR_FROM_BEFORE = "It was {before} and would be {after}."
FEE_HIGH = "{after} is more than {limit}."
FEE_FREE = "It would be free of charge."
FEE_SHOWN = "Pages that mention this fee would show that at once."

# What is asked, or refused, before an account is changed
LAST_WITH_ALL_RIGHTS = (
    "No other account can sign in and do everything, so this one has to stay as it is. Make another one first."
)
OWN_SIGN_IN = "This is your own account. You’d be signed out at once, and only {others} could let you in again."
OWN_RIGHTS = "This is your own account. {rights} Only {others} could change that."
RIGHTS_LEFT = "You could still sign in, with these rights alone: {rights}."
NO_RIGHTS_LEFT = "You could still sign in, but not open anything."
NOBODY_HERE = "whoever runs the server"
ALL_RIGHTS = (
    "“{username}” would be allowed to read and change everything: every enquiry, with names, contact details, messages "
    "and private notes, the diary, the pages and all accounts."
)
SOME_RIGHTS = "“{username}” would be allowed to sign in here, with these rights: {rights}."
NO_RIGHTS = "“{username}” would be allowed to sign in here, but not to open anything."

# What is asked before the facts about the practice are changed
NOTICES_ELSEWHERE = "Notices from the site, such as of new enquiries, would go to {after} and no longer to {before}."
NOTICES_NOWHERE = "Notices from the site, such as of new enquiries, would go to nobody."
