"""How an app says what it holds of a person: in its module `personal`, by HOLDINGS, EXEMPT and ELSEWHERE.

A copy of a person's data and an erasure go by these; a test fails on a reference to a person that none speaks of.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q


@dataclass(frozen=True)
class Holding:
    """Rows that are a person's own, found by the reference `by`.

    The person is given `fields`, by names with blanks between, and never `withheld`: secrets, and what only we can
    read. The rows go with the account, unless `kept` says why they stay without it.
    """

    model: str
    by: str
    fields: str
    withheld: str = ""
    kept: str = ""


@dataclass(frozen=True)
class Exempt:
    """References that only say who did something to what is somebody else's; an erasure empties them."""

    model: str
    by: str
    why: str


@dataclass(frozen=True)
class Elsewhere:
    """What is held without a reference: `rows` gives it, and `erase` has it gone, both by the person and the addresses
    that the account has had."""

    name: str
    rows: Callable[[Any, list[str]], Iterator[dict[str, Any]]]
    erase: Callable[[Any, list[str]], None]


def naming(field: str, address: str) -> Q:
    """Rows in whose `field` the address or number stands as a whole: not as the end of a longer one, nor its beginning."""
    whole = rf"(^|[^\w.+-]){re.escape(address)}($|[^\w.-]|[.-]($|[^\w]))"
    return Q(**{f"{field}__icontains": address, f"{field}__iregex": whole})
