"""What every kind of factor can do: be enrolled, ask, and verify the answer."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

from accounts.models import User
from accounts.sessions.assurance import Proof
from mago.core.errors import Refused

from ..flows import Flow
from ..models import Factor, Kind


@dataclass(frozen=True)
class Enrolment:
    """A factor that waits for its first working answer, and what the person needs to give it.

    `shown` goes to the page or the app, once, and into nothing else.
    """

    factor: Factor | None
    shown: dict[str, Any] = field(default_factory=dict)


class CannotEnrol(Refused):
    """What was given cannot become a factor; the message says what to do."""

    code = "cannot_enrol"


class Method(ABC):
    kind: ClassVar[Kind]
    # Whether its answer is something a machine signs (a JSON object) rather than something a person types.
    signs: ClassVar[bool] = False

    @abstractmethod
    def enrol(self, user: User, *, name: str, flow: Flow, **details: str) -> Enrolment:
        """A new factor, not confirmed. CannotEnrol with the field that is wrong."""

    def confirm(
        self, user: User, *, flow: Flow, factor: Factor | None, answer: Any, name: str
    ) -> Factor | None:
        """The factor is the person's from now on, as `answer` shows that it works; None where it does not."""
        if factor is None or factor.flow != flow.id or self.verify(flow, factor, answer) is None:
            return None
        waiting = type(factor).objects.filter(pk=factor.pk, confirmed=False)
        return factor if waiting.update(confirmed=True, flow="") else None

    def begin(self, flow: Flow, factor: Factor | None) -> dict[str, Any]:
        """The question is put: a code is on its way, or options for the browser are returned."""
        return {}

    @abstractmethod
    def verify(self, flow: Flow, factor: Factor, answer: Any) -> Proof | None:
        """What the answer proves, for exactly one caller; None where it is wrong, late or was used before."""
