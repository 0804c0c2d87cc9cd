"""The site's settings on a public host, for `manage.py check --deploy --settings=tests.production_settings`."""

import os

from tests.environment import PRODUCTION

os.environ.update(PRODUCTION, DATABASE_URL="sqlite://:memory:")

from practice.settings import *  # noqa: F403 (they read the environment, so it comes first)
