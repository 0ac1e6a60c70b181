"""The secret key: given by the operator, or made on the first run and kept where only we can read it.

The value may hold several keys, one a line, newest first: the first signs and seals, the others
still open what was sealed before (`manage.py rotate_keys`).
"""

import os
import secrets
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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # O_EXCL: of two processes that start at once, one makes the key and the other reads it.
        with open(  # noqa: PTH123  the mode is set as the file is made
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
        ) as file:
            file.write(secrets.token_urlsafe(48) + "\n")
    except FileExistsError:
        pass
    except OSError as error:
        raise env.refuse(
            "MAGO_DATA_DIR",
            f"cannot be written ({error})",
            "Name a folder that this user may write to.",
        ) from None
    return path.read_text(encoding="ascii")
