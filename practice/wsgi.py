"""Serves the site; refuses to start with unsafe settings."""

import os
import sys

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as problem:
    sys.exit(str(problem))

if problems := [message for message in checks.run_checks() if message.is_serious()]:
    sys.exit("\n".join(f"{message.msg} {message.hint or ''}".strip() for message in problems))
