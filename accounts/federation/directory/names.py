"""Distinguished names (RFC 4514), as far as they are compared. Pure."""

import re

_ESCAPED = re.compile(r"\\([0-9a-fA-F]{2})|\\(.)", re.DOTALL)
_MEANS_SOMETHING = ',+"\\<>;=#'


def normal(name: str) -> str:
    r"""The same text for two spellings of one name: case, spaces around , and =, and ways of escaping count for nothing.

    >>> normal(r"CN=Smith\, Ann , OU = People") == normal(r"cn=smith\2c ann,ou=people")
    True
    """
    return ",".join(_part(part) for part in _split(name, ","))


def is_below(name: str, base: str) -> bool:
    """Whether `name` is `base`, or lies below it."""
    one, other = normal(name), normal(base)
    return one == other or one.endswith(f",{other}")


def _part(part: str) -> str:
    pairs = []
    for pair in _split(part, "+"):
        attribute, _, value = pair.partition("=")
        pairs.append(f"{attribute.strip().casefold()}={_value(value)}")
    return "+".join(sorted(pairs))


def _value(value: str) -> str:
    trimmed = value.strip()
    if trimmed.endswith("\\") and len(value.lstrip()) > len(trimmed):
        trimmed += " "  # An escaped space at the end belongs to the value.
    raw = bytearray()
    last = 0
    for found in _ESCAPED.finditer(trimmed):
        raw += trimmed[last : found.start()].encode("utf-8", "surrogatepass")
        raw += bytes.fromhex(found[1]) if found[1] else found[2].encode("utf-8", "surrogatepass")
        last = found.end()
    raw += trimmed[last:].encode("utf-8", "surrogatepass")
    plain = " ".join(raw.decode("utf-8", "replace").casefold().split())
    return "".join(f"\\{c}" if c in _MEANS_SOMETHING else c for c in plain)


def _split(text: str, mark: str) -> list[str]:
    """The parts between marks that are not escaped."""
    parts, start, here = [], 0, 0
    while here < len(text):
        if text[here] == "\\":
            here += 1
        elif text[here] == mark:
            parts.append(text[start:here])
            start = here + 1
        here += 1
    return [*parts, text[start:]]
