"""Codes by e-mail."""

from typing import cast

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.models import User, normalize_email
from accounts.sessions.assurance import Proof
from mago.core.ratelimit import Taken
from mago.messaging.services import send_mail

from .. import limits
from ..flows import Flow, lane_of
from ..models import EmailDevice, Factor, Kind
from .base import CannotEnrol, Enrolment
from .sent_code import Send, SentCode


class EmailCode(SentCode):
    kind = Kind.EMAIL
    proof = Proof.MAILED_CODE

    def enrol(self, user: User, *, name: str, flow: Flow, **details: str) -> Enrolment:
        address = normalize_email(details.get("address") or user.email)
        try:
            validate_email(address)
        except ValidationError as error:
            raise CannotEnrol(fields={"address": error.messages}) from None
        if EmailDevice.objects.filter(user=user, address=address, confirmed=True).exists():
            raise CannotEnrol(fields={"address": [_("This address gets codes already.")]})
        device = EmailDevice.objects.create(
            user=user, name=name, confirmed=False, flow=flow.id, address=address
        )
        return Enrolment(device, self.begin(flow, device))

    def limits_for(self, flow: Flow, factor: Factor) -> Taken:
        address = cast(EmailDevice, factor).address
        return [*super().limits_for(flow, factor), (limits.CODE_ADDRESS, (address, lane_of(flow)))]

    def sender(self) -> Send:
        return send_mail

    def recipient(self, factor: Factor) -> str:
        return cast(EmailDevice, factor).address
