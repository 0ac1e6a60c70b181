"""What is kept beside the database, and for how long: backups, deleted people, and the files that were asked for."""

from pathlib import Path

from . import env
from .base import DATA_DIR

BACKUP_SECRET = env.text(
    "MAGO_BACKUP_SECRET",
    meaning="Secret of 20 characters or more by which backups are encrypted; `--key-file` names a file instead.",
)
RECYCLE_BIN_DAYS = env.integer(
    "MAGO_RECYCLE_BIN_DAYS",
    30,
    low=1,
    high=365,
    meaning="Days for which a deleted person can be restored; then they are erased.",
)
EXPORT_DIR = Path(
    env.text(
        "MAGO_EXPORT_DIR",
        str(DATA_DIR / "exports"),
        meaning="Folder of the lists that administrators export; web and worker processes share it.",
    )
)
EXPORT_HOURS = env.integer(
    "MAGO_EXPORT_HOURS",
    24,
    low=1,
    high=720,
    meaning="Hours for which an exported list can be downloaded; then its file is deleted.",
)
PRIVACY_EXPORT_DIR = Path(
    env.text(
        "MAGO_PRIVACY_EXPORT_DIR",
        str(DATA_DIR / "privacy-exports"),
        meaning="Folder of the copies that people ask for of their own data; web and worker processes share it.",
    )
)
PRIVACY_EXPORT_HOURS = env.integer(
    "MAGO_PRIVACY_EXPORT_HOURS",
    24,
    low=1,
    high=720,
    meaning="Hours for which a copy of a person's data can be downloaded, once; then its file is deleted.",
)
