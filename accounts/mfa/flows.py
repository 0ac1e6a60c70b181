"""What a proof is asked for: one sign-in, one session, one transaction of an app."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .models import Challenge

if TYPE_CHECKING:
    from accounts.models import User

Purpose = Challenge.Purpose


@dataclass(frozen=True)
class Flow:
    """`id` is known to the server only: a code that was sent in one flow answers nothing in another.

    `browser` names one in which the person has signed in before (`sessions.browsers`); guesses made
    there are counted apart from those of strangers (`lane_of`).
    """

    id: str
    purpose: Purpose
    user: "User | None" = None
    browser: str = ""


def lane_of(flow: Flow) -> str:
    """Which of two allowances an attempt takes from: that of all browsers the person has used, or of all others.

    Two and no more: with one for each browser, who has signed in often could guess as often.
    """
    return "known" if flow.browser else "stranger"
