"""How pages and mails say when something was."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import formats, timezone, translation

from mago.core.templatetags.ago import ago

MOMENT = datetime(2026, 11, 30, 4, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "30 November 2026", "30 November 2026, 04:42"),
        ("it", "30/11/2026", "30/11/2026 04:42"),
    ],
)
def test_a_date_is_written_as_its_language_does(language: str, day: str, moment: str) -> None:
    with translation.override(language):
        assert formats.date_format(MOMENT, "DATE_FORMAT") == day
        assert formats.date_format(MOMENT, "DATETIME_FORMAT") == moment


@pytest.mark.parametrize(
    ("language", "now", "earlier"),
    [("en", "just now", "2 hours ago"), ("it", "proprio ora", "2 ore fa")],
)
def test_what_was_a_moment_ago_was_just_now(language: str, now: str, earlier: str) -> None:
    with translation.override(language):
        assert ago(timezone.now() - timedelta(seconds=40)) == now
        past = ago(timezone.now() - timedelta(hours=2, seconds=1))
    assert past.replace("\N{NO-BREAK SPACE}", " ") == earlier
