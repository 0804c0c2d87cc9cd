"""The WSGI application. It refuses to start with unsafe settings."""

import os

from django.core.wsgi import get_wsgi_application

from practice import startup
from practice.content_type import plain_content_type

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

application = plain_content_type(startup.load(get_wsgi_application))
