"""What is demanded of sign-ins is demanded of programs too: at each request, and when a refresh token is turned in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.facts import Strength
from accounts.access.models import Membership
from accounts.models import User
from accounts.organizations.models import Organization, SignInPolicy
from accounts.organizations.services import create_organization
from accounts.provider.models import TokenFamily
from accounts.provider.services import TokenPair, open_family
from accounts.sessions.models import Session
from tests.accounts.conftest import is_signed_in
from tests.conftest import App, Browser

Events = Callable[..., list[Any]]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def acme(alice: User, bob: User) -> Organization:
    organization = create_organization(name="Acme", owner=alice, actor=alice)
    Membership.objects.create(organization=organization, user=bob)
    return organization


def app_of(user: User, *proofs: str) -> tuple[App, TokenPair]:
    """An app in which somebody is signed in."""
    app, pair = App(), open_family(user, method="password", proofs=list(proofs or ["password"]))
    app.token = pair.access_token
    return app, pair


def reaches(app: App) -> bool:
    """Asked with a change, as what is only read may be answered from what was true a moment ago."""
    status = app.patch("me", {}).status_code
    assert status in (200, 401)
    return bool(status == 200)


def refresh(app: App, token: str) -> Any:
    return App().post("auth/refresh", {"refresh_token": token})


@pytest.mark.parametrize(
    "demand",
    [
        {"methods": ["saml"]},
        {"strength": Strength.TWO_FACTORS},
        {"idle_minutes": 3},
        {"absolute_minutes": 3},
    ],
    ids=str,
)
def test_a_demand_that_a_program_does_not_meet_stops_it_at_once_and_for_good(
    demand: dict[str, Any], acme: Organization, bob: User, charlie: User, events: Events
) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        (app, pair), (stranger, _pair) = app_of(bob), app_of(charlie)
    with time_machine.travel(start + 4 * MINUTE, tick=False):
        assert reaches(app)
        policy = SignInPolicy.objects.create(organization=acme, **demand)
        assert not reaches(app)
        assert reaches(stranger)
        answer = refresh(app, pair.refresh_token)
        assert (answer.status_code, answer.json()["code"]) == (401, "policy")
        (event,) = events("provider:family:revoked")
        assert (event.target_id, event.detail["reason"]) == (str(bob.pk), "sign-in policy")
        # Nothing of it comes back to life.
        policy.delete()
        assert not reaches(app)
        assert refresh(app, pair.refresh_token).status_code == 401


def test_a_program_that_meets_the_demand_goes_on(acme: Organization, bob: User) -> None:
    app, pair = app_of(bob, "password", "totp")
    SignInPolicy.objects.create(organization=acme, strength=2, methods=["password"])
    assert reaches(app)
    assert refresh(app, pair.refresh_token).status_code == 200


def test_a_grace_lasts_for_programs_too(acme: Organization, bob: User) -> None:
    (app, pair), later = app_of(bob), timezone.now() + 5 * MINUTE
    SignInPolicy.objects.create(organization=acme, strength=2, grace_until=later)
    assert reaches(app)
    with time_machine.travel(later + MINUTE, tick=False):
        assert not reaches(app)
        assert refresh(app, pair.refresh_token).json()["code"] == "policy"


def test_a_program_at_work_outlives_a_short_idle_time_and_one_at_rest_does_not(
    acme: Organization, bob: User
) -> None:
    SignInPolicy.objects.create(organization=acme, idle_minutes=8)
    start, at = timezone.now(), 0
    with time_machine.travel(start, tick=False) as clock:
        app, pair = app_of(bob)
        for _ in range(5):
            # An access token lives for half of it, so that the program turns the other one in.
            at += 4
            clock.move_to(start + at * MINUTE)
            assert not reaches(app)
            answer = refresh(app, pair.refresh_token).json()
            app.token, pair = answer["access_token"], _as_pair(answer)
            assert reaches(app)
        clock.move_to(start + (at + 8) * MINUTE)
        assert refresh(app, pair.refresh_token).status_code == 401


def _as_pair(answer: dict[str, Any]) -> TokenPair:
    return TokenPair(answer["access_token"], answer["refresh_token"], answer["expires_in"])


def test_one_session_at_a_time_counts_browsers_and_programs(acme: Organization, bob: User) -> None:
    SignInPolicy.objects.create(organization=acme, single_session=True)
    first, _pair = app_of(bob)
    assert reaches(first)
    browser = Browser().as_person(bob)
    assert not reaches(first)
    assert is_signed_in(browser)
    second, pair = app_of(bob)
    assert reaches(second)
    assert not is_signed_in(browser)
    assert Session.objects.filter(user=bob).exists()
    # What is over ends nothing that is older.
    _newest, _pair = app_of(bob)
    TokenFamily.objects.filter(pk=_latest().pk).update(revoked_at=timezone.now())
    assert reaches(second)
    assert refresh(second, pair.refresh_token).status_code == 200


def _latest() -> TokenFamily:
    return TokenFamily.objects.latest("created_at")


def test_what_was_proved_is_what_a_program_is_known_by(acme: Organization, bob: User) -> None:
    app_of(bob, "password", "totp")
    assert (_latest().proofs, _latest().strength) == ("password totp", Strength.TWO_FACTORS)


def test_who_is_disabled_or_signed_out_everywhere_is_so_in_programs(
    acme: Organization, bob: User
) -> None:
    later: datetime = timezone.now() + MINUTE
    for change in ({"is_active": False}, {"is_active": True, "signed_out_at": later}):
        app, pair = app_of(bob)
        User.objects.filter(pk=bob.pk).update(**change)
        assert not reaches(app)
        assert refresh(app, pair.refresh_token).status_code == 401
