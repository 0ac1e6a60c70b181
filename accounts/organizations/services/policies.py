"""What is demanded of sign-ins is set, and demanded no more."""

import re
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.facts import Strength
from accounts.access.methods import Means, SignInMethod
from accounts.access.models import CustomRole
from accounts.access.permissions import Permission
from accounts.access.principals import forget
from accounts.access.roles import RoleName
from accounts.access.services import demand_permission
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Conflict, Refused

from ..models import Organization, SignInPolicy, Site
from ..selectors import demand_on, locked_out_by

# A year: whoever demands more than that has mistyped it.
LONGEST_MINUTES = 60 * 24 * 366
# So long administrators of a new installation have to set a second factor up.
FIRST_GRACE = timedelta(days=7)
_MAKE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
DEMANDS = (
    "strength",
    "methods",
    "authenticators",
    "idle_minutes",
    "absolute_minutes",
    "single_session",
)
FIELDS = (*DEMANDS, "grace_until")


@transaction.atomic
def set_policy(
    *,
    organization: Organization | None,
    actor: User,
    site: Site | None = None,
    role: str | None = None,
    is_new: bool = False,
    **demands: Any,
) -> SignInPolicy:
    """The policy of this organization, site and role demands this; running sessions answer to it at their next request.

    Conflict where it is said to be new (`is_new`), and there is one. Refused where it would end the session that it
    comes from at once, and so lock its author out, and where it and another one together leave somebody no way of
    signing in.
    """
    demand_permission(actor, Permission.POLICIES_EDIT, organization)
    _check_demands(demands)
    _check_place(organization, site, role)
    known = SignInPolicy.objects.everywhere(reason="the key names the organization").filter(
        organization=organization, site=site, role=role or None
    )
    policy: SignInPolicy = known.select_for_update().first() or SignInPolicy(
        organization=organization, site=site, role=role or None
    )
    if is_new and not policy._state.adding:
        raise Conflict(_("There is a policy for these already. Change that one."), code="exists")
    if policy._state.adding and not any(demands.get(name) for name in DEMANDS):
        raise Refused(_("Choose something that it demands."), code="bad_policy")
    before = _demanded_by(policy)
    for name, value in demands.items():
        setattr(policy, name, value)
    policy.updated_by = actor
    if before["grace_until"] != _plain(policy.grace_until):
        policy.grace_from = timezone.now()
    try:
        with transaction.atomic():
            policy.save()
            forget()
    except IntegrityError:
        # Somebody else has just made the same one.
        raise Conflict from None
    _demand_own_session(actor)
    _demand_a_way(policy)
    where = policy.organization_id
    record(
        Tag.POLICY_EDITED,
        actor=actor,
        target=policy,
        organization_id=where,
        before=before,
        after=_demanded_by(policy),
    )
    return policy


@transaction.atomic
def demand_factors_of_administrators() -> None:
    """Whoever administers the platform, or holds another role on it, needs two factors once a week has passed (ASVS 6.3.3).

    For the set-up: where there is such a policy already, it stays as it is.
    """
    now = timezone.now()
    demands = {
        "strength": Strength.TWO_FACTORS.value,
        "grace_from": now,
        "grace_until": now + FIRST_GRACE,
    }
    policy, created = SignInPolicy.objects.of_platform().get_or_create(
        site=None, role=RoleName.PLATFORM_ADMINISTRATOR.value, defaults=demands
    )
    if created:
        forget()
        after = _demanded_by(policy)
        record(Tag.POLICY_EDITED, target=policy, before=_demanded_by(SignInPolicy()), after=after)


def _check_demands(demands: dict[str, Any]) -> None:
    """Refused unless each demand can be met by somebody."""
    assert set(demands) <= set(FIELDS)
    strength, methods = demands.get("strength"), demands.get("methods")
    is_met = {
        "strength": strength is None or strength in set(Strength) - {Strength.NONE},
        "methods": methods is None
        or (bool(methods) and all(name in SignInMethod.values for name in methods)),
        "authenticators": _are_makes(demands.get("authenticators")),
        "idle_minutes": _is_length(demands.get("idle_minutes")),
        "absolute_minutes": _is_length(demands.get("absolute_minutes")),
    }
    message = _("Nobody could meet this demand.")
    if fields := {name: [message] for name, met in is_met.items() if not met}:
        raise Refused(message, code="bad_policy", fields=fields)


def _are_makes(names: list[str] | None) -> bool:
    """Whether these are AAGUIDs, as authenticators say them: of all but nobody, or None for any."""
    return names is None or (bool(names) and all(_MAKE.fullmatch(name) for name in names))


def _is_length(minutes: int | None) -> bool:
    return minutes is None or 0 < minutes <= LONGEST_MINUTES


def _check_place(organization: Organization | None, site: Site | None, role: str | None) -> None:
    """Refused unless site and role are the organization's own, or the role is everybody's."""
    where = organization.pk if organization else None
    own_role = not role or role in RoleName.values
    if role == RoleName.PLATFORM_ADMINISTRATOR and where is not None:
        raise Refused(_("This role cannot be held here."), code="wrong_place")
    if not own_role and where is not None:
        own_role = role in {
            str(key) for key in CustomRole.objects.of(where).values_list("pk", flat=True)
        }
    if not own_role or (site is not None and site.organization_id != where):
        raise Refused(_("This belongs to another organization."), code="wrong_place")


def _demand_own_session(actor: User) -> None:
    """Refused where the session that asks would not answer to what is demanded of its person now."""
    who = caller()
    if who.via not in (Means.SESSION, Means.ACCESS_TOKEN):
        return
    demand = demand_on(actor)
    if not demand.is_met_by(who.method, who.strength, timezone.now()):
        words = _(
            "This would lock you out. Sign in as it demands first, or set a date from which it counts."
        )
        raise Refused(words, code="locks_you_out")


def _demand_a_way(policy: SignInPolicy) -> None:
    """Refused where this and another policy exclude each other for somebody."""
    if left_out := locked_out_by(policy):
        words = _(
            "%(email)s could sign in by no way any more, as another policy allows only others. Allow one that both allow, or have the other changed."
        )
        raise Refused(words % {"email": left_out.email}, code="policies_exclude")


@transaction.atomic
def remove_policy(*, policy: SignInPolicy, actor: User, reason: str = "") -> None:
    """It demands nothing any more."""
    demand_permission(actor, Permission.POLICIES_EDIT, policy.organization)
    before, where = _demanded_by(policy), policy.organization_id
    record(
        Tag.POLICY_REMOVED,
        actor=actor,
        target=policy,
        organization_id=where,
        before=before,
        reason=reason,
    )
    policy.delete()
    forget()


def _demanded_by(policy: SignInPolicy) -> dict[str, Any]:
    return {name: _plain(getattr(policy, name)) for name in FIELDS}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
