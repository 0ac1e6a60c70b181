"""What a hub keeps over a loss of power, in a file that only its owner may read."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

FILE = "hub.json"


@dataclass
class Credential:
    """A secret made here and never sent; `salt` in base64, as it went into the verifier."""

    secret: str
    salt: str
    iterations: int
    generation: int = 0


@dataclass
class State:
    """`pending` is a new credential that has not been used yet: until it was, `credential` works."""

    hub_id: str
    credential: Credential
    pending: Credential | None = None
    reconnect: dict[str, str] | None = None
    # The highest counter that was sent with the reconnect token.
    count: int = 0
    # Where a file keeps it; None where nothing is to outlive the process.
    folder: Path | None = field(default=None, compare=False)

    def save(self) -> None:
        """It is on the disk, whole: either as it was or as it is now, whatever happens meanwhile."""
        if self.folder is None:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = asdict(self)
        del told["folder"]
        path = self.folder / FILE
        beside = path.with_suffix(".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """What was saved there; None where nothing was. ValueError where others may read it."""
        path = folder / FILE
        if not path.exists():
            return None
        if path.stat().st_mode & 0o077:
            raise ValueError(
                f"{path} can be read by others: chmod 600 it, and rotate the credential."
            )
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        pending = told.pop("pending")
        return cls(
            **told | {"credential": Credential(**told["credential"])},
            pending=Credential(**pending) if pending else None,
            folder=folder,
        )
