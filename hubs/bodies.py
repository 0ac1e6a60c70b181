"""JSON objects that hubs send, each with a limit on its size."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mago.core.errors import Refused, TooLarge

LONGEST = 8192


def read_object(request: HttpRequest, most: int = LONGEST) -> dict[str, Any]:
    """The JSON object of a request; TooLarge beyond `most` bytes, Refused for anything else."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > most:
            raise TooLarge
        body = json.loads(request.body)
    except (ValueError, RecursionError, OSError):
        raise Refused(_("The body must be a JSON object.")) from None
    if not isinstance(body, dict):
        raise Refused(_("The body must be a JSON object."))
    return body
