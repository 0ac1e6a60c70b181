"""Recovery codes: ten at a time, 65 random bits each, kept as MACs, each good once (ASVS 6.5.1 to 6.5.4)."""

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.sessions.assurance import Proof
from mago.core.crypto import mac, macs

from ..flows import Flow
from ..models import Factor, Kind, RecoveryCode, RecoveryDevice
from .base import Enrolment, Method

COUNT = 10
LENGTH = 13
# Crockford's base32: no letter that looks like a digit.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


class Recovery(Method):
    kind = Kind.RECOVERY

    @transaction.atomic
    def enrol(self, user: User, *, name: str, flow: Flow, **details: str) -> Enrolment:
        """A new set; the codes before it open nothing any more. They are confirmed by being shown."""
        RecoveryCode.objects.filter(user=user, used_at=None, issued_by=None).delete()
        RecoveryDevice.objects.filter(user=user).delete()
        device = RecoveryDevice.objects.create(user=user, name=name, confirmed=True)
        shown = [new_code() for _ in range(COUNT)]
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, mac=_mac(user, code)) for code in shown
        )
        return Enrolment(device, {"codes": [in_groups(code) for code in shown]})

    def verify(self, flow: Flow, factor: Factor, answer: Any) -> Proof | None:
        return Proof.RECOVERY_CODE if use(factor.user, str(answer)) else None


def use(user: User, answer: str) -> bool:
    """Whether this is a code of theirs that nobody has used before; it is used up, for one caller."""
    now = timezone.now()
    alive = Q(issued_by=None, expires_at=None) | Q(expires_at__gt=now)
    if Kind.RECOVERY not in settings.FACTORS:
        alive = Q(expires_at__gt=now)
    mine = RecoveryCode.objects.filter(alive, user=user, mac__in=_macs(user, answer), used_at=None)
    return bool(mine.update(used_at=now))


def issue(user: User, *, issued_by: User, expires_at: datetime) -> str:
    """One code from an administrator; any such code before it opens nothing any more."""
    RecoveryCode.objects.filter(user=user, used_at=None).exclude(issued_by=None).delete()
    code = new_code()
    RecoveryCode.objects.create(
        user=user, mac=_mac(user, code), issued_by=issued_by, expires_at=expires_at
    )
    return in_groups(code)


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def in_groups(code: str) -> str:
    """As people copy it.

    >>> in_groups("ABCDEFGH12345")
    'ABCD-EFGH-12345'
    """
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def _plain(answer: str) -> str:
    return "".join(answer.split()).replace("-", "").upper().translate(_READ_AS)


def _message(user: User, answer: str) -> bytes:
    return f"{user.pk.hex}:{_plain(answer)}".encode("utf-8", "surrogatepass")


def _mac(user: User, code: str) -> str:
    return mac(_message(user, code), purpose="recovery").hex()


def _macs(user: User, answer: str) -> list[str]:
    return [tag.hex() for tag in macs(_message(user, answer), purpose="recovery")]
