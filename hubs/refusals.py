"""Failed sign-ins: told in the audit with their true reason, and limited, so that neither guessing nor noise pays."""

import time

from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.http import network_of
from mago.core.ratelimit import Limit

from .scram import Failure

# For one name from one network: whoever knows a hub's name does not shut it out from elsewhere.
PER_NAME = Limit("hub-failures", 10, 600)
# What one network writes into the audit.
PER_NETWORK = Limit("hub-failures-network", 100, 600)
_MOST_SUSPECTS = 10_000


class TemporaryFailure(Failure):
    """Nothing is wrong with the hub: it may come again in `retry_after` seconds."""

    status = 503
    error = "temporary-auth-failure"
    e = "no-resources"

    def __init__(self, retry_after: float, reason: str = "", status: int = 503) -> None:
        super().__init__(reason)
        self.retry_after = max(1, int(retry_after + 0.999))
        self.status = status


# Names that failed here lately, and until when that is remembered. Only for them the limit is looked
# up before there is a failure: a hub in good order pays nothing for it.
_suspects: dict[tuple[str, str], float] = {}


def demand_patience(name: str) -> None:
    """TemporaryFailure where this name has failed too often from this network."""
    if not _suspects:
        return
    key = (name, network_of(caller().address))
    if _suspects.get(key, 0) > time.monotonic() and (wait := PER_NAME.wait(*key)) > 0:
        raise TemporaryFailure(wait, "too many failures", status=429)


def note(failure: Failure, name: str) -> Failure:
    """The failure stands in the audit, or what is to be told in its place because there were too many."""
    network = network_of(caller().address)
    key = (name, network)
    if len(_suspects) >= _MOST_SUSPECTS:
        _suspects.clear()
    _suspects[key] = time.monotonic() + PER_NAME.seconds
    if (wait := PER_NAME.try_take(*key)) > 0:
        return TemporaryFailure(wait, "too many failures", status=429)
    if PER_NETWORK.try_take(network) == 0:
        who = failure.subject
        record(
            Tag.HUB_SIGN_IN_FAILED,
            target=who,
            outcome=Outcome.FAILURE,
            organization_id=who.organization_id if who else None,
            name=name,
            reason=failure.reason,
        )
    return failure
