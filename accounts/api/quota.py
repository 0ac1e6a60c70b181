"""How much one principal may ask for in a minute, and the headers that say what is left of it.

Against a program that has gone wild, not against somebody who guesses: so it is counted in the memory of this
process, at no cost, and each process counts by itself. What guards secrets is in `mago.core.ratelimit`.
The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
"""

import time
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.http import HttpResponseBase

from mago.core.errors import TooMany

WINDOW = 60
MOST_KNOWN = 10_000


@dataclass(frozen=True)
class Quota:
    """What is left of a policy: `remaining` requests in the `seconds` until it starts anew."""

    policy: str
    most: int
    remaining: int
    seconds: int

    def write_on(self, response: HttpResponseBase) -> None:
        response.headers["RateLimit-Policy"] = f'"{self.policy}";q={self.most};w={WINDOW}'
        response.headers["RateLimit"] = f'"{self.policy}";r={self.remaining};t={self.seconds}'


_counts: dict[tuple[str, str], tuple[int, int]] = {}
_lock = Lock()


def now() -> int:
    return int(time.time())


def take(principal: str, *, reads: bool) -> tuple[Quota, bool]:
    """One request counts; what is left, and whether this one was still within."""
    policy, most = ("reads", settings.API_READS) if reads else ("writes", settings.API_WRITES)
    moment = now()
    window, key = moment // WINDOW, (policy, principal)
    with _lock:
        since, count = _counts.get(key, (window, 0))
        count = count + 1 if since == window else 1
        if len(_counts) >= MOST_KNOWN:
            _counts.clear()
        _counts[key] = window, count
    return Quota(policy, most, max(0, most - count), WINDOW - moment % WINDOW), count <= most


def too_many(quota: Quota) -> TooMany:
    return TooMany(quota.seconds)


def forget() -> None:
    """Everybody starts anew."""
    _counts.clear()
