"""Codes by SMS: "restricted" in NIST's words, so they stand only beside something stronger."""

from typing import cast

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sessions.assurance import Proof
from mago.core.ratelimit import Taken
from mago.messaging.services import send_sms

from .. import limits
from ..flows import Flow
from ..models import Factor, Kind, SmsDevice
from ..numbers import BadNumber, normalize_number
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
            (limits.SMS_NUMBER, (number,)),
            (limits.SMS_NUMBER_DAY, (number,)),
            *super().limits_for(flow, factor),
        ]

    def sender(self) -> Send:
        return send_sms

    def recipient(self, factor: Factor) -> str:
        return cast(SmsDevice, factor).number
