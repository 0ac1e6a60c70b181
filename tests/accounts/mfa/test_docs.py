"""What the documentation says of limits is what the code does."""

from pathlib import Path

import pytest
from django.conf import settings

from accounts.mfa import codes, limits, sms_caps
from accounts.mfa.methods import passkey
from accounts.mfa.models import Kind
from accounts.mfa.services import administration
from accounts.mfa.services.enrolment import MOST
from accounts.mfa.trust import LIFETIME
from mago.core.ratelimit import Limit

TEXT = (Path(settings.BASE_DIR) / "docs/second-factors.md").read_text()
HOUR, DAY = 3600, 24 * 3600
ROWS = [
    ("from one network, or one known browser", [(limits.GUESS_QUICK, 5, 300)]),
    (
        "wrong codes for one account",
        [(limits.GUESS_DAY, 24, DAY), (limits.GUESS_YEAR, 50, limits.YEAR / 2)],
    ),
    (
        "sent to one person",
        [(limits.CODE_QUICK, 1, 20), (limits.CODE_HOUR, 5, HOUR), (limits.CODE_DAY, 15, DAY)],
    ),
    ("sent to one address", [(limits.CODE_ADDRESS, 20, DAY)]),
    ("sent from one network", [(limits.CODE_NETWORK, 60, HOUR)]),
    ("to one number", [(limits.SMS_NUMBER, 3, 600), (limits.SMS_NUMBER_DAY, 10, DAY)]),
]


@pytest.mark.parametrize(("row", "said"), ROWS, ids=[row for row, _ in ROWS])
def test_each_row_says_what_holds(row: str, said: list[tuple[Limit, int, float]]) -> None:
    (line,) = [line for line in TEXT.splitlines() if f"{row} |" in line]
    for limit, count, seconds in said:
        assert (limit.count, limit.seconds) == (count, seconds)
        assert f"{count} " in line


def test_the_other_numbers() -> None:
    minutes = [
        int(lifetime.total_seconds() // 60)
        for lifetime in (codes.LIFETIMES[Kind.EMAIL], codes.LIFETIMES[Kind.SMS], passkey.LIFETIME)
    ]
    for said in (
        f"| tries of one code that was sent | {limits.TRIES} |",
        "lives {}, {}, {} minutes".format(*minutes),
        f"asked again for {LIFETIME.days} days",
        f"{sms_caps.PREFIX_DAY} in a day (UTC)",
        f"fewer than {sms_caps.CONVERSION:.0%}".replace("%", " %"),
        f"for a prefix from {sms_caps.ENOUGH_FOR_PREFIX} SMS on, for a dial code from {sms_caps.ENOUGH_FOR_DIAL_CODE} on",
        f"After {limits.GUESS_MANY.count} wrong ones in a day",
        f"After {limits.GUESS_ALARM.count} in ten minutes",
        f"within {administration.LIFETIME.total_seconds() / 3600:.0f} hours",
    ):
        assert said in TEXT
    assert MOST == 10
    assert "ten at most" in TEXT
