"""Sentences that are read in the admin. Code and tests share them."""

# What is asked before a fee is changed
FEE_FAR_FROM_BEFORE = "It was {before} and would be {after}."
FEE_HIGH = "{after} is more than {limit}."
FEE_FREE = "It would be free of charge."
FEE_SHOWN = "Pages that mention this fee would show that at once."

# What is asked, or refused, before an account is changed
LAST_WITH_FULL_ACCESS = "No other account with full access can sign in. Give full access to another one first."
OWN_SIGN_IN = "This is your own account. You’d be signed out at once, and {others} would have to let you in again."
OWN_FULL_ACCESS = "This is your own account. You’d need {others} to get full access again. {rights}"
RIGHTS_LEFT = "You could still open the desk, but only with these rights: {rights}."
NO_RIGHTS_LEFT = "You could still open the desk, but nothing on it."
WHOEVER_RUNS_THE_SERVER = "whoever runs the server"
FULL_ACCESS = (
    "“{username}” would be allowed to read and change everything: every enquiry, with names, contact details, messages "
    "and private notes, the diary, the pages and all accounts."
)
SOME_RIGHTS = "“{username}” would be allowed to open the desk, with these rights: {rights}."
NO_RIGHTS = "“{username}” would be allowed to open the desk, but nothing on it."

# What is asked before the facts about the practice are changed
NOTICES_ELSEWHERE = "Notices from the site, such as of new enquiries, would go to {after} and no longer to {before}."
NOTICES_NOWHERE = "Notices from the site, such as of new enquiries, would go to nobody."
