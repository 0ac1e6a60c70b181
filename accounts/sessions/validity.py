"""Whether a session is alive: said once, here."""

from datetime import datetime

from accounts.organizations.policy import Demand, session_lengths
from accounts.organizations.selectors import demand_on

from .models import Session


def expires_at(
    *,
    created_at: datetime,
    last_seen_at: datetime,
    remembered: bool,
    ends_at: datetime | None = None,
) -> datetime:
    """The earliest of the idle and the absolute end (ASVS 7.3.1, 7.3.2), as far as no policy is stricter, and of
    the one that a provider has set."""
    idle, absolute = session_lengths(Demand(), remembered=remembered)
    ends = (last_seen_at + idle, created_at + absolute, ends_at)
    return min(end for end in ends if end is not None)


def is_valid(session: Session, now: datetime) -> bool:
    """Not expired; and where somebody is signed in, they are active, were not signed out everywhere since,
    and the session still answers to what policies demand of it at this moment."""
    if session.expire_date <= now:
        return False
    user = session.user
    if user is None:
        return True
    if not user.is_active or session.created_at < user.signed_out_at:
        return False
    return answers_to(demand_on(user), session, now)


def answers_to(demand: Demand, session: Session, now: datetime) -> bool:
    """Whether the session was opened as `demand` asks, is not too old, and is the only one where one is allowed."""
    idle, absolute = session_lengths(demand, remembered=session.remembered)
    if now - session.last_seen_at >= idle or now - session.created_at >= absolute:
        return False
    if not demand.is_met_by(session.method, session.strength, now):
        return False
    return not (demand.single_session and _has_newer(session, now))


def _has_newer(session: Session, now: datetime) -> bool:
    """Whether the person signed in elsewhere after it, with a browser or a program, and that is not over."""
    assert session.user is not None
    later = {"created_at__gt": session.created_at}
    if Session.objects.filter(user=session.user, expire_date__gt=now, **later).exists():
        return True
    # Programs lie above sessions; the person knows theirs.
    # Through an application somebody is signed in here, and not a second time.
    programs = session.user.token_families.filter(application=None, **later)
    return programs.filter(revoked_at=None, expires_at__gt=now).exists()
