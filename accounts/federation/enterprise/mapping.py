"""From a provider's attributes to name, address and groups. Pure.

A mapping names, for each of `FIELDS`, the attribute that tells it, and no rule beyond that: what cannot be
told by one attribute is told by the provider's own rules. Names count exactly, as several providers
have some that differ by case only.
"""

from collections.abc import Mapping
from typing import Any

FIELDS = ("email", "name", "first_name", "last_name", "groups")
Attributes = Mapping[str, tuple[str, ...]]


def values_of(attributes: Attributes, mapping: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """What is told of `field`; () where the mapping names no attribute for it, or the provider does not tell.

    >>> values_of({"mail": ("a@example.com",)}, {"email": "mail"}, "email")
    ('a@example.com',)
    """
    name = mapping.get(field)
    return tuple(attributes.get(name, ())) if isinstance(name, str) and name else ()


def email_of(attributes: Attributes, mapping: Mapping[str, Any]) -> str:
    """The address, "" for none."""
    return _first(attributes, mapping, "email").strip()


def name_of(attributes: Attributes, mapping: Mapping[str, Any]) -> str:
    """What the person is called: by one attribute, or by first and last name."""
    whole = _first(attributes, mapping, "name").strip()
    parts = (_first(attributes, mapping, part).strip() for part in ("first_name", "last_name"))
    return (whole or " ".join(filter(None, parts)))[:150]


def groups_of(attributes: Attributes, mapping: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values_of(attributes, mapping, "groups")))


def _first(attributes: Attributes, mapping: Mapping[str, Any], field: str) -> str:
    return next(iter(values_of(attributes, mapping, field)), "")
