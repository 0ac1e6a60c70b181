"""What was removed: the records that stand in for the oldest part of the chain."""

from collections.abc import Iterator
from dataclasses import dataclass

from . import statements
from .canonical import GENESIS
from .models import AuditSegment
from .statements import Statement


@dataclass(frozen=True)
class Place:
    """A place in the chain: after the link of this number, which has this hash."""

    sequence: int = 0
    hash: bytes = GENESIS

    def is_followed_by(self, segment: Statement) -> bool:
        """Whether this is a segment of ours that begins here."""
        begins = (segment.get("first"), segment.get("hash_before"))
        is_segment = segment.get("type") == "mago-audit-segment"
        return (
            is_segment
            and begins == (self.sequence + 1, self.hash.hex())
            and statements.holds(segment)
        )


def place_after(segment: Statement) -> Place:
    return Place(segment["last"], bytes.fromhex(segment["hash_after"]))


def segments() -> Iterator[Statement]:
    """All of them, oldest first."""
    yield from AuditSegment.objects.order_by("number").values_list("statement", flat=True)


def newest_segment() -> AuditSegment | None:
    return AuditSegment.objects.order_by("-number").first()


def start() -> Place:
    """Where the chain begins now."""
    newest = newest_segment()
    return place_after(newest.statement) if newest else Place()
