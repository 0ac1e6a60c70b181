"""Reads of factors: what somebody has, what of it may be asked, and what can be reached with it."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.access.facts import Strength
from accounts.access.selectors.in_charge import is_staff
from accounts.models import User
from accounts.sessions.assurance import Proof, strength_of
from mago.core.errors import NotFound

from .models import (
    EmailDevice,
    Factor,
    Kind,
    Passkey,
    RecoveryCode,
    RecoveryRequest,
    SmsDevice,
    TotpDevice,
    TrustedBrowser,
    model_of,
)

# What a person is offered as a second step, the strongest first.
SECOND_FACTORS = (Kind.PASSKEY, Kind.TOTP, Kind.SMS, Kind.EMAIL)
# SMS is "restricted" in NIST's words: only beside one of these.
STRONGER_THAN_SMS = (Kind.PASSKEY, Kind.TOTP)
PROOFS = {
    Kind.PASSKEY: Proof.PASSKEY,
    Kind.TOTP: Proof.TOTP,
    Kind.SMS: Proof.TEXTED_CODE,
    Kind.EMAIL: Proof.MAILED_CODE,
    Kind.RECOVERY: Proof.RECOVERY_CODE,
}
# Asked at each sign-in, and most people have one factor or none: one statement instead of four.
_KINDS = " UNION ALL ".join(
    f"SELECT DISTINCT '{model.kind.value}' FROM {model._meta.db_table} WHERE user_id = %s AND confirmed"  # noqa: S608
    for model in (Passkey, TotpDevice, SmsDevice, EmailDevice)
)


def kinds_of(user: User) -> list[Kind]:
    """The kinds of second factors that somebody has and may use now, the strongest first. One query."""
    key = User._meta.pk.get_db_prep_value(user.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(_KINDS, [key] * 4)
        held = {Kind(row[0]) for row in cursor.fetchall()}
    if not held:
        return []
    allowed = kinds_for(user)
    return [kind for kind in SECOND_FACTORS if kind in held and kind in allowed]


def kinds_for(user: User) -> set[Kind]:
    """The kinds that this person may use: those that are switched on, and SMS only where they hold no role on the platform."""
    kinds = {Kind(kind) for kind in settings.FACTORS}
    if Kind.SMS in kinds and not settings.SMS_FOR_ADMINISTRATORS and is_staff(user):
        kinds.remove(Kind.SMS)
    return kinds


def proof_of(factor: Factor) -> Proof:
    """What it shows to have just set this factor up."""
    if isinstance(factor, Passkey) and factor.is_discoverable:
        return Proof.PASSKEY_VERIFIED
    return PROOFS[factor.kind]


def factors_of(user: User, kinds: Iterable[str] = SECOND_FACTORS) -> list[Any]:
    """Somebody's confirmed factors of these kinds; within a kind the one used last comes first."""
    found = (
        model_of(kind)
        .objects.filter(user=user, confirmed=True)
        .order_by(F("last_used_at").desc(nulls_last=True), "-created_at", "-pk")
        for kind in kinds
    )
    factors = list(chain.from_iterable(found))
    for factor in factors:
        factor.user = user
    return factors


def factor_for(user: User, kind: str, key: int, *, confirmed: bool = True) -> Any:
    """Somebody's own factor, or NotFound."""
    if kind not in Kind.values:
        raise NotFound
    factor = model_of(kind).objects.filter(user=user, pk=key, confirmed=confirmed).first()
    if factor is None:
        raise NotFound
    factor.user = user
    return factor


def waiting_factor(user: User, kind: str, flow_id: str) -> Any:
    """The factor of this kind that is being set up in a flow, or None."""
    mine = model_of(kind).objects.filter(user=user, confirmed=False, flow=flow_id)
    return mine.select_related("user").order_by("-pk").first()


def offered(user: User, proofs: list[str], wanted: Strength) -> list[Factor]:
    """The factors to ask for after `proofs`: those that reach `wanted`, or all where none does.

    A code by e-mail only from whoever has nothing else, so that nobody comes in by the mail alone.
    """
    kinds = [kind for kind in kinds_of(user) if PROOFS[kind] not in proofs]
    factors = factors_of(user, kinds)
    chosen = [one for one in factors if strength_of([*proofs, proof_of(one)]) >= wanted] or factors
    return [one for one in chosen if one.kind is not Kind.EMAIL] or chosen


def enrolable(user: User, proofs: list[str], wanted: Strength) -> list[Kind]:
    """The kinds that somebody could set up now, to reach `wanted` after `proofs`."""
    allowed = kinds_for(user)
    if not factors_of(user, STRONGER_THAN_SMS):
        allowed -= {Kind.SMS}
    return [
        kind
        for kind in SECOND_FACTORS
        if kind in allowed and strength_of([*proofs, PROOFS[kind]]) >= wanted
    ]


def reachable(factors: Iterable[Factor]) -> Strength:
    """The best that somebody could show with `factors` after a password, or another provider's word."""
    return strength_of([Proof.PASSWORD, *(proof_of(factor) for factor in factors)])


def within_reach(user: User) -> Strength:
    """The best that somebody could show now, with their password and the factors that they have set up."""
    return strength_of([Proof.PASSWORD, *(PROOFS[kind] for kind in kinds_of(user))])


def has_way_in(user: User, factors: Iterable[Factor]) -> bool:
    """Whether somebody with these factors could begin a sign-in."""
    alone = any(isinstance(one, Passkey) and one.is_discoverable for one in factors)
    return alone or user.has_usable_password() or user.external_identities.exists()


def unused_recovery_codes(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None, issued_by=None).count()


def has_recovery_code(user: User) -> bool:
    """Whether any code of theirs, or one from an administrator, could still let them in."""
    mine = RecoveryCode.objects.filter(user=user, used_at=None)
    return any(
        Kind.RECOVERY in settings.FACTORS if expires is None else expires > timezone.now()
        for expires in mine.values_list("expires_at", flat=True)[:20]
    )


def trusted_browsers_of(user: User) -> QuerySet[TrustedBrowser]:
    alive = TrustedBrowser.objects.filter(user=user, expires_at__gt=timezone.now())
    return alive.order_by("-last_used_at")


def open_request(person: User) -> RecoveryRequest | None:
    """The request for this person that waits for a second administrator."""
    waiting = RecoveryRequest.objects.filter(person=person, granted_at=None)
    return waiting.filter(expires_at__gt=timezone.now()).select_related("requested_by").first()
