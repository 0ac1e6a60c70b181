"""Filters (RFC 4515), put together so that what somebody typed is a value in them and never a part of them. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from mago.core.errors import Refused

# LDAP_MATCHING_RULE_IN_CHAIN: Active Directory walks through groups in groups by itself.
IN_CHAIN = "1.2.840.113556.1.4.1941"
_PLAIN = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._@-")
_PLACES = ("{login}", "{name}")


def escape(value: str | bytes) -> str:
    r"""`value` as a filter writes it. Every byte that could mean something is written in hexadecimal.

    >>> escape("Grace (Hopper) *"), escape("*)(uid=*")
    ('Grace\\20\\28Hopper\\29\\20\\2a', '\\2a\\29\\28uid\\3d\\2a')
    """
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return "".join(chr(byte) if byte in _PLAIN else f"\\{byte:02x}" for byte in raw)


def for_login(template: str, login: str) -> str:
    r"""The template with what somebody typed: {login} is all of it, {name} what is before the last @.

    >>> for_login("(|(mail={login})(uid={name}))", "ada@example.com")
    '(|(mail=ada@example.com)(uid=ada))'
    """
    name = login.rpartition("@")[0] or login
    return template.replace("{login}", escape(login)).replace("{name}", escape(name))


def equals(attribute: str, value: str | bytes) -> str:
    return f"({attribute}={escape(value)})"


def in_chain(attribute: str, value: str) -> str:
    return f"({attribute}:{IN_CHAIN}:={escape(value)})"


def both(*filters: str) -> str:
    """What all of them find; "" ones are left out."""
    return _joined("&", filters)


def either(filters: Iterable[str]) -> str:
    return _joined("|", filters)


def changed_since(attribute: str, moment: datetime) -> str:
    """Entries that were changed at `moment` or later (generalized time, RFC 4517 section 3.3.13)."""
    return f"({attribute}>={moment.astimezone(UTC):%Y%m%d%H%M%S}.0Z)"


def _joined(operator: str, filters: Iterable[str]) -> str:
    given = [one for one in filters if one]
    return given[0] if len(given) == 1 else f"({operator}{''.join(given)})"


def check(filter: str, *, is_template: bool = False) -> None:
    """Refused unless it reads as a filter, and as a template names where the login goes."""
    text = filter
    for place in _PLACES:
        text = text.replace(place, "x" if is_template else place)
    if is_template and text == filter:
        raise Refused(
            _("Write {login} where the name that somebody types belongs."), code="bad_filter"
        )
    if "{" in text or _end_of(text, 0) != len(text):
        raise Refused(
            _("This is no filter. One looks like this: (objectClass=person)"), code="bad_filter"
        )


def _end_of(text: str, start: int, depth: int = 0) -> int:
    """Where the filter that begins at `start` has ended; -1 where none begins there."""
    if depth > 20 or text[start : start + 1] != "(":
        return -1
    here = start + 1
    if text[here : here + 1] in ("&", "|", "!"):
        is_not, here, count = text[here] == "!", here + 1, 0
        while text[here : here + 1] == "(":
            here, count = _end_of(text, here, depth + 1), count + 1
            if here < 0:
                return -1
        is_right = count == 1 if is_not else count > 0
    else:
        end = min((text.find(mark, here) for mark in "()" if mark in text[here:]), default=-1)
        is_right = end > here and "=" in text[here + 1 : end]
        here = end
    return here + 1 if is_right and text[here : here + 1] == ")" else -1
