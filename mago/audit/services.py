"""Events are recorded by whoever makes them happen, and sealed into the chain a moment later."""

import json
import logging
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model

from mago.core.context import Caller, caller
from mago.core.metrics import SIGN_INS, of

from . import canonical, marks, selectors, tallies
from .cleaning import clean_text, written_object
from .insertion import Entry, insert
from .models import AuditEvent, AuditLink, Outcome
from .pseudonyms import hide_addresses
from .tags import Tag
from .turns import turn

__all__ = ["ChainBroken", "Outcome", "Sealing", "Tag", "entry", "record", "seal"]

BATCH = 1000
# What monitoring counts as sign-ins of people.
_SIGN_INS = {
    Tag.SIGN_IN_SUCCEEDED.value: "succeeded",
    Tag.SIGN_IN_FAILED.value: "failed",
    Tag.FACTOR_FAILED.value: "failed",
    Tag.FEDERATED_SIGN_IN_FAILED.value: "failed",
    Tag.SIGN_IN_REFUSED.value: "refused",
    Tag.SIGN_IN_LIMITED.value: "limited",
}
# How far back, in event numbers, a run looks for events whose transaction ended after later ones.
LOOK_BACK = 10_000
# What the columns are given where an event names no person, and where it is about nothing.
_NOBODY, _NOTHING = (None, ""), ("", "", "")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asker:
    """Somebody by their key, where the account may be gone by now."""

    pk: UUID
    email: str = ""


def record(
    tag: Tag,
    *,
    actor: object | None = None,
    on_behalf_of: object | None = None,
    target: Model | None = None,
    outcome: Outcome = Outcome.SUCCESS,
    organization_id: UUID | None = None,
    **detail: Any,
) -> None:
    """The event stands in the trail, or goes with the caller's transaction if that is rolled back; see `entry`."""
    insert(_written(tag, actor, on_behalf_of, target, outcome, organization_id, detail))


def entry(
    tag: Tag,
    *,
    actor: object | None = None,
    on_behalf_of: object | None = None,
    target: Model | None = None,
    outcome: Outcome = Outcome.SUCCESS,
    organization_id: UUID | None = None,
    **detail: Any,
) -> Entry:
    """The event, for whoever writes it in the very statement that makes it true (`insertion.beside`).

    `actor` and `on_behalf_of` are people (or whatever has a UUID as `pk`) or None; `detail` is what
    else to know, such as `before` and `after`. Values of a name that speaks of a secret are masked,
    and odd text is made safe, so nothing that a client sent makes this fail. One INSERT, and one for
    each e-mail address in it of which the trail has not heard today (`pseudonyms.py`); other personal
    text is for the caller to give as a `pseudonym`.
    """
    return Entry(_written(tag, actor, on_behalf_of, target, outcome, organization_id, detail))


def _written(  # noqa: PLR0917 - by place, as each event passes here
    tag: Tag,
    actor: object | None,
    on_behalf_of: object | None,
    target: Model | None,
    outcome: Outcome,
    organization_id: UUID | None,
    detail: dict[str, Any],
) -> list[Any]:
    """What the columns of the event are given.

    The first event of a request finds nothing of this in the processor's caches, so that each function
    it passes takes ten times what it takes in a loop: there are few.
    """
    who = caller()
    if who.application:
        # First, as of a detail with very many members the last are cut.
        detail = {"through": who.application, **detail}
    told = written_object(detail)
    if "@" in told:
        # Encoded anew, as a name that was an address is sorted elsewhere now.
        told = canonical.encode(json.loads(hide_addresses(told)))
    columns: list[Any] = [
        canonical.now(),
        tag._value_,  # `value` is a property that takes longer than all else of this list.
        outcome._value_,
        *(_NOBODY if actor is None else _person(actor)),
        *(_NOBODY if on_behalf_of is None else _person(on_behalf_of)),
        *(_NOTHING if target is None else _thing(target)),
        None if organization_id is None else str(organization_id),
        *_place(who),
        told,
    ]
    columns.append(canonical.sign(columns))
    if result := _SIGN_INS.get(tag._value_):
        method = detail.get("method") or detail.get("kind") or detail.get("provider") or "any"
        of(SIGN_INS, str(method), result).inc()
    return columns


