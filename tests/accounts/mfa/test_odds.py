"""What a guesser may hope for, computed from the limits themselves: at most one account in a thousand a year
falls to somebody who has its password (SECURITY, property 5)."""

import pytest
import time_machine

from accounts.mfa import codes, limits
from accounts.mfa.flows import Flow, Purpose, lane_of
from accounts.mfa.methods import recovery, totp
from accounts.mfa.services.guesses import _wanted
from accounts.signin.limits import MAIL_ADDRESS
from mago.core.ratelimit import Limit

pytestmark = pytest.mark.one_database

BEARABLE = 1e-3
# A stranger's, and that of a browser in which the person has signed in before.
LANES = 2


def most_in(limit: Limit, seconds: float) -> float:
    """How often a limit of this kind lets through, at most (GCRA: all at once, and again as it drains)."""
    return limit.count + seconds * limit.count / limit.seconds


def guesses_in_a_year() -> float:
    return LANES * min(most_in(limit, limits.YEAR) for limit in limits.GUESSES)


def test_an_authenticator_app_is_guessed_at_most_once_in_a_thousand_accounts_a_year() -> None:
    valid = 2 * totp.TOLERANCE + 1
    assert guesses_in_a_year() * valid / 10**totp.DIGITS <= BEARABLE


def test_so_is_a_code_that_was_sent_also_while_a_key_is_rotated() -> None:
    valid = 2  # one under each key of the ring
    assert guesses_in_a_year() * valid / 10**codes.DIGITS <= BEARABLE


def test_so_is_a_code_that_opens_alone() -> None:
    # As many guesses again, on a lane of its own; and no more codes than are mailed, each with its tries.
    mailed = most_in(MAIL_ADDRESS, limits.YEAR) * limits.TRIES
    assert min(guesses_in_a_year(), mailed) / 10**codes.DIGITS <= BEARABLE


def test_a_recovery_code_is_not_guessed_at_all() -> None:
    quick = most_in(limits.GUESS_QUICK, limits.YEAR)
    networks = 10**6
    odds = quick * networks * 2 * recovery.COUNT / len(recovery.ALPHABET) ** recovery.LENGTH
    assert odds < 1e-6


def test_every_guess_at_a_code_takes_from_each_allowance() -> None:
    for purpose in Purpose:
        for kind in ("totp", "sms", "email"):
            taken = [limit for limit, _key in _wanted(Flow("f", purpose), "who", kind)]
            assert taken == list(limits.GUESSES)


def test_a_third_browser_is_no_third_lane() -> None:
    keys = {
        _wanted(Flow("f", Purpose.SIGN_IN, None, browser), "who", "totp")[-1][1]
        for browser in ("", "desk", "telephone", "somebody else's")
    }
    assert (
        len(keys)
        == LANES
        == len({lane_of(Flow("f", Purpose.SIGN_IN, None, b)) for b in "ab"} | {"stranger"})
    )


@pytest.mark.django_db
def test_the_limit_lets_through_as_often_as_was_computed() -> None:
    limit = Limit("test:odds", 5, 3600)
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        passed = 0
        for _ in range(48):
            while limit.try_take("key") == 0:
                passed += 1
            clock.shift(1800)
    assert passed <= most_in(limit, 24 * 3600)
