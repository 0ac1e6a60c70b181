"""What is held of who was shut out. Reasons are notes of administrators, and given to the person."""

from mago.core.holdings import Exempt, Holding

_WHO = "Somebody else's; it only names who did it."

HOLDINGS = (
    Holding(
        "standing.Lockdown",
        "person",
        "id reason was_active started_at lifted_at lifted_because",
        withheld="organization",
    ),
    Holding("standing.Deletion", "person", "reason was_active deleted_at purge_at"),
)
EXEMPT = (
    Exempt("standing.Lockdown", "started_by lifted_by", _WHO),
    Exempt("standing.Deletion", "deleted_by", _WHO),
)
ELSEWHERE = ()
