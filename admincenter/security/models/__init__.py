"""Tables of the security programme."""

from .files import Attachment, StoredFile
from .penetration_tests import EngagementState, Finding, PenetrationTest, Report, Retest, Tester
from .programme import PLATFORM_ID, PLATFORM_SLUG, Ours, PastDemand, Programme, Told
from .releases import Checkpoint, CheckpointKind, Release, ReleaseState
from .risks import Assessment, Risk, Treatment
from .tickets import Entry, EntryKind, Source, Ticket

__all__ = [
    "PLATFORM_ID",
    "PLATFORM_SLUG",
    "Assessment",
    "Attachment",
    "Checkpoint",
    "CheckpointKind",
    "EngagementState",
    "Entry",
    "EntryKind",
    "Finding",
    "Ours",
    "PastDemand",
    "PenetrationTest",
    "Programme",
    "Release",
    "ReleaseState",
    "Report",
    "Retest",
    "Risk",
    "Source",
    "StoredFile",
    "Tester",
    "Ticket",
    "Told",
    "Treatment",
]  # fmt: skip
