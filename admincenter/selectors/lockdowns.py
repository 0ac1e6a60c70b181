"""Who is locked down, as administrators look for it."""

from django.db.models import Q

from accounts.standing.selectors import lockdowns

from ..keyset import Listing, Order

_SINCE = {"since": Order(("started_at", "id"), downwards=True)}


def find_lockdowns(*, q: str = "", state: str = "") -> Listing:
    """Those in force or, with the state "lifted", those that were: the newest first. With `q`, of whom or what has this in
    the address or the short name; they are few."""
    found = lockdowns(lifted=state == "lifted")
    if q:
        found = found.filter(Q(person__email__icontains=q) | Q(organization__slug__icontains=q))
    return Listing((found,), key=("started_at", "id"), orders=_SINCE)
