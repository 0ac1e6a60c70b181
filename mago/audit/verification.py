"""Whether the trail is whole: the chain is walked from its first link, in constant memory."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import canonical, marks, selectors
from .checkpoints import checkpoints_between, newest_checkpoint, vouches_for
from .models import AuditEvent, AuditLink
from .segments import Place, place_after, segments
from .services import BATCH, ChainBroken, Sealing, seal
from .statements import Statement
from .tags import Tag


class Kind(StrEnum):
    """In what way the trail is broken, and the words for it."""

    sentence: str | Promise

    def __new__(cls, value: str, sentence: str | Promise = "") -> "Kind":
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.sentence = sentence
        return kind

    CHANGED = "changed", _("Event {event} was changed after it was sealed at link {link}.")
    MISSING = "missing", _("Event {event}, sealed at link {link}, is missing.")
    LINK_MISSING = "link-missing", _("Link {link} is missing.")
    REORDERED = "reordered", _("Event {event} is not what was sealed at link {link}.")
    INSERTED = "inserted", _("Event {event} at link {link} was inserted.")
    FORGED = (
        "forged",
        _("Link {link} of event {event} was not made with a key of this installation."),
    )
    SEGMENT = "segment", _("The record of what was removed up to link {link} does not hold.")
    CHECKPOINT = "checkpoint", _("Link {link} is not the one that was signed as a checkpoint.")
    CUT = "cut", _("The end is missing: the chain ends at link {link}, before a signed checkpoint.")
    NOT_OURS = "not-ours", _("Event {event} was inserted or changed before it was sealed.")


@dataclass(frozen=True)
class Break:
    """The first place at which the trail is not what was written."""

    kind: Kind
    link: int | None = None
    event: int | None = None

    def __str__(self) -> str:
        return str(self.kind.sentence).format(link=self.link, event=self.event)


@dataclass(frozen=True)
class Verdict:
    """How far the chain was followed, the hash it ends in, and the first break or None.

    Links up to `removed` are covered by records of segments.
    """

    links: int
    removed: int
    head: str
    first_break: Break | None


def verify(
    *, kept: Statement | None = None, told: Callable[[int], None] = lambda link: None
) -> Verdict:
    """Everything committed is sealed, and every link and event was looked at, up to a first break.

    `told` is called now and then with the link that the walk has come to.

    `kept` is a checkpoint of this installation that was kept elsewhere, and has to be met too. A broken chain comes before an event outside it, as one cannot tell what the chain once held.
    """
    try:
        sealing = seal(full=True)
    except ChainBroken:  # The walk below finds out where it begins.
        sealing = Sealing()
    walk = _Walk(kept, told)
    first_break = walk.to_the_end()
    if first_break is None and sealing.refused:
        first_break = Break(Kind.NOT_OURS, event=sealing.first_refused)
    return Verdict(walk.sequence, walk.removed, walk.hash.hex(), first_break)


class _Walk:
    """Between two links: the last one that held, and the first that nobody vouches for."""

    def __init__(self, kept: Statement | None, told: Callable[[int], None]) -> None:
        self.kept, self.told = kept, told
        self.sequence = 0
        self.hash = canonical.GENESIS
        self.removed = 0
        self.newest: Statement | None = None
        self.is_told = False
        self.unvouched: Break | None = None

    def to_the_end(self) -> Break | None:
        return self._over_what_was_removed() or self._along_the_links()

    def _over_what_was_removed(self) -> Break | None:
        place = Place(self.sequence, self.hash)
        for segment in segments():
            if not place.is_followed_by(segment):
                return Break(Kind.SEGMENT, segment.get("last"))
            place = place_after(segment)
            self.sequence, self.hash = place.sequence, place.hash
            self.removed, self.newest = place.sequence, segment
            if problem := self._broken_promise(None):
                return problem
        return None

    def _along_the_links(self) -> Break | None:
        # Links that a segment covers may not all be deleted yet; they no longer count.
        after = self.sequence or None
        while links := list(selectors.links_after(after)[:BATCH]):
            events = selectors.readable(link.event_id for link in links)
            stated = checkpoints_between(links[0].sequence, links[-1].sequence)
            marks.mend([link.event_id for link in links])
            for link in links:
                if problem := self._problem(link, events.get(link.event_id)):
                    return problem
                if problem := self._broken_promise(stated.get(link.sequence)):
                    return problem
            after = self.sequence
            self.told(after)
        return self.unvouched or self._untold_removal() or self._missing_end()

    def _untold_removal(self) -> Break | None:
        """The newest record of a segment, where no event of the chain tells of it.

        Whoever may add rows can add a key of their own, and a record that it signed; but no link, which takes our
        secret. The event of an older record may have been removed itself: what comes after vouches for that record.
        """
        if self.newest is None:
            return None
        return None if self.is_told else Break(Kind.SEGMENT, self.removed)

    def _tells_of_newest(self, detail: Any) -> bool:
        """Whether an event with this detail tells of the newest segment; what was rewritten may be anything."""
        told = detail if isinstance(detail, dict) else {}
        place = told.get("removed")
        place = place if isinstance(place, dict) else {}
        said = told.get("segment"), place.get("first"), place.get("last")
        segment = self.newest or {}
        return said == tuple(segment.get(name) for name in ("number", "first", "last"))

    def _broken_promise(self, stated: Statement | None) -> Break | None:
        """What is wrong with the checkpoints for the link that just held."""
        promises = [stated] if stated else []
        if self.kept and self.kept.get("sequence") == self.sequence:
            promises.append(self.kept)
        if all(vouches_for(promise, self.sequence, self.hash) for promise in promises):
            return None
        return Break(Kind.CHECKPOINT, self.sequence)

    def _missing_end(self) -> Break | None:
        newest = newest_checkpoint()
        promised = (newest.sequence if newest else 0, self.kept["sequence"] if self.kept else 0)
        return Break(Kind.CUT, self.sequence) if max(promised) > self.sequence else None

    def _problem(self, link: AuditLink, event: AuditEvent | None) -> Break | None:
        """What is wrong with this link; otherwise it is now the last one that held."""
        expected = self.sequence + 1
        if link.sequence > expected:
            return Break(Kind.LINK_MISSING, expected)
        if link.sequence < expected:
            return Break(Kind.INSERTED, link.sequence, link.event_id)
        if event is None:
            return Break(Kind.MISSING, link.sequence, link.event_id)
        if not canonical.link_holds(self.hash, link, event):
            kind = Kind.REORDERED if canonical.is_ours(event) else Kind.CHANGED
            return Break(kind, link.sequence, event.id)
        self.sequence, self.hash = link.sequence, bytes(link.hash)
        if event.tag == Tag.AUDIT_EVENTS_REMOVED and self._tells_of_newest(event.detail):
            self.is_told = True
        if canonical.link_is_ours(link):
            # A link that is ours vouches for all before it, also those signed with a key now gone.
            self.unvouched = None
        elif self.unvouched is None:
            kind = Kind.FORGED if canonical.is_ours(event) else Kind.INSERTED
            self.unvouched = Break(kind, link.sequence, event.id)
        return None
