"""The k-anonymity range service: it learns five hex digits of a hash and cannot tell which of hundreds was meant."""

import ssl
import time
from functools import lru_cache
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, Request, build_opener

TIMEOUT = 2.0  # seconds, for each step and for all of them
LONGEST = 1_048_576  # bytes; a padded answer has about 40,000


class _NoRedirects(HTTPRedirectHandler):
    """A redirect is an error: the hash prefix goes to the service that was configured and nowhere else."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


@lru_cache(maxsize=1)
def opener() -> OpenerDirector:
    return build_opener(_NoRedirects, HTTPSHandler(context=ssl.create_default_context()))


def found_by_service(base: str, sha1: bytes) -> bool:
    """Whether the service at `base` (…/range/) lists the hash.

    Raises OSError or ValueError when there is no usable answer within about 2 seconds.
    """
    digits = sha1.hex().upper()
    prefix, suffix = digits[:5], digits[5:]
    # Padding hides from a listener how many entries a prefix has; entries counted 0 are padding.
    request = Request(f"{base.rstrip('/')}/{prefix}", headers={"Add-Padding": "true", "User-Agent": "Mago"})  # noqa: S310
    lines = _fetch(request).decode("ascii").split()
    if not lines:
        raise ValueError("the answer is empty")
    counts = dict(_entry(line) for line in lines)
    return counts.get(suffix, 0) > 0


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
