"""What every gateway is, and the three ways in which it may fail."""

from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Letter:
    """A message as the person will read it. `html` and `subject` are empty for an SMS."""

    channel: str
    to: str
    text: str
    subject: str = ""
    html: str = ""
    message_id: str = ""
    # Our own name of the message, for reports of what becomes of it.
    reference: str = ""


class Undelivered(Exception):
    """The letter did not go out; the text says why, for an administrator, and holds no secrets."""


class Permanent(Undelivered):
    """It never will: trying again is of no use."""


class Temporary(Undelivered):
    """Not now; perhaps later."""


class GatewayDown(Temporary):
    """Nothing goes through now, or the answer was lost: others need not be tried at once."""


class Gateway:
    """Used as a context for a batch, so that a connection may serve many letters."""

    name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, letter: Letter) -> str:
        """`letter` is with the one who carries it on, or `Undelivered` is raised; what it is called there, or ""."""
        raise NotImplementedError

    def close(self) -> None:
        """Connections are given back."""
