"""Who is locked down, as administrators look for it."""

from accounts.standing.selectors import lockdowns

from ..keyset import Listing, Order

_SINCE = {"since": Order(("started_at", "id"), downwards=True)}


def find_lockdowns(*, state: str = "") -> Listing:
    """Those in force or, with the state "lifted", those that were: the newest first."""
    found = lockdowns(lifted=state == "lifted")
    return Listing((found,), key=("started_at", "id"), orders=_SINCE)
