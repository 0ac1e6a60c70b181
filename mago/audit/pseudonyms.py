"""The trail names nobody: people stand in it by their key, and other personal text by a pseudonym.

What is behind a pseudonym lies in a table beside the trail, whose rows can be deleted, as the trail's cannot
(docs/decisions/0014). The hashes cover pseudonyms, so the trail verifies with or without that table.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mago.core import crypto
from mago.core.holdings import naming
from mago.core.sql import Statement

from .models import AuditEvent, AuditName

# Every character that Django lets into the local part of an address; of a domain, those of any language.
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]*\w")
_PSEUDONYM = re.compile(r"\bname-[0-9a-f]{20}\b")
_LONGEST = 254
_INSERT = Statement(
    f"INSERT INTO {AuditName._meta.db_table} (pseudonym, text, person_id, recorded_on) "  # noqa: S608 - our own names
    "VALUES (%s, %s, %s, %s)"
)
_REMEMBERED = 10_000
# What this process has committed, and on which day: of each text a row a day is enough to know its last use.
_known: dict[str, Any] = {}
# What the transaction that is under way has written already (`written`).
_written: ContextVar[frozenset[str]] = ContextVar("written", default=frozenset())


def hide_addresses(text: str) -> str:
    """`text` with a pseudonym for each e-mail address in it."""
    return _ADDRESS.sub(lambda found: pseudonym(found[0].lower()), text) if "@" in text else text


def pseudonym(text: str, *, of: Any = None) -> str:
    """What stands in the trail for a personal text; the text is deleted with everything `of` that person.

    The same for the same text of the same person, so that events can be told to belong together.
    """
    if not text:
        return ""
    owner = getattr(of, "pk", None)
    name = _pseudonym(text, owner)
    today = timezone.now().date()
    if _known.get(name) != today and name not in _written.get():
        _INSERT.run([name, text[:_LONGEST], owner, today])
        transaction.on_commit(lambda: _remember(name, today))
    return name


@contextmanager
def written(texts: Iterable[str]) -> Iterator[None]:
    """What is behind the pseudonyms of addresses in these texts is written at once, and by no event inside the block."""
    addresses = {found.lower() for text in texts for found in _ADDRESS.findall(text)}
    names = {_pseudonym(address, None): address for address in addresses}
    today = timezone.now().date()
    new = {name: text for name, text in names.items() if _known.get(name) != today}
    AuditName.objects.bulk_create(
        AuditName(pseudonym=name, text=text[:_LONGEST], recorded_on=today)
        for name, text in new.items()
    )
    transaction.on_commit(lambda: _remember_all(new, today))
    token = _written.set(frozenset(names))
    try:
        yield
    finally:
        _written.reset(token)


@lru_cache(maxsize=1024)
def _pseudonym(text: str, owner: UUID | None) -> str:
    message = f"{owner or ''}\0{text}".encode("utf-8", "replace")
    return f"name-{crypto.mac(message, purpose='audit name').hex()[:20]}"


def _remember_all(names: Iterable[str], today: Any) -> None:
    for name in names:
        _remember(name, today)


def _remember(name: str, today: Any) -> None:
    if len(_known) >= _REMEMBERED:
        _known.clear()
    _known[name] = today


class Names:
    """What is behind the keys and pseudonyms of some events; read when first asked, for all of them at once."""

    def __init__(self, events: Iterable[AuditEvent]) -> None:
        self._events = list(events)
        self._read: tuple[dict[UUID, str], dict[str, str]] | None = None

    def person(self, key: UUID | None) -> str:
        """The address of a person; their key, where they are gone; "" for nobody."""
        return self._people.get(key, str(key)) if key else ""

    def told(self, text: str) -> str:
        """`text` with what is behind its pseudonyms, as far as that is known still."""
        return _PSEUDONYM.sub(lambda found: self._texts.get(found[0], found[0]), text)

    def told_of(self, value: Any) -> Any:
        """The same for a text at any depth of a detail."""
        if isinstance(value, str):
            return self.told(value)
        if isinstance(value, dict):
            return {self.told(name): self.told_of(item) for name, item in value.items()}
        return [self.told_of(item) for item in value] if isinstance(value, list) else value

    def thing(self, text: str) -> str:
        """What is behind an identifier; itself, where that is nobody's that these events name."""
        return self._addresses.get(text) or self._texts.get(text, text)

    def of(self, person_id: UUID, texts: Collection[str]) -> "Names":
        """The same, but that nothing is told of what is neither the person's own nor one of `texts`."""
        people, known = self._both
        narrowed = Names(())
        narrowed._read = (
            {key: email for key, email in people.items() if key == person_id},
            {
                name: text
                for name, text in known.items()
                if text in texts or name == _pseudonym(text, person_id)
            },
        )
        return narrowed

    def within(self, event: AuditEvent) -> dict[str, str]:
        """Each key and pseudonym of one event that is known, with what is behind it."""
        people = {str(key): self._people[key] for key in _people_in(event) if key in self._people}
        return people | {
            name: self._texts[name] for name in _names_in(event) if name in self._texts
        }

    @property
    def _people(self) -> dict[UUID, str]:
        return self._both[0]

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return {str(key): email for key, email in self._people.items()}

    @property
    def _texts(self) -> dict[str, str]:
        return self._both[1]

    @property
    def _both(self) -> tuple[dict[UUID, str], dict[str, str]]:
        if self._read is None:
            keys = {key for event in self._events for key in _people_in(event)}
            names = {name for event in self._events for name in _names_in(event)}
            self._read = (_emails(keys), _texts(names))
        return self._read


def _emails(keys: set[UUID]) -> dict[UUID, str]:
    people = get_user_model()._default_manager.filter(pk__in=keys)
    return dict(people.values_list("pk", "email")) if keys else {}


def _texts(names: set[str]) -> dict[str, str]:
    rows = AuditName.objects.filter(pseudonym__in=names)
    return dict(rows.values_list("pseudonym", "text")) if names else {}


def _people_in(event: AuditEvent) -> Iterator[UUID]:
    yield from (key for key in (event.actor_id, event.on_behalf_of_id) if key)
    if event.target_type == get_user_model()._meta.label_lower:
        try:
            yield UUID(event.target_id)
        except ValueError:
            return


def _names_in(event: AuditEvent) -> Iterator[str]:
    for text in (event.actor_label, event.target_label, str(event.detail)):
        if "name-" in str(text):
            yield from _PSEUDONYM.findall(str(text))


def found_by(text: str) -> tuple[list[UUID], list[str]]:
    """People and pseudonyms with this address, or this text: what to look for in the trail instead."""
    exact = text.lower()
    people = get_user_model()._default_manager.filter(email=exact).values_list("pk", flat=True)
    rows = AuditName.objects.filter(Q(text=exact) | Q(text=text)).order_by()
    return list(people), list(rows.values_list("pseudonym", flat=True).distinct()[:100])


def erase(person_id: UUID, texts: Iterable[str]) -> int:
    """Nothing is behind the person's pseudonyms any more, nor behind one whose text holds one of `texts`; rows."""
    theirs = Q(person_id=person_id)
    for text in texts:
        theirs |= naming("text", text)
    return AuditName.objects.filter(theirs).delete()[0]


def forget_before(moment: datetime) -> int:
    """Texts that no event since then has used are gone: with the events that did, which were let go."""
    return AuditName.objects.filter(recorded_on__lt=moment.date()).delete()[0]
