"""The place in a list that a client is given to go on from: opaque, and good for that list only.

The mark keeps somebody from writing a place of their own, and with it from asking for orders and values that no
page ever showed them.
"""

import base64
import hmac

from django.utils.translation import gettext as _

from mago.core import crypto
from mago.core.errors import Refused

PURPOSE = "api cursor"
_MARK = 32  # characters: 24 of the 32 bytes of an HMAC-SHA256


class BadCursor(Refused):
    code = "bad_cursor"


def signed(place: str, path: str) -> str:
    """`place`, as `mago.core.keyset` writes one, marked as ours in the list at `path`."""
    return _mark(crypto.mac(_message(place, path), purpose=PURPOSE)) + place


def place_in(cursor: str, path: str) -> str:
    """The place that was signed for this list; BadCursor for whatever else."""
    mark, place = cursor[:_MARK], cursor[_MARK:]
    known = crypto.macs(_message(place, path), purpose=PURPOSE)
    if not any(_same(mark, _mark(one)) for one in known):
        words = _("This page does not exist. Go back to the first.")
        raise BadCursor(words, fields={"cursor": [words]})
    return place


def _message(place: str, path: str) -> bytes:
    return f"{path}\x1f{place}".encode("utf-8", "surrogatepass")


def _mark(tag: bytes) -> str:
    return base64.urlsafe_b64encode(tag[:24]).decode()


def _same(sent: str, ours: str) -> bool:
    return hmac.compare_digest(sent.encode("utf-8", "surrogatepass"), ours.encode())
