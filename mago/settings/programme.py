"""The security programme: where its files lie, and how outsiders reach us (RFC 9116)."""

from pathlib import Path

from . import env
from .base import DATA_DIR

SECURITY_FILES_DIR = Path(
    env.text(
        "MAGO_SECURITY_FILES_DIR",
        str(DATA_DIR / "security-files"),
        meaning="Folder for files of tickets and penetration tests; every process must reach it, and no web server serve it.",
    )
)
