"""Restore a backup into the empty database at DATABASE_URL, and print what is in it then; see copies.py.

Which backup, and the secret key that opens it, come as JSON on standard input.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import django


def main() -> None:
    job = json.load(sys.stdin)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
    django.setup()
    json.dump(result_of(job), sys.stdout)


def result_of(job: dict[str, Any]) -> dict[str, Any]:
    from django.conf import settings  # these need the settings, so they come after setup()
    from django.db import OperationalError

    from practice.backups import restoring
    from practice.backups.copies import PLACES
    from practice.backups.errors import BackupError

    if job["database_url"] != settings.DATABASE_URL:
        return {"problem": "The settings name another database than the one to fill."}
    try:
        with Path(job["file"]).open("rb") as source, tempfile.TemporaryFile(dir=settings.VAR_DIR) as scratch:
            in_file, in_tables = restoring.fill(source, scratch, job["identities"])
    except BackupError as problem:
        return {"problem": str(problem)}
    except OSError as problem:
        return {"problem": f"The backup could not be read: {problem.strerror}."}
    except OperationalError as problem:  # of a server that can't be reached, or a disk that is full; no row is in it
        return {"problem": f"The database could not be used: {str(problem).strip().partition(chr(10))[0]}"}
    except Exception as problem:
        return {"problem": f"The backup could not be restored ({type(problem).__name__})."}
    return {name: vars(found) for name, found in zip(PLACES, (in_file, in_tables), strict=True)}


if __name__ == "__main__":
    main()
