"""A provider is tested, without anybody being let in: each check is shown green, red or not made."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag

from ..asserted import Asserted
from ..models import IdentityProvider, SetupTrial
from ..selectors import identity_of
from .matching import usable_address
from .refusals import Refused
from .roles import role_named, wanted_roles

KEPT = 20
LONGEST_EVIDENCE = 20_000


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `passed` None: it could not be, as something before it failed, or it is told only.

    `detail` says in words what is right, or what to do about what is wrong; `evidence` is the assertion,
    attribute or certificate concerned, exactly as it came, less what is secret.
    """

    name: str
    passed: bool | None
    detail: str = ""
    evidence: str = ""


@transaction.atomic
def begin_trial(provider: IdentityProvider, *, actor: User | None) -> SetupTrial:
    """A test is under way; the oldest of many are forgotten."""
    trial = SetupTrial.objects.create(provider=provider, started_by=actor, version=provider.version)
    kept = provider.trials.order_by("-started_at").values_list("pk", flat=True)[:KEPT]
    provider.trials.exclude(pk__in=list(kept)).delete()
    return trial


@transaction.atomic
def finish_trial(
    trial: SetupTrial, checks: Iterable[Check], *, asserted: Asserted | None = None
) -> SetupTrial:
    """The test has these results; and where somebody came back, what would become of them."""
    made = list(checks)
    if asserted is not None:
        made += _checks_of_person(trial.provider, asserted)
        trial.asserted = asserted.as_json()
    trial.checks = [
        asdict(check) | {"evidence": check.evidence[:LONGEST_EVIDENCE]} for check in made
    ]
    trial.finished_at = timezone.now()
    trial.save()
    record(
        Tag.ENTERPRISE_PROVIDER_TESTED,
        actor=trial.started_by,
        target=trial.provider,
        organization_id=trial.provider.organization_id,
        failed=[check.name for check in made if check.passed is False],
    )
    return trial


def _checks_of_person(provider: IdentityProvider, asserted: Asserted) -> list[Check]:
    return [
        _check_address(provider, asserted),
        _check_account(provider, asserted),
        _check_groups(provider, asserted),
        _check_roles(provider, asserted),
    ]


def _check_address(provider: IdentityProvider, asserted: Asserted) -> Check:
    name = _("The e-mail address is of a proved domain")
    try:
        email = usable_address(provider, asserted)
    except Refused as refusal:
        return Check(name, False, refusal.for_administrator, asserted.email)
    return Check(name, True, "", email)


def _check_account(provider: IdentityProvider, asserted: Asserted) -> Check:
    name, told = _("Who it is here"), f"{asserted.issuer}\n{asserted.subject}"
    identity = identity_of(provider, asserted.issuer, asserted.subject)
    if identity is not None:
        words = _("Known: it opens the account %(email)s.") % {"email": identity.user.email}
        return Check(name, True, words, told)
    if provider.provisions:
        return Check(name, True, _("New: an account is made at the first sign-in."), told)
    words = _("Not known. New people get no account, so invite them first.")
    return Check(name, None, words, told)


def _check_groups(provider: IdentityProvider, asserted: Asserted) -> Check:
    name, told = _("The groups that may enter"), "\n".join(asserted.groups)
    required = set(provider.required_groups)
    if not required:
        return Check(name, None, _("None is asked for: everybody may."), told)
    if required & set(asserted.groups):
        return Check(name, True, "", told)
    words = _("The person is in none of: %(groups)s.")
    return Check(name, False, words % {"groups": ", ".join(sorted(required))}, told)


def _check_roles(provider: IdentityProvider, asserted: Asserted) -> Check:
    name = _("The roles that they would hold")
    wanted = wanted_roles(provider, asserted.groups)
    found = [role_named(provider.organization_id, role) for role in wanted]
    labels = [str(getattr(role, "label", role)) for role in found if role is not None]
    if not labels:
        return Check(name, None, _("None: they could sign in, and do nothing."))
    return Check(name, True, ", ".join(labels), "\n".join(asserted.groups))
