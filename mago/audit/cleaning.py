"""What a client sent becomes text that any database keeps, and that gives no secret away."""

import re
from collections.abc import Mapping
from functools import lru_cache
from json.encoder import encode_basestring as quoted

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


def written_detail(value: object, depth: int = DEPTH_LIMIT) -> str:
    """`value` as canonical JSON (docs/audit-format.md), without secrets, and small.

    Cleaned and written in one pass, as each event comes by here. Numbers are whole, as each database
    spells others in its own way.

    >>> written_detail({"password": "x", "before": {"share": 0.5, "by": None}, "reset_code": 123456})
    '{"before":{"by":null,"share":"0.5"},"password":"[masked]","reset_code":"[masked]"}'
    """
    if type(value) is str:
        return quoted(_clean_value(value))
    if value is None:
        return "null"
    if isinstance(value, int):
        if isinstance(value, bool):
            return "true" if value else "false"
        if abs(value) < 2**53:
            return str(int(value))
    elif depth and isinstance(value, dict | Mapping):
        named = {clean_text(name, 64): item for name, item in list(value.items())[:ITEM_LIMIT]}
        items = [f"{quoted(name)}:{_masked(name, named[name], depth)}" for name in sorted(named)]
        return f"{{{','.join(items)}}}"
    elif depth and isinstance(value, list | tuple | set | frozenset):
        return (
            f"[{','.join([written_detail(item, depth - 1) for item in list(value)[:ITEM_LIMIT]])}]"
        )
    return quoted(_clean_value(clean_text(value)))


def _clean_value(text: str) -> str:
    return MASKED if len(text) >= _SHORTEST and _LOOKS_SECRET.search(text) else clean_text(text)


def _masked(name: str, item: object, depth: int) -> str:
    if _is_secret(name) and item is not None and not isinstance(item, bool):
        return f'"{MASKED}"'
    return written_detail(item, depth - 1)
