"""A directory in memory, behind the seam `client.open_session`: entries, passwords, outages, and RFC 4515 read anew."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from accounts.federation.directory.client import (
    BindRefused,
    Cause,
    DirectoryFailed,
    Endpoint,
    Entry,
    Reason,
    Target,
)
from accounts.federation.directory.filters import IN_CHAIN
from accounts.federation.directory.names import is_below, normal

BASE, PEOPLE, GROUPS = "dc=mago,dc=test", "ou=people,dc=mago,dc=test", "ou=groups,dc=mago,dc=test"
READER, SECRET = f"cn=reader,{BASE}", "what only the reader knows"
Matcher = Callable[[Entry], bool]


def entry(dn: str, **values: str | bytes | list[str]) -> Entry:
    """An entry with these attributes."""
    lists = {k: v if isinstance(v, list) else [v] for k, v in values.items()}
    return Entry(
        dn,
        {
            name.lower(): tuple(one.encode() if isinstance(one, str) else one for one in found)
            for name, found in lists.items()
        },
    )


@dataclass
class FakeDirectory:
    """`asked` tells what came: who bound, what was searched for, and where."""

    entries: dict[str, Entry] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=lambda: {READER: SECRET})
    refusals: dict[str, Cause] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    # The server breaks off after so many entries.
    breaks_after: int | None = None

    def add(self, dn: str, password: str = "", **values: str | bytes | list[str]) -> Entry:
        made = self.entries[normal(dn)] = entry(dn, **values)
        if password:
            self.passwords[dn] = password
        return made

    def person(self, uid: str, password: str = "", **values: str | bytes | list[str]) -> Entry:
        given: dict[str, str | bytes | list[str]] = {
            "objectClass": ["person", "inetOrgPerson"],
            "uid": uid,
            "cn": uid.title(),
            "displayName": uid.title(),
            "mail": f"{uid}@example.com",
            "entryUUID": f"id-of-{uid}",
            "modifyTimestamp": "20260101000000Z",
        }
        return self.add(f"uid={uid},{PEOPLE}", password, **given | values)

    def group(self, cn: str, *members: str) -> Entry:
        dn = f"cn={cn},{GROUPS}"
        return self.add(dn, objectClass="groupOfNames", cn=cn, member=list(members))

    def remove(self, dn: str) -> None:
        del self.entries[normal(dn)]

    @contextmanager
    def session(
        self, target: Target, endpoint: Endpoint, *, longest: float
    ) -> Iterator["FakeSession"]:
        self.asked.append(("open", str(endpoint)))
        if str(endpoint) in self.dead:
            raise DirectoryFailed(Reason.CONNECT, "nobody answers", str(endpoint))
        if self.passwords.get(target.name) != target.password:
            raise DirectoryFailed(Reason.SERVICE_REFUSED, "49 invalidCredentials", str(endpoint))
        yield FakeSession(self)

    def binds(self) -> list[str]:
        return [what for how, what in self.asked if how == "bind"]


@dataclass
class FakeSession:
    directory: FakeDirectory

    def bind(self, dn: str, password: str) -> None:
        self.directory.asked.append(("bind", dn))
        assert password, "an empty password must not come so far"
        if self.directory.passwords.get(dn) != password:
            raise BindRefused(Cause.PASSWORD)
        if dn in self.directory.refusals:
            raise BindRefused(self.directory.refusals[dn])

    def search(
        self,
        base: str,
        filter: str,
        attributes: Sequence[str],
        *,
        most: int,
        only_base: bool = False,
    ) -> Iterator[Entry]:
        self.directory.asked.append(("search", filter))
        matches = matcher(filter, self.directory)
        wanted = {name.lower() for name in attributes}
        if base != BASE and normal(base) not in self.directory.entries and only_base:
            raise DirectoryFailed(Reason.NO_SUCH_BASE, "32 noSuchObject")
        for count, one in enumerate(list(self.directory.entries.values())):
            if count == self.directory.breaks_after:
                raise DirectoryFailed(Reason.LOST, "hung up")
            is_there = normal(one.dn) == normal(base) if only_base else is_below(one.dn, base)
            if is_there and matches(one):
                if most == 0:
                    raise DirectoryFailed(Reason.TOO_MANY, "more")
                most -= 1
                yield Entry(one.dn, {k: v for k, v in one.attributes.items() if k in wanted})


def matcher(filter: str, directory: FakeDirectory) -> Matcher:
    """What a filter means, read by the letter of RFC 4515 section 3; ValueError where it is none."""
    found, rest = _read(filter, directory)
    if rest:
        raise ValueError(f"more than a filter: {rest}")
    return found


def _read(text: str, directory: FakeDirectory) -> tuple[Matcher, str]:
    if not text.startswith("("):
        raise ValueError(text)
    text = text[1:]
    if text[0] in "&|!":
        operator, text, parts = text[0], text[1:], []
        while text.startswith("("):
            part, text = _read(text, directory)
            parts.append(part)
        if operator == "!":
            (only,) = parts
            return (lambda e: not only(e)), _closed(text)
        decide = all if operator == "&" else any
        return (lambda e: decide(part(e) for part in parts)), _closed(text)
    item, mark, rest = text.partition(")")
    if not mark or "(" in item:
        raise ValueError(text)
    return _item(item, directory), rest


def _closed(text: str) -> str:
    if not text.startswith(")"):
        raise ValueError(text)
    return text[1:]


def _item(item: str, directory: FakeDirectory) -> Matcher:
    name, _, value = item.partition("=")
    if name.endswith(":"):
        attribute, rule = name[:-1].split(":")
        assert rule == IN_CHAIN
        return lambda e: _is_in_chain(e, attribute, unescape(value).decode(), directory)
    if name.endswith(">"):
        return lambda e: any(one >= unescape(value) for one in e.values(name[:-1]))
    if value == "*":
        return lambda e: bool(e.values(name))
    pieces = [re.escape(unescape(piece).lower()) for piece in value.split("*")]
    pattern = re.compile(b".*".join(pieces), re.DOTALL)
    return lambda e: any(pattern.fullmatch(one.lower()) for one in e.values(name))


def _is_in_chain(group: Entry, attribute: str, dn: str, directory: FakeDirectory) -> bool:
    below, seen = [group], set()
    while below:
        one = below.pop()
        for member in one.texts(attribute):
            if normal(member) == normal(dn):
                return True
            if normal(member) in directory.entries and member not in seen:
                seen.add(member)
                below.append(directory.entries[normal(member)])
    return False


def unescape(value: str) -> bytes:
    """The bytes that an assertion value stands for; ValueError for what must have been escaped."""
    raw, here = bytearray(), 0
    while here < len(value):
        if value[here] == "\\":
            raw += bytes.fromhex(value[here + 1 : here + 3])
            here += 3
            continue
        if value[here] in "()*\0":
            raise ValueError(value)
        raw += value[here].encode()
        here += 1
    return bytes(raw)
