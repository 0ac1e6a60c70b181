"""The audit trail: how long it is kept, and where it may be sent."""

from ipaddress import ip_network
from pathlib import Path

from . import env
from .base import DATA_DIR

AUDIT_RETENTION_DAYS = env.integer(
    "MAGO_AUDIT_RETENTION_DAYS",
    0,
    low=0,
    high=36_500,
    meaning="Days after which audit events are removed, signed for; 0 keeps them for ever.",
)
AUDIT_EXPORT_DIR = Path(
    env.text(
        "MAGO_AUDIT_EXPORT_DIR",
        str(DATA_DIR / "audit-exports"),
        meaning="Folder of the exports that administrators ask for; web and worker processes share it.",
    )
)
AUDIT_EXPORT_HOURS = env.integer(
    "MAGO_AUDIT_EXPORT_HOURS",
    24,
    low=1,
    high=720,
    meaning="Hours for which an export of the audit trail can be downloaded; then its file is deleted.",
)
AUDIT_ARCHIVE_DIR = env.text(
    "MAGO_AUDIT_ARCHIVE_DIR",
    meaning="Folder into which audit events are exported before they are removed; without it they are only removed.",
)
_networks = env.text(
    "MAGO_AUDIT_STREAM_NETWORKS",
    meaning="Networks of ours that audit streams may reach, such as 10.1.0.0/16,fd00:1::/64; without any, only public addresses.",
)
try:
    AUDIT_STREAM_NETWORKS = [
        ip_network(text.strip()) for text in _networks.split(",") if text.strip()
    ]
except ValueError as error:
    raise env.refuse(
        "MAGO_AUDIT_STREAM_NETWORKS", f"is wrong: {error}", "Give networks such as 10.1.0.0/16."
    ) from None
AUDIT_STREAM_CA_FILE = env.text(
    "MAGO_AUDIT_STREAM_CA_FILE",
    meaning="File of certificates (PEM) that audit streams believe beside the public ones.",
)
AUDIT_STREAM_GIVE_UP_HOURS = env.integer(
    "MAGO_AUDIT_STREAM_GIVE_UP_HOURS",
    24,
    low=1,
    high=720,
    meaning="Hours of failure after which an audit stream waits for somebody to resume it.",
)