def _place(who: Caller) -> tuple[str, str, str]:
    """The address, the browser and the request. All but always fit to be written: they are looked at as one."""
    address, agent, request = who.address, who.user_agent, who.request_id
    text = address + agent + request
    if text.isprintable() and len(address) <= 45 and len(agent) <= 300 and len(request) <= 64:
        return address, agent, request
    return clean_text(address, 45), clean_text(agent, 300), clean_text(request, 64)


def _person(person: object) -> tuple[str | None, str]:
    key = getattr(person, "pk", None)
    if key is None:  # Django's AnonymousUser.
        return None, ""
    # Whoever has an address is a person, whom the key alone names.
    label = "" if hasattr(person, "email") else hide_addresses(clean_text(person, 254))
    return (str(key) if isinstance(key, UUID) else None), label


def _thing(target: Model) -> tuple[str, str, str]:
    """Its type, its key and what it is called; people by their key alone."""
    is_person = isinstance(target, AbstractBaseUser)
    label = "" if is_person else hide_addresses(clean_text(target, 254))
    return target._meta.label_lower, clean_text(target.pk, 64), label


class ChainBroken(Exception):
    """The chain ends in a link that this installation did not make; nothing is added to it."""


class Sealing(NamedTuple):
    """What a run of the sealer did: events linked, and events it refused to vouch for."""

    linked: int = 0
    refused: int = 0
    first_refused: int | None = None


def seal(*, full: bool = False) -> Sealing:
    """Every committed event has its mark, and its link if it is genuine; one sealer works at a time.

    Events are linked in the order in which they are found, which is that of their numbers but for
    those whose transaction ended late. `full` also looks for those further back than LOOK_BACK.
    Raises ChainBroken rather than vouch for what somebody else wrote.
    """
    after = None if full else selectors.newest_sealed() - LOOK_BACK
    done = Sealing()
    while batch := _next_batch(after):
        marks.mark(batch.ids)
        if not _append(batch):
            continue  # Another sealer was quicker: look again at what is left.
        after = batch.ids[-1]
        first = batch.refused[0] if batch.refused and done.refused == 0 else done.first_refused
        done = Sealing(done.linked + len(batch.links), done.refused + len(batch.refused), first)
    if done.refused:
        logger.error("%d audit events are not ours, first %d", done.refused, done.first_refused)
    return done


class _Batch(NamedTuple):
    """Links made ready for the end of the chain as it was when they were made."""

    sequence: int
    ids: list[int]
    links: list[AuditLink]
    events: list[AuditEvent]
    refused: list[int]


def _next_batch(after: int | None) -> _Batch | None:
    """Links for the next unsealed events; made outside any lock, as this takes the most time."""
    last = selectors.last_link()
    if last and not canonical.link_is_ours(last):
        raise ChainBroken(f"link {last.sequence} was not made with a key of this installation")
    sequence, previous = (last.sequence, bytes(last.hash)) if last else (0, canonical.GENESIS)
    ids = list(selectors.unsealed(after)[:BATCH])
    events = selectors.readable(ids)
    salts = selectors.sealed_salts(canonical.salt_of(event) for event in events.values())
    batch = _Batch(sequence, ids, [], [], [])
    for id in ids:
        event = events.get(id)
        if event is None or not canonical.is_ours(event) or canonical.salt_of(event) in salts:
            batch.refused.append(id)  # The last case: a copy of another event.
            continue
        sequence += 1
        link = canonical.make_link(previous, sequence, event)
        batch.links.append(link)
        batch.events.append(event)
        previous = bytes(link.hash)
        salts.add(canonical.salt_of(event))
    return batch if ids else None


def _append(batch: _Batch) -> bool:
    """The chain is longer by the batch; False when it has grown meanwhile."""
    with turn():
        last = selectors.last_link()
        if (last.sequence if last else 0) != batch.sequence:
            return False
        AuditLink.objects.bulk_create(batch.links)
        tallies.add(batch.events)
    return True
