"""Which version of a thing a client has seen, and that a write changes that version and no other (RFC 9110, section 13)."""

import hashlib
import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from mago.core.errors import Refused


class PreconditionRequired(Refused):
    """RFC 6585, section 3."""

    status = 428
    code = "if_match_required"
    detail = _("Say with If-Match which version you change: the ETag that you read.")


class PreconditionFailed(Refused):
    status = 412
    code = "if_match_failed"
    detail = _("Somebody has changed this since you read it. Read it again.")


def etag_of(content: dict[str, Any], changing: tuple[str, ...] = ()) -> str:
    """The strong tag of a representation, leaving out what changes by itself.

    >>> etag_of({"name": "Hall", "seen": 1}, ("seen",)) == etag_of({"name": "Hall", "seen": 2}, ("seen",))
    True
    """
    kept = {name: value for name, value in content.items() if name not in changing}
    text = json.dumps(kept, cls=JSONEncoder, sort_keys=True, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def demand_match(request: Request, etag: str, *, required: bool) -> None:
    """PreconditionFailed unless If-Match names this version; PreconditionRequired where it must be sent and is not."""
    sent = request.headers.get("If-Match")
    if sent is None:
        if required:
            raise PreconditionRequired
        return
    # A weak tag never matches here (section 13.1.1).
    if sent.strip() != "*" and etag not in _tags(sent):
        raise PreconditionFailed


def is_known(request: Request, etag: str) -> bool:
    """Whether If-None-Match says that the client has this version; compared weakly (section 13.1.2)."""
    sent = request.headers.get("If-None-Match", "")
    return sent.strip() == "*" or etag in {tag.removeprefix("W/") for tag in _tags(sent)}


def _tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",")]
