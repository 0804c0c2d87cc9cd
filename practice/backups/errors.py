"""Why a backup can't be made, tried or restored."""

from practice.command_line import command_line

NO_PUBLIC_KEY = "A public key of the backup is not an age key (age1…)."
NO_RECIPIENTS = (
    "A backup is always encrypted: set BACKUP_RECIPIENTS to the public key that "
    f"`{command_line('make_backup_key')}` prints."
)
NOT_OPENED = "The backup could not be opened: it is damaged, or made for another key."
DAMAGED = "The backup is damaged or cut off. Nothing was changed."
NEWER = "The backup was made by version {}, which has tables that this version doesn't know. Restore it with that one."
OTHER_FIELD_KEY = (
    "The backup was made with another FIELD_KEY. Set it to that key; if that is lost for good, --lost-key restores the "
    "rest."
)
NOT_EMPTY = "The database is not empty. Add --over to replace everything in it."
HAS_TABLES = "The database that is to be filled has tables already. Choose an empty one."


class BackupError(Exception):
    """The backup can't be made, tried or restored; the message is a sentence for whoever runs the site."""
