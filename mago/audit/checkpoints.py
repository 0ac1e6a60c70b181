"""Every so often the end of the chain is signed, so that a copy kept elsewhere proves what was."""

from datetime import timedelta

from django.utils import timezone

from . import canonical, selectors, statements
from .models import AuditCheckpoint, AuditLink
from .statements import Statement
from .turns import turn

LINKS = 1000
PERIOD = timedelta(minutes=5)


def make_checkpoint(*, now: bool = False) -> AuditCheckpoint | None:
    """The newest checkpoint: a new one if the chain grew by LINKS, or at all in PERIOD, or `now`.

    None while there is no chain, and nothing is signed that this installation did not write.
    """
    with turn():
        newest, last = newest_checkpoint(), selectors.last_link()
        if last is None or not (now or _is_due(newest, last)):
            return newest
        if (newest and newest.sequence >= last.sequence) or not canonical.link_is_ours(last):
            return newest
        return checkpoint_at(last)


def checkpoint_at(link: AuditLink) -> AuditCheckpoint:
    """The link is signed for; to be called in one's turn, of a link that is ours."""
    time = timezone.now()
    statement = statements.state(
        "checkpoint",
        sequence=link.sequence,
        hash=bytes(link.hash).hex(),
        time=canonical.moment(time),
    )
    return AuditCheckpoint.objects.create(sequence=link.sequence, time=time, statement=statement)


def newest_checkpoint() -> AuditCheckpoint | None:
    return AuditCheckpoint.objects.order_by("-sequence").first()


def checkpoints_between(first: int, last: int) -> dict[int, Statement]:
    """The checkpoints at links from `first` to `last`, both included."""
    found = AuditCheckpoint.objects.filter(sequence__gte=first, sequence__lte=last)
    return dict(found.order_by("sequence").values_list("sequence", "statement"))


def vouches_for(statement: Statement, sequence: int, hash: bytes) -> bool:
    """Whether this is a checkpoint of ours for exactly that link."""
    said = (statement.get("type"), statement.get("sequence"), statement.get("hash"))
    expected = ("mago-audit-checkpoint", sequence, hash.hex())
    return said == expected and statements.holds(statement)


def _is_due(newest: AuditCheckpoint | None, last: AuditLink) -> bool:
    if newest is None:
        return True
    return last.sequence - newest.sequence >= LINKS or timezone.now() - newest.time >= PERIOD
