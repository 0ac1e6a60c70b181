"""What a client sent becomes text that any database keeps, and that gives no secret away."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

MASKED = "[masked]"
TEXT_LIMIT = 500
# Of the reason that somebody gives, in forms, in the API and in the rows that keep it.
LONGEST_REASON = 300
ITEM_LIMIT = 50
DEPTH_LIMIT = 4

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


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def clean_detail(value: object, depth: int = DEPTH_LIMIT) -> Any:
    """`value` in JSON's types, without secrets, and small.

    Numbers are whole, as each database spells others in its own way.

    >>> clean_detail({"before": {"name": "A", "password": "x"}, "share": 0.5, "reset_code": 123456})
    {'before': {'name': 'A', 'password': '[masked]'}, 'share': '0.5', 'reset_code': '[masked]'}
    """
    if value is None or isinstance(value, bool):
        return value
    if type(value) is str:
        return _clean_value(value)
    if isinstance(value, int) and abs(value) < 2**53:
        return int(value)
    if depth and isinstance(value, Mapping):
        return {name: _masked(name, item, depth) for name, item in _named(value)}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [clean_detail(item, depth - 1) for item in list(value)[:ITEM_LIMIT]]
    return _clean_value(clean_text(value))


def _clean_value(text: str) -> str:
    return MASKED if len(text) >= _SHORTEST and _LOOKS_SECRET.search(text) else clean_text(text)


def _named(value: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    return [(clean_text(name, 64), item) for name, item in list(value.items())[:ITEM_LIMIT]]


def _masked(name: str, item: object, depth: int) -> Any:
    if _is_secret(name) and item is not None and not isinstance(item, bool):
        return MASKED
    return clean_detail(item, depth - 1)
