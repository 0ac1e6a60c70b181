"""Links that work once."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from accounts.signin import tokens
from accounts.signin.models import OneTimeToken
from accounts.signin.tokens import LinkSpent, Purpose

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def test_a_secret_has_256_bits_and_only_its_digest_is_kept() -> None:
    secret = tokens.issue(Purpose.SET_UP, lifetime=DAY)
    assert len(secret) == 43
    assert OneTimeToken.objects.get().digest != secret
    assert len(OneTimeToken.objects.get().digest) == 64


def test_two_secrets_differ() -> None:
    assert tokens.issue(Purpose.SET_UP, lifetime=DAY) != tokens.issue(Purpose.SET_UP, lifetime=DAY)


def test_finding_does_not_spend() -> None:
    secret = tokens.issue(Purpose.SET_UP, lifetime=DAY)
    assert tokens.find(Purpose.SET_UP, secret)
    assert tokens.spend(Purpose.SET_UP, secret)


def test_spending_works_once() -> None:
    secret = tokens.issue(Purpose.SET_UP, lifetime=DAY)
    tokens.spend(Purpose.SET_UP, secret)
    with pytest.raises(LinkSpent):
        tokens.spend(Purpose.SET_UP, secret)
    assert tokens.find(Purpose.SET_UP, secret) is None


@pytest.mark.parametrize("other", [p for p in Purpose if p != Purpose.SET_UP])
def test_a_secret_serves_its_purpose_only(other: Purpose) -> None:
    secret = tokens.issue(Purpose.SET_UP, lifetime=DAY)
    with pytest.raises(LinkSpent):
        tokens.spend(other, secret)
    assert tokens.find(other, secret) is None
    assert tokens.find(Purpose.SET_UP, secret)


def test_it_ends_on_the_second_without_any_clean_up() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        secret = tokens.issue(Purpose.SET_UP, lifetime=DAY)
        clock.shift(DAY - timedelta(seconds=1))
        assert tokens.find(Purpose.SET_UP, secret)
        clock.shift(1)
        assert tokens.find(Purpose.SET_UP, secret) is None
        with pytest.raises(LinkSpent):
            tokens.spend(Purpose.SET_UP, secret)


@pytest.mark.parametrize("secret", ["", "\x00", "é" * 43, "\udc80" * 43, "x" * 100_000])
def test_what_never_was_a_secret_is_refused(secret: str) -> None:
    with pytest.raises(LinkSpent):
        tokens.spend(Purpose.SET_UP, secret)


def test_revoking_reaches_those_of_one_person(alice: User, bob: User) -> None:
    hers = tokens.issue(Purpose.RESET_PASSWORD, lifetime=DAY, user=alice)
    his = tokens.issue(Purpose.RESET_PASSWORD, lifetime=DAY, user=bob)
    tokens.revoke(Purpose.RESET_PASSWORD, user=alice)
    assert tokens.find(Purpose.RESET_PASSWORD, hers) is None
    assert tokens.find(Purpose.RESET_PASSWORD, his)


def test_rows_go_a_day_after_they_ended() -> None:
    tokens.issue(Purpose.SET_UP, lifetime=DAY)
    with time_machine.travel(timezone.now() + timedelta(hours=47), tick=False):
        tokens.purge()
        assert OneTimeToken.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(hours=49), tick=False):
        tokens.purge()
        assert not OneTimeToken.objects.exists()


def test_the_clock_of_the_worker_clears_them() -> None:
    from django.conf import settings

    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "accounts.signin.tasks.purge_links" in tasks
