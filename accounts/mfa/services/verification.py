"""A factor is asked for, and the answer verified: for sign-in, step-up and enrolment alike."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.sessions.assurance import Proof
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import NotFound
from mago.core.http import network_of
from mago.core.ratelimit import give_back

from .. import limits
from ..flows import Flow
from ..methods import method_of
from ..methods.passkey import passkey_of
from ..models import Factor, Kind, Passkey
from .guesses import WrongCode, take_guess, tell_wrong


def begin(flow: Flow, factor: Factor) -> dict[str, Any]:
    """The question is put; what the page or app needs to answer it. Says nothing of whether a code was held back."""
    return method_of(factor.kind).begin(flow, factor)


def begin_passkey(flow: Flow) -> dict[str, Any]:
    """Options for a passkey of whoever holds one; nobody has said yet who they are. TooMany, NotFound."""
    _demand_passkeys()
    limits.PASSKEY_NETWORK.take(network_of(caller().address))
    return method_of(Kind.PASSKEY).begin(flow, None)


def verify(flow: Flow, factor: Factor, answer: Any) -> Proof:
    """What the answer proves, to exactly one caller. WrongCode or TooMany.

    Of several passkeys the person chooses one in the browser, whichever of them `factor` is.
    """
    user = factor.user
    if user != flow.user:
        raise WrongCode.of(factor.kind)
    if factor.kind is Kind.PASSKEY:
        factor = _chosen_passkey(user, answer) or factor
    taken = take_guess(flow, str(user.pk), factor.kind)
    proof = method_of(factor.kind).verify(flow, factor, answer)
    if proof is None:
        tell_wrong(flow, user, factor.kind)
        raise WrongCode.of(factor.kind)
    give_back(taken)
    tell_right(flow, factor)
    return proof


def _chosen_passkey(user: User, answer: Any) -> Passkey | None:
    found = passkey_of(answer)
    return found if found is not None and found.user_id == user.pk else None


def verify_passkey(flow: Flow, answer: Any) -> tuple[User, Passkey, Proof]:
    """Whose passkey answered, as nobody had said who they are. WrongCode, the same for one that is unknown;
    NotFound."""
    _demand_passkeys()
    limits.PASSKEY_NETWORK.take(network_of(caller().address))
    passkey = passkey_of(answer)
    if passkey is None:
        raise WrongCode.of(Kind.PASSKEY)
    proof = method_of(Kind.PASSKEY).verify(flow, passkey, answer)
    if proof is not Proof.PASSKEY_VERIFIED:
        tell_wrong(flow, passkey.user, Kind.PASSKEY)
        raise WrongCode.of(Kind.PASSKEY)
    tell_right(flow, passkey)
    return passkey.user, passkey, proof


def _demand_passkeys() -> None:
    """NotFound where passkeys are switched off."""
    if Kind.PASSKEY not in settings.FACTORS:
        raise NotFound


def tell_right(flow: Flow, factor: Factor) -> None:
    """The factor was used now; the audit says for what."""
    now = timezone.now()
    type(factor).objects.filter(pk=factor.pk).update(last_used_at=now)
    record(
        Tag.FACTOR_VERIFIED,
        actor=factor.user,
        target=factor.user,
        kind=factor.kind.value,
        purpose=flow.purpose.value,
    )
