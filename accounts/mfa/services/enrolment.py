"""Factors come, are renamed and go. Their owner hears of it by mail."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.organizations.selectors import demand_on
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Conflict, Refused
from mago.core.ratelimit import give_back
from mago.messaging.services import send_mail

from ..flows import Flow
from ..methods import method_of
from ..methods.base import CannotEnrol, Enrolment
from ..models import Factor, Kind, TrustedBrowser, model_of
from ..selectors import (
    STRONGER_THAN_SMS,
    factors_of,
    has_way_in,
    kinds_for,
    kinds_of,
    reachable,
)
from .guesses import WrongCode, take_guess, tell_wrong

MOST = 10


class FactorRefused(Refused):
    """This person may not have a factor of this kind; the message says why."""

    code = "factor_refused"


def enrol_factor(*, user: User, kind: str, name: str, flow: Flow, **details: str) -> Enrolment:
    """A factor waits for its first working answer; any that waited before it is gone.

    FactorRefused where they may not have it, CannotEnrol beside the field that is wrong.
    """
    kind = Kind(kind)
    _demand_allowed(user, kind)
    if kind is not Kind.RECOVERY:
        model_of(kind).objects.filter(user=user, confirmed=False).delete()
    return method_of(kind).enrol(user, name=name.strip() or str(kind.label), flow=flow, **details)


def confirm_factor(
    *, user: User, kind: str, flow: Flow, factor: Factor | None, answer: Any, name: str = ""
) -> Factor:
    """The factor is the person's, as `answer` shows that it works; their trusted browsers are no longer.

    WrongCode or TooMany; CannotEnrol where it works and may not be theirs.
    """
    kind = Kind(kind)
    _demand_allowed(user, kind)
    taken = take_guess(flow, str(user.pk), kind)
    try:
        added = _confirm(
            user,
            kind,
            flow=flow,
            factor=factor,
            answer=answer,
            name=name.strip() or str(kind.label),
        )
    except CannotEnrol:
        give_back(taken)
        raise
    if added is None:
        tell_wrong(flow, user, kind)
        raise WrongCode.of(kind)
    give_back(taken)
    return added


def _confirm(user: User, kind: Kind, **given: Any) -> Factor | None:
    with transaction.atomic():
        try:
            added = method_of(kind).confirm(user, **given)
        except CannotEnrol as error:
            # Raised after the transaction, in which the question was used up.
            refusal = error
        else:
            if added is not None:
                _forget_trust(user)
                record(
                    Tag.FACTOR_ENROLLED, actor=user, target=user, kind=kind.value, name=added.name
                )
                _tell(user, "mfa/factor_added", added)
            return added
    raise refusal


@transaction.atomic
def new_recovery_codes(*, user: User, flow: Flow) -> list[str]:
    """Ten new codes, shown once; the former ones open nothing any more."""
    if not factors_of(user):
        raise FactorRefused(_("Set up another second factor first; the codes are its spare key."))
    made = enrol_factor(user=user, kind=Kind.RECOVERY, name="", flow=flow)
    record(Tag.RECOVERY_CODES_ISSUED, actor=user, target=user)
    assert made.factor is not None
    _tell(user, "mfa/recovery_codes", made.factor)
    codes: list[str] = made.shown["codes"]
    return codes


@transaction.atomic
def rename_factor(*, factor: Factor, name: str, actor: User) -> None:
    before, factor.name = factor.name, name.strip() or str(factor.kind.label)
    factor.save(update_fields=["name"])
    record(
        Tag.FACTOR_RENAMED,
        actor=actor,
        target=factor.user,
        kind=factor.kind.value,
        before={"name": before},
        after={"name": factor.name},
    )


@transaction.atomic
def remove_factor(*, factor: Factor, actor: User) -> None:
    """The factor opens nothing any more, nor does any browser that was trusted by it.

    Conflict where a policy demands it, or where it is the last way in.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=factor.user_id)
    held = factors_of(user)
    left = [one for one in held if one.persistent_id != factor.persistent_id]
    _demand_enough(user, held, left)
    factor.delete()
    if not left:
        model_of(Kind.RECOVERY).objects.filter(user=user).delete()
        user.recovery_codes.filter(issued_by=None).delete()
    _forget_trust(user)
    record(Tag.FACTOR_REMOVED, actor=actor, target=user, kind=factor.kind.value, name=factor.name)
    _tell(user, "mfa/factor_removed", factor)


def purge_unconfirmed() -> None:
    """Factors that nobody finished setting up within a day are gone."""
    before = timezone.now() - timedelta(days=1)
    for kind in (Kind.TOTP, Kind.SMS, Kind.EMAIL):
        model_of(kind).objects.filter(confirmed=False, created_at__lt=before).delete()


def _demand_allowed(user: User, kind: Kind) -> None:
    if kind not in kinds_for(user):
        raise FactorRefused(_("This kind of second factor is not available to you."))
    if kind is Kind.SMS and not factors_of(user, STRONGER_THAN_SMS):
        words = _("Set up an authenticator app or a passkey first; SMS is only its spare.")
        raise FactorRefused(words, code="sms_alone")
    if len(factors_of(user, [kind])) >= MOST:
        raise FactorRefused(_("You have as many of these as one can have. Remove one first."))


def _demand_enough(user: User, held: list[Factor], left: list[Factor]) -> None:
    demand, now = demand_on(user), timezone.now()
    usable = kinds_of(user)
    before, after = (reachable(one for one in some if one.kind in usable) for some in (held, left))
    if after < min(before, demand.strength_at(now)):
        by = ", ".join(demand.because(now))
        words = _("%(policies)s asks for this factor. Add another one before you remove it.")
        raise Conflict(words % {"policies": by}, code="policy_demands_factor")
    kinds = {one.kind for one in left}
    if Kind.SMS in kinds and not kinds & set(STRONGER_THAN_SMS):
        words = _("SMS is only a spare for this factor. Remove the number first, or add another.")
        raise Conflict(words, code="sms_alone")
    if not has_way_in(user, left):
        words = _("This is your last way to sign in. Add another one before you remove it.")
        raise Conflict(words, code="last_way_in")


def _forget_trust(user: User) -> None:
    TrustedBrowser.objects.filter(user=user).delete()


def _tell(user: User, template: str, factor: Factor) -> None:
    context = {
        "name": str(user),
        "factor": factor.name,
        "address": caller().address,
        "browser": caller().user_agent[:100],
    }
    send_mail(template, to=user.email, context=context, language=user.language)
