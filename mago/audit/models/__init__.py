"""The audit trail: events, the chain that proves them, what they are found by, work on them, and where they are sent."""

from .chain import AuditCheckpoint, AuditKey, AuditLink, AuditSegment
from .events import AuditEvent, AuditName, Outcome, name_together
from .finding import AuditMark, AuditTally
from .jobs import OPEN, AuditJob, JobKind, JobState
from .streams import AuditDeadLetter, AuditStream, StreamKind

__all__ = [
    "OPEN",
    "AuditCheckpoint",
    "AuditDeadLetter",
    "AuditEvent",
    "AuditJob",
    "AuditKey",
    "AuditLink",
    "AuditMark",
    "AuditName",
    "AuditSegment",
    "AuditStream",
    "AuditTally",
    "JobKind",
    "JobState",
    "Outcome",
    "StreamKind",
    "name_together",
]
