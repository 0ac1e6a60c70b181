"""Tables of the security programme."""

from .files import Attachment, StoredFile
from .programme import PLATFORM_ID, PLATFORM_SLUG, Ours, Programme, Told
from .releases import Checkpoint, CheckpointKind, Release, ReleaseState
from .tickets import Entry, EntryKind, Source, Ticket

__all__ = [
    "PLATFORM_ID", "PLATFORM_SLUG", "Attachment", "Checkpoint", "CheckpointKind", "Entry", "EntryKind",
    "Ours", "Programme", "Release", "ReleaseState", "Source", "StoredFile", "Ticket", "Told",
]  # fmt: skip
