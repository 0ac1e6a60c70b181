"""Codes by SMS: "restricted" in NIST's words, so they stand only beside something stronger."""

from typing import Any, cast

from django.utils.translation import gettext as _

from accounts.access.selectors.in_charge import administrators
from accounts.models import User
from accounts.sessions.assurance import Proof
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.ratelimit import Taken
from mago.messaging.services import send_mail, send_sms

from .. import limits, sms_caps
from ..flows import Flow, lane_of
from ..models import Factor, Kind, SmsDevice
from ..numbers import BadNumber, normalize_number
from ..sms_caps import Cap
from .base import CannotEnrol, Enrolment
from .sent_code import Send, SentCode


class SmsCode(SentCode):
    kind = Kind.SMS
    proof = Proof.TEXTED_CODE

    def enrol(self, user: User, *, name: str, flow: Flow, **details: str) -> Enrolment:
        try:
            number = normalize_number(details.get("number", ""))
        except BadNumber as error:
            raise CannotEnrol(fields={"number": [str(error)]}) from None
        if SmsDevice.objects.filter(user=user, number=number, confirmed=True).exists():
            raise CannotEnrol(fields={"number": [_("This number gets codes already.")]})
        device = SmsDevice.objects.create(
            user=user, name=name, confirmed=False, flow=flow.id, number=number
        )
        return Enrolment(device, self.begin(flow, device))

    def limits_for(self, flow: Flow, factor: Factor) -> Taken:
        number = cast(SmsDevice, factor).number
        return [
            (limits.SMS_NUMBER, (number, lane_of(flow))),
            (limits.SMS_NUMBER_DAY, (number, lane_of(flow))),
            *super().limits_for(flow, factor),
        ]

    def is_capped(self, factor: Factor) -> bool:
        cap = sms_caps.count(cast(SmsDevice, factor).number)
        if cap is None:
            return False
        self.tell_held_back(factor, cap.name)
        _warn_administrators(cap)
        return True

    def verify(self, flow: Flow, factor: Factor, answer: Any) -> Proof | None:
        proof = super().verify(flow, factor, answer)
        if proof is not None:
            sms_caps.count_entered(cast(SmsDevice, factor).number)
        return proof

    def sender(self) -> Send:
        return send_sms

    def recipient(self, factor: Factor) -> str:
        return cast(SmsDevice, factor).number


def _warn_administrators(cap: Cap) -> None:
    """They hear once a day of each cap that is reached, and of each place where nobody seems to read."""
    if limits.SMS_WARNING.try_take(cap.name, cap.place) > 0:
        return
    record(Tag.SMS_STOPPED, outcome=Outcome.REFUSED, limit=cap.name, place=cap.place)
    for administrator in administrators()[:20]:
        send_mail(
            "mfa/sms_stopped",
            to=administrator.email,
            context={"name": str(administrator), "limit": cap.name, "place": cap.place},
            language=administrator.language,
        )
