"""Reduce the content type of a request to what a form of this site needs."""

import re
from collections.abc import Callable
from typing import Any

BOUNDARY = re.compile(r""";\s*boundary="?([\w'()+,./:=? -]{1,70})"?\s*(?:;|$)""", re.ASCII | re.IGNORECASE)


def plain_content_type(application: Callable) -> Callable:
    """Wrap a WSGI application: of the content type, keep what a form of this site needs.

    Django looks up the charset that is named there while it makes the request, before any middleware could help.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable) -> Any:
        if content_type := environ.get("CONTENT_TYPE"):
            media_type = content_type.partition(";")[0].strip().lower()
            boundary = BOUNDARY.search(content_type)
            environ["CONTENT_TYPE"] = f'{media_type}; boundary="{boundary[1]}"' if boundary else media_type
        return application(environ, start_response)

    return wrapped
