"""Codes that are sent: what those by e-mail and by SMS have in common."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction

from accounts.sessions.assurance import Proof
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.http import network_of
from mago.core.ratelimit import Taken, give_back, take_all
from mago.messaging.models import Message

from .. import challenges, codes, limits
from ..flows import Flow, lane_of
from ..models import Factor
from .base import Method

Send = Callable[..., Message]


class SentCode(Method):
    proof: ClassVar[Proof]

    def begin(self, flow: Flow, factor: Factor | None) -> dict[str, Any]:
        """A code is on its way; or is held back, which looks the same from outside."""
        assert factor is not None
        if self._may_send(flow, factor):
            self._send(flow, factor)
        return {"sent_to": factor.detail}

    def verify(self, flow: Flow, factor: Factor, answer: Any) -> Proof | None:
        challenge = challenges.newest(flow, self.kind, factor.pk)
        if challenge is None or not challenges.count_try(challenge):
            return None
        if not codes.matches(challenge, str(answer)) or not challenges.use(challenge):
            return None
        return self.proof

    def limits_for(self, flow: Flow, factor: Factor) -> Taken:
        """What a code takes, each with its key, the narrowest first."""
        lane = (str(factor.user_id), lane_of(flow))
        # The first stops a double click: of one factor, as somebody may set up two in a row.
        wanted: Taken = [(limits.CODE_QUICK, (*lane, self.recipient(factor)))]
        wanted += [(limit, lane) for limit in limits.CODES if limit is not limits.CODE_QUICK]
        return [*wanted, (limits.CODE_NETWORK, (network_of(caller().address),))]

    def is_capped(self, factor: Factor) -> bool:
        """Whether something else than these limits holds the code back."""
        return False

    def sender(self) -> Send:
        raise NotImplementedError

    def recipient(self, factor: Factor) -> str:
        raise NotImplementedError

    def _may_send(self, flow: Flow, factor: Factor) -> bool:
        wanted = self.limits_for(flow, factor)
        if full := take_all(wanted):
            # Asking twice in a few seconds is a double click, no event.
            if full.limit is not limits.CODE_QUICK:
                self.tell_held_back(factor, full.limit.name)
            return False
        if self.is_capped(factor):
            give_back(wanted)
            return False
        return True

    def tell_held_back(self, factor: Factor, limit: str) -> None:
        record(
            Tag.FACTOR_CODE_HELD_BACK,
            target=factor.user,
            outcome=Outcome.REFUSED,
            kind=self.kind.value,
            limit=limit,
        )

    @transaction.atomic
    def _send(self, flow: Flow, factor: Factor) -> None:
        challenge = challenges.put(
            flow, self.kind, factor=factor.pk, lifetime=codes.LIFETIMES[self.kind]
        )
        self.sender()(
            "mfa/code",
            to=self.recipient(factor),
            context={
                "name": str(factor.user),
                "challenge": str(challenge.pk),
                "minutes": int(codes.LIFETIMES[self.kind].total_seconds() // 60),
            },
            language=factor.user.language,
            expires_at=challenge.expires_at,
        )
        record(Tag.FACTOR_CODE_SENT, target=factor.user, kind=self.kind.value, to=factor.detail)
