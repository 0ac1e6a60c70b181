"""What a client sent becomes text that any database keeps, and that gives no secret away."""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring as quoted
from typing import Any

MASKED = "[masked]"
_MASK = quoted(MASKED)
TEXT_LIMIT = 500
# Of the reason that somebody gives, in forms, in the API and in the rows that keep it.
LONGEST_REASON = 300
ITEM_LIMIT = 50
# A condition, which may be six deep, is told whole: as lists in objects in `before` and `after`.
DEPTH_LIMIT = 20
_CUT = "…"

_SECRET = re.compile(
    r"passw|passphrase|secret|token|code|key|cookie|authori[sz]ation|credential|csrf|otp|(^|_)pin(_|$)"
    r"|private|seed|assertion",
    re.IGNORECASE,
)
# What is a secret by its looks, whatever its name: keys, tokens and links that carry one.
_LOOKS_SECRET = re.compile(
    r"\b(?:Bearer|Basic)\s+[\w.~+/=-]{12}|\bwhsec_\w|\beyJ[\w-]{8,}\.[\w-]+\.|PRIVATE KEY-|\botpauth:"
    r"|[?&#;](?:\w*token|code|key|password|secret|otp|assertion)=[^&\s]|://[^/\s:@]+:[^/\s@]+@",
    re.IGNORECASE,
)
_SHORTEST = 12
_OBJECTS, _LISTS = (dict, Mapping), (list, tuple, set, frozenset)
# Control characters become their pictures (U+2400 …), so that one still sees what was sent.
_VISIBLE: dict[int, int] = {
    **{n: 0x2400 + n for n in range(0x20)},
    0x7F: 0x2421,
    # C1 controls, line separators, marks that turn the direction of text, halves of characters.
    **dict.fromkeys(
        (*range(0x80, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD
    ),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}


def clean_text(value: object, limit: int = TEXT_LIMIT) -> str:
    """`value` as one line of at most `limit` characters; what was cut ends in an ellipsis.

    >>> clean_text("alice\\nroot signed in")
    'alice␊root signed in'
    >>> clean_text("abcdef", 4)
    'abc…'
    """
    if type(value) is str and len(value) <= limit and value.isprintable():
        return value
    try:
        text = str(value)
    except Exception:  # noqa: BLE001 - that a thing cannot be shown is no reason to lose the event
        text = f"<{type(value).__name__}>"
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return text if text.isprintable() else text.translate(_VISIBLE)


def written_detail(value: object, depth: int = DEPTH_LIMIT) -> str:
    """`value` as canonical JSON (docs/audit-format.md), without secrets, and small.

    Cleaned and written in one pass, as each event comes by here. Numbers are whole, as each database
    spells others in its own way.

    >>> written_detail({"password": "x", "before": {"share": 0.5, "by": None}, "reset_code": 123456})
    '{"before":{"by":null,"share":"0.5"},"password":"[masked]","reset_code":"[masked]"}'
    """
    if type(value) is not str:
        if (told := _written_other(value, depth)) is not None:
            return told
        value = clean_text(value)
    elif len(value) < _SHORTEST and value.isprintable():
        return quoted(value)
    if len(value) >= _SHORTEST and _LOOKS_SECRET.search(value):
        return _MASK
    return quoted(clean_text(value))


def _written_other(value: object, depth: int) -> str | None:
    """The same for what is no text; None where its text is all that can be told."""
    if isinstance(value, int):
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(int(value)) if abs(value) < 2**53 else None
    if value is None:
        return "null"
    if isinstance(value, _OBJECTS):
        return written_object(value, depth) if depth else quoted(_CUT)
    if isinstance(value, _LISTS):
        return _written_list(list(value), depth) if depth else quoted(_CUT)
    return None


def _written_list(values: list[Any], depth: int) -> str:
    items = [written_detail(item, depth - 1) for item in values[:ITEM_LIMIT]]
    if (more := len(values) - ITEM_LIMIT) > 0:
        items.append(quoted(f"{_CUT} +{more}"))
    return f"[{','.join(items)}]"


def written_object(value: Mapping[Any, Any], depth: int = DEPTH_LIMIT) -> str:
    """As `written_detail`, of names and values."""
    members: dict[str, str] = {}
    for name, item in islice(value.items(), ITEM_LIMIT):
        is_short = type(name) is str and len(name) <= 64
        clean, begin, is_secret = _name(name if is_short else clean_text(name, 64))
        if is_secret and item is not None and not isinstance(item, bool):
            members[clean] = begin + _MASK
        else:
            members[clean] = begin + written_detail(item, depth - 1)
    if (more := len(value) - ITEM_LIMIT) > 0:
        members[_CUT] = f"{quoted(_CUT)}:{quoted(f'+{more}')}"
    return f"{{{','.join(map(members.__getitem__, sorted(members)))}}}"


@lru_cache(maxsize=1024)
def _name(name: str) -> tuple[str, str, bool]:
    """A name made clean, the beginning of its member in JSON, and whether it speaks of a secret."""
    clean = clean_text(name, 64)
    return clean, f"{quoted(clean)}:", _SECRET.search(clean) is not None
