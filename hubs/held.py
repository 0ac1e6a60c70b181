"""What the first request of a sign-in read and the second needs: kept by the process that answered the first.

It is a convenience only. Another process, or one that had to forget, reads it again, and nothing is
decided by it: the keys of a credential never change, and whether they are good is asked of the
database. A hub that does not exist is held like any other.
"""

from collections import OrderedDict

MOST = 1024


class Held:
    """The sealed keys of exchanges that were begun, the oldest forgotten first. Taken once."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, str] = OrderedDict()

    def put(self, exchange: str, keys: str) -> None:
        self._kept[exchange] = keys
        # One comes, one goes; of two threads here at once each takes one.
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def take(self, exchange: str) -> str | None:
        return self._kept.pop(exchange, None)
