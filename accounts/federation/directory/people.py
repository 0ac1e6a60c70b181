"""From an entry to what is asserted of a person. Pure.

A person is known by an identifier that stays with them for good, such as entryUUID or objectGUID, and
never by their name in the directory (DN), which changes with their name or department.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from accounts.federation.enterprise import mapping as rules
from accounts.federation.enterprise.asserted import Asserted

from . import standing
from .client import Entry

# What somebody is called where nothing else was chosen (RFC 2798).
MAPPING = {
    "email": "mail",
    "name": "displayName",
    "first_name": "givenName",
    "last_name": "sn",
}
_OBJECT_GUID = "objectguid"
# What is shown of an entry beside what was chosen.
_ALSO = ("cn", "uid", "memberOf", "modifyTimestamp", "whenChanged")


def mapping_of(chosen: Mapping[str, str]) -> dict[str, str]:
    """What each field is told by; `chosen` in the place of the usual."""
    return {**MAPPING, **{name: value for name, value in chosen.items() if value}}


def attributes_for(subject: str, chosen: Mapping[str, str]) -> tuple[str, ...]:
    """What has to be read of a person."""
    asked = (subject, *mapping_of(chosen).values(), *_ALSO, *standing.ATTRIBUTES)
    return tuple(dict.fromkeys(asked))


def subject_of(entry: Entry, attribute: str) -> str:
    """The identifier as text; "" where the entry has none, or more than one."""
    values = entry.values(attribute)
    if len(values) != 1 or not values[0]:
        return ""
    if attribute.lower() == _OBJECT_GUID and len(values[0]) == 16:
        # Active Directory writes it so that everybody reads the same (MS-DTYP section 2.3.4).
        return str(UUID(bytes_le=values[0]))
    try:
        text = values[0].decode()
    except UnicodeDecodeError:
        return values[0].hex()
    return text if text.isprintable() else values[0].hex()


def issuer_of(attribute: str) -> str:
    """In whose words a subject is written: another attribute, or another directory, names other people."""
    return f"ldap:{attribute.lower()}"


def asserted_of(
    entry: Entry, *, subject: str, chosen: Mapping[str, str], groups: Iterable[str]
) -> Asserted:
    """What the directory says of whoever this entry is."""
    used = mapping_of(chosen)
    told = {
        name: tuple(entry.texts(name)) for name in {*used.values(), *_ALSO} if entry.values(name)
    }
    name = rules.name_of(told, used) or entry.text("cn")
    return Asserted(
        issuer=issuer_of(subject),
        subject=subject_of(entry, subject),
        email=rules.email_of(told, used),
        name=name[:150],
        attributes=told | {"dn": (entry.dn,)},
        groups=tuple(groups),
    )
