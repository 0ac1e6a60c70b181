"""The k-anonymity range service for breached passwords.

It is told the first five hex digits of a SHA-1 and answers with all that begin so, some hundreds:
it cannot tell which password was meant.
"""

import time
from functools import lru_cache
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from mago.core.trust import trusting

TIMEOUT = 2.0  # seconds, for each step of the connection and for the answer as a whole
LONGEST = 1_048_576  # bytes; a padded answer has about 40,000


@lru_cache(maxsize=1)
def opener() -> OpenerDirector:
    """Speaks verified HTTPS and nothing else; a redirect is an error, for nobody else is to be told."""
    director = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPSHandler(context=trusting()),
        HTTPErrorProcessor(),
        HTTPDefaultErrorHandler(),
        UnknownHandler(),
    ):
        director.add_handler(handler)
    return director


def found_by_service(base: str, sha1: bytes) -> bool:
    """Whether the service at `base` (…/range/) lists the hash.

    Raises OSError, ValueError or HTTPException when there is no usable answer within 2 seconds.
    """
    digits = sha1.hex().upper()
    # Padding hides from a listener how many hashes begin so; entries counted 0 are padding.
    headers = {"Add-Padding": "true", "User-Agent": "Mago"}
    url = f"{base.rstrip('/')}/{digits[:5]}"
    lines = _fetch(Request(url, headers=headers)).decode("ascii").split()  # noqa: S310
    if not lines:
        raise ValueError("the answer is empty")
    counts = dict(_entry(line) for line in lines)
    return counts.get(digits[5:], 0) > 0


def _fetch(request: Request) -> bytes:
    deadline = time.monotonic() + TIMEOUT
    body = b""
    with opener().open(request, timeout=TIMEOUT) as response:
        while chunk := response.read1(65_536):
            body += chunk
            if len(body) > LONGEST or time.monotonic() > deadline:
                raise TimeoutError("the answer is too long or too slow")
    return body


def _entry(line: str) -> tuple[str, int]:
    suffix, _, count = line.partition(":")
    return suffix.upper(), int(count)
