"""Attributes by the names that the provider writes, and by those that people use for them."""

from functools import lru_cache

from .documents import Element, children
from .names import saml

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def attributes_of(assertion: Element) -> dict[str, tuple[str, ...]]:
    """All values of each attribute.

    Beside `urn:oid:0.9.2342.19200300.100.1.3` stands `mail`, where no attribute of that name was told: only
    what a name of the provider means by a standard is translated, and never its FriendlyName, which
    says nothing (Core, section 2.7.3.1).
    """
    found: dict[str, tuple[str, ...]] = {}
    for statement in children(assertion, saml("AttributeStatement")):
        for attribute in children(statement, saml("Attribute")):
            name = attribute.get("Name") or ""
            found[name] = found.get(name, ()) + _values(attribute)
    known = _known()
    for name in list(found):
        if (usual := known.get(name.lower())) and usual not in found:
            found[usual] = found[name]
    return found


def _values(attribute: Element) -> tuple[str, ...]:
    written = (
        "".join(value.itertext()).strip()
        for value in children(attribute, saml("AttributeValue"))
        if value.get(_NIL) not in ("true", "1")
    )
    return tuple(value for value in written if value)


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    """By its name in small letters: what pysaml2's maps of X.500 (as URI) and of AD FS call it."""
    from saml2.attributemaps import adfs_v20, saml_uri

    maps = (saml_uri.MAP, adfs_v20.MAP)
    return {name.lower(): usual for one in maps for name, usual in one["fro"].items()}
