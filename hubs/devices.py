"""What a device says of itself, cleaned."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mago.core.errors import Refused
from mago.core.forms import unusable

from .models import LONGEST_SERIAL

LONGEST = {"model": 64, "serial": LONGEST_SERIAL, "firmware": 64}


@dataclass(frozen=True)
class Device:
    model: str
    serial: str
    firmware: str = ""


def read_device(sent: Any) -> Device:
    """The device of a JSON object; Refused beside each field that is missing, too long or no text."""
    if not isinstance(sent, dict):
        raise Refused(fields={"device": [_("An object is needed.")]})
    fields, wrong = {}, {}
    for name, longest in LONGEST.items():
        value = sent.get(name, "")
        fields[name] = value.strip() if isinstance(value, str) else value
        optional = name == "firmware" and fields[name] == ""
        if not optional and (why := wrong_text(fields[name], longest)):
            wrong[f"device.{name}"] = [why]
    if wrong:
        raise Refused(fields=wrong)
    return Device(**fields)


def wrong_text(value: Any, longest: int) -> str:
    """What is wrong with a line of text of at most `longest` characters, or ""."""
    if not isinstance(value, str) or not value:
        return _("A text is needed.")
    if len(value) > longest:
        return _("This is longer than %(most)s characters.") % {"most": longest}
    if unusable(value):
        return _("This contains characters that cannot be used here.")
    return ""
