"""Sentences that are read in the admin. Code and tests share them."""

# What is asked before a fee is changed
FEE_FAR_FROM_BEFORE = "It was {before} and would be {after}."
FEE_HIGH = "{after} is more than {limit}."
FEE_FREE = "It would be free of charge."
FEE_SHOWN = "Pages that mention this fee would show that at once."

# What each role may do, in the form of an account and in what is asked before it is given
ROLE_HELP = {
    "therapist": "Everything: what people wrote, your letters and notes, the diary, the pages, the settings and all "
    "accounts.",
    "assistant": "The diary and appointments, people’s names and how to reach them, and replies from your templates. "
    "Never what people wrote, letters, private notes or complaints.",
    "editor": "The pages and pictures of the website, and nothing about people.",
    "": "Can’t open the desk.",
}
ROLE_FACTS = {
    "therapist": "read and change everything: every enquiry, with names, contact details, messages and private notes, "
    "the diary, the pages and all accounts",
    "assistant": "see the diary and every request with names and contact details, arrange appointments and send "
    "replies from your templates, but not read what people wrote, letters, private notes or complaints",
    "editor": "change and publish the pages and pictures of the website, but see nothing about people",
}
NOT_IN_YOUR_ROLE = "Your role doesn’t include this. If you need it for your work, ask the therapist."
NO_ROLE = "Your account has no role yet, so there’s nothing here for you. Ask the therapist to give it one."

# What is asked, or refused, before an account is changed
LAST_THERAPIST = "No other therapist can sign in. Make another account a therapist first."
OWN_SIGN_IN = "This is your own account. You’d be signed out at once, and {others} would have to let you in again."
OWN_ROLE = (
    "This is your own account. You’d no longer be a therapist, and would need {others} to become one again. You could "
    "still {may}."
)
NEW_ROLE = "“{username}” would be allowed to {may}."
WHOEVER_RUNS_THE_SERVER = "whoever runs the server"

# What is asked before the facts about the practice are changed
NOTICES_ELSEWHERE = "Notices from the site, such as of new enquiries, would go to {after} and no longer to {before}."
NOTICES_NOWHERE = "Notices from the site, such as of new enquiries, would go to nobody."

# What is said about signing in
SECOND_FACTOR_ADDED = "It is set up. From now on you’re asked for it when you sign in."
SECOND_FACTOR_REMOVED = "It is removed."
LAST_SECOND_FACTOR = "This is your only second step, which this site needs. Set up another one first."
RECOVERY_CODE_USED = "You signed in with a recovery code. {left} are left. Set up another phone here if yours is lost."
OTHER_SESSIONS_ENDED = "You’re signed out everywhere else."
SESSION_ENDED = "That session has ended."
PASSWORD_SET = "Your new password is set. Sign in with it."  # noqa: S105 (a sentence)
