"""The audit trail: how long it is kept, and where it may be sent."""

from . import env

AUDIT_RETENTION_DAYS = env.integer(
    "MAGO_AUDIT_RETENTION_DAYS",
    0,
    low=0,
    high=36_500,
    meaning="Days after which audit events are removed, signed for; 0 keeps them for ever.",
)
AUDIT_ARCHIVE_DIR = env.text(
    "MAGO_AUDIT_ARCHIVE_DIR",
    meaning="Folder into which audit events are exported before they are removed; without it they are only removed.",
)
