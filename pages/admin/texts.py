"""The messages of the pages' admin, so that code and tests share one wording."""

# The editor
DRAFT_SAVED = "Draft of “{page}” saved. Visitors will not see it until you publish."
DRAFT_RESTORED = "This is what you wrote earlier. It has not been saved yet: check it, then save it."
FORMATTING_LOST = (
    "“{block}” has more formatting than one block can hold, so it was saved as plain paragraphs. Every word has been "
    "kept; its headings, lists, tables, links, bold and italics have not. To keep them, paste the original again in "
    "smaller parts, each into its own block."
)
SAVED_ELSEWHERE = (
    "This page was saved in another tab or by someone else while you were writing. Nothing is lost: your text is in "
    "the fields, and the other version is shown above them. Saving again keeps yours."
)
UNPUBLISHED = "“{page}” is no longer on the site. Your draft has been kept."
REMOVED = "“{page}” has been removed. You can restore it: it is in the list under “Removed”."
ADDRESS_GONE = "Visitors who open {path} will read that the page has been taken down."
MENU_ENTRY_GONE = {
    "main": "It leaves the main menu.",
    "footer": "It leaves the footer of every page.",
}
SCHEDULE_ENDS = "The revision that was to go live on {moment} won’t."
LINK_GONE = "“{page}” links to it. The words stay there, without the link."
PAGES_BELOW_STAY = "{pages} below it will stay on the site."
DRAFT_STAYS = "Your draft is kept, and you can publish it again."
CAN_BE_RESTORED = "You can restore it as a draft: it will be in the list under “Removed”."
RESTORED = "“{page}” is back as a draft. Publish it when visitors should see it."

# Publishing
PUBLISHED = "Published: visitors now see {revision} of “{page}”."
SCHEDULED = "“{page}” will go live on {moment}. You do not need to do anything else."
UNSCHEDULED = "Scheduled publication cancelled. Your draft is unchanged."
UNDONE = "Undone: visitors see what they saw before. Your draft is unchanged."
FINDING_DISMISSED = "Your reason has been saved with the page."
FINDING_NOT_DISMISSED = "Your reason was not saved: {errors}"
FACT_USED = "Done: the page now shows {fact}, and will follow when you change it on your desk."
FACT_NOT_USED = "That place cannot hold a fact. Change the words in the editor."
DAY_WITH_NOW = "You entered a day, but chose “Now”. Which do you mean?"
DAY_MISSING = "Enter the day and time when visitors should see it."
FAR_AHEAD = "Visitors won’t see it before {moment}. That is more than a year from now."
DAY_INVALID = "Enter a day and a time, such as 07/12/2026 09:00."
REASON_MISSING = "Say why it may stay."

# Revisions
REVISION_RESTORED = (
    "Revision {number} is now your draft; your previous draft has been kept as a revision. "
    "Visitors will not see it until you publish."
)

# Preview links
SHARE_LINK_CREATED = "The link is ready. Copy it and send it to whoever should read the draft."
SHARE_LINK_REVOKED = "That link no longer works."

# Web address and menus
PATH_CHANGED = "“{page}” has its new web address. The old one redirects to it."
PATH_UNCHANGED = "The page already has that address."
PATH_TOO_LONG = "The address of a page below it would be longer than 1,000 characters."
MOVED = "“{page}” moved {direction}."
MENU_CHANGED = {
    "none": "“{page}” is no longer in a menu. Its address still works.",
    "main": "“{page}” is now in the main menu.",
    "footer": "“{page}” is now in the footer of every page.",
}

# Importing a document
IMPORTED = "“{page}” is now a draft. Check it; visitors will see it once you publish it."
LEFT_OUT = "Left out or changed:"
FILE_AND_TEXT = "Choose a file or paste a text, not both."
NO_FILE_OR_TEXT = "Choose a file, or paste a text below."
FILE_NAME_TOO_LONG = "The name of this file is too long. Give it a shorter one."

# Pictures
PICTURE_MISSING = "Choose a picture, or add one from this device."
ALT_AND_DECORATIVE = "Either describe the picture or mark it as decorative, not both."
