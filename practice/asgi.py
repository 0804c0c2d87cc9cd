"""The ASGI application that `manage.py serve` serves; like practice.wsgi, it refuses to start with unsafe settings."""

from practice import wsgi
from practice.buffering import BufferedApplication

application = BufferedApplication(wsgi.application)
