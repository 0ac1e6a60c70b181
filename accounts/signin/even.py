"""Work whose time tells nothing: whoever asks for a mail learns by no clock whether its address has an account."""

from collections.abc import Callable
from functools import wraps
from time import monotonic, sleep
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
# Several times what a mail is promised in, and less than anybody notices.
SECONDS = 0.02


def evenly(work: Callable[P, T]) -> Callable[P, T]:
    """`work` is done and then waited with, until SECONDS have passed since its beginning.

    The same is done for an address that nobody has. But to make a person's object out of a row, or to write its key,
    takes some microseconds more, and with every change to either way others.
    """

    @wraps(work)
    def done_evenly(*args: P.args, **kwargs: P.kwargs) -> T:
        end = monotonic() + SECONDS
        try:
            return work(*args, **kwargs)
        finally:
            sleep(max(0.0, end - monotonic()))

    return done_evenly
