"""Members in a state: who signed in lately, who has which second factor."""

from collections.abc import Callable
from functools import partial

from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.access.models import Membership
from accounts.mfa.models import Kind
from accounts.organizations.models import Organization

from ..periods import PERIODS, Period
from .factors import EPOCH, FACTORS, has_strong_factor, strongest_is
from .figures import MOST

Members = QuerySet[Membership]


def in_state(members: Members, organization: Organization, state: str, *, whole: bool) -> Members:
    """Of these members those in the state; but for `whole` among the MOST who joined last, as of each it is looked up."""
    if not state:
        return members
    if not whole:
        newest = Membership.objects.of(organization).order_by("-joined_at").values("joined_at")
        last = Coalesce(Subquery(newest[MOST - 1 : MOST]), EPOCH)
        members = members.filter(joined_at__gte=last)
    return STATES[state](members)


def _signed_in(members: Members, period: Period) -> Members:
    return members.filter(user__last_login__gte=period.starts(timezone.now())[0])


def _by_factor(members: Members, kind: Kind | None) -> Members:
    return members.filter(strongest_is(kind, "user"), user__is_active=True)


STATES: dict[str, Callable[[Members], Members]] = {
    "active": lambda members: members.filter(user__is_active=True),
    "disabled": lambda members: members.filter(user__is_active=False),
    **{f"seen-{key}": partial(_signed_in, period=period) for key, period in PERIODS.items()},
    "with-factor": lambda members: members.filter(has_strong_factor("user"), user__is_active=True),
    "without-factor": partial(_by_factor, kind=None),
    **{f"factor-{kind}": partial(_by_factor, kind=kind) for kind in FACTORS},
}
