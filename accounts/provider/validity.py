"""Whether the tokens of a sign-in are good: said once, here.

What a policy demands counts for a program as for a browser. An access token is asked at each request,
so that a change counts there at once; a refresh token, when it is turned in.
"""

from datetime import datetime, timedelta

from django.conf import settings

from accounts.access.selectors.members import is_member
from accounts.models import User
from accounts.organizations.policy import Demand
from accounts.organizations.selectors import demand_on
from accounts.sessions.models import Session

from .models import Application, TokenFamily
from .scopes import OFFLINE


def is_valid(family: TokenFamily, now: datetime) -> bool:
    """Open, of somebody whom its application is for, and all that policies demand of it at this moment is met."""
    if not is_open(family, now):
        return False
    if family.application is not None and not is_for(family.application, family.user):
        return False
    return answers_to(demand_on(family.user), family, now)


def is_open(family: TokenFamily, now: datetime) -> bool:
    """Neither over nor revoked, its person active and not signed out everywhere since."""
    user = family.user
    if not user.is_active or family.created_at < user.signed_out_at:
        return False
    if family.application is not None and not family.application.is_open:
        return False
    return family.revoked_at is None and family.expires_at > now


def is_granted(family: TokenFamily, now: datetime) -> bool:
    """Whether an application may still have what it was granted: its organization's members have it, and
    without `offline_access` for as long as the browser's session in which it was granted."""
    application = family.application
    if application is None:
        return True
    if not is_for(application, family.user):
        return False
    if family.session_id is None or OFFLINE in family.scopes:
        return True
    return Session.objects.filter(id=family.session_id, expire_date__gt=now).exists()


def is_for(application: Application, user: User) -> bool:
    """Whether people like `user` may sign in to the application: an organization's is for its members."""
    organization_id = application.organization_id
    return organization_id is None or is_member(user, organization_id)


def answers_to(demand: Demand, family: TokenFamily, now: datetime) -> bool:
    """Whether the program was signed in as `demand` asks, is not too old, and is the only one where one is allowed."""
    if demand.idle is not None and now - family.last_used_at >= demand.idle:
        return False
    if demand.absolute is not None and now - family.created_at >= demand.absolute:
        return False
    if not demand.is_met_by(family.method, family.strength, now):
        return False
    return not (demand.single_session and _has_newer(family, now))


def lifetimes(demand: Demand) -> tuple[timedelta, timedelta]:
    """How long an access token and a refresh token live.

    A program shows that it is in use by turning its refresh token in. So an access token lives for half of
    the idle time that a policy allows: whoever is at work comes in time.
    """
    access, refresh = settings.ACCESS_TOKEN_LIFETIME, settings.REFRESH_TOKEN_IDLE
    if demand.idle is None:
        return access, refresh
    return min(access, demand.idle / 2), min(refresh, demand.idle)


def _has_newer(family: TokenFamily, now: datetime) -> bool:
    """Whether the person signed in elsewhere after it, with a browser or a program, and that is not over."""
    later = {"user": family.user, "created_at__gt": family.created_at}
    programs = TokenFamily.objects.filter(
        **later, application=None, revoked_at=None, expires_at__gt=now
    )
    return programs.exists() or Session.objects.filter(**later, expire_date__gt=now).exists()
