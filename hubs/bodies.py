"""JSON objects that hubs send, with a limit on their size."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mago.core.errors import Refused, TooLarge

from . import scram
from .views.answers import read_body


def read_object(request: HttpRequest, most: int = 0) -> dict[str, Any]:
    """The JSON object of a request; Refused for anything else, TooLarge beyond `most` bytes."""
    raise NotImplementedError
