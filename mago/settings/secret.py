"""The secret key: given by the operator, or made on the first run and kept where only we can read it.

The value may hold several keys, one a line, newest first: the first signs and seals, the others
still open what was sealed before (`manage.py rotate_keys`).
"""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from . import env

MEANING = "Secret that signs and seals (32 characters or more; several lines: newest first). Made on the first run when absent."


def secret_keys(data_dir: Path) -> list[str]:
    """The key ring, newest first; never empty, never weak."""
    given = env.text("MAGO_SECRET_KEY", meaning=MEANING)
    keys = [
        line.strip()
        for line in (given or _kept(data_dir / "secret.key")).splitlines()
        if line.strip()
    ]
    for key in keys:
        if len(key) < 32 or len(set(key)) < 10 or "insecure" in key or "changeme" in key.lower():
            raise env.refuse(
                "MAGO_SECRET_KEY",
                "is weak",
                'Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"',
            )
    return keys


def _kept(path: Path) -> str:
    """What the file says; it is made first where there is none."""
    try:
        if not path.exists():
            _make(path)
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise env.refuse(
            "MAGO_DATA_DIR",
            f"cannot be used ({error})",
            "Name a folder that this user may read and write.",
        ) from None
    if not text.strip():
        raise env.refuse(
            "MAGO_DATA_DIR",
            f"has an empty {path.name}",
            "Put the key ring back, or remove the file if there is nothing yet that it sealed.",
        )
    return text


def _make(path: Path) -> None:
    """The file is there whole; of two processes that start at once, one makes it for both."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # For its owner alone from the beginning, as all files of `tempfile` are.
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as draft:
        draft.write(secrets.token_urlsafe(48) + "\n")
        draft.flush()
        os.fsync(draft.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft.name)
