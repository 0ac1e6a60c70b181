"""System: each part says how it does; no secret is among what it says."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from admincenter.selectors import system
from admincenter.selectors.system import asking
from admincenter.selectors.system.common import State
from admincenter.tasks import note_alive
from mago.settings.env import Address
from tests.conftest import Browser

AT = "/admincenter/system/"


def states(found: Any = None) -> dict[str, str]:
    return {part.name: part.state.value for part in found or system.parts()}


@pytest.mark.django_db
def test_a_worker_that_was_not_heard_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at once: who has just started Mago is not alarmed."""
    monkeypatch.setattr(asking, "_STARTED", timezone.now())
    assert states()["worker"] == "well"
    monkeypatch.setattr(asking, "_STARTED", timezone.now() - timedelta(minutes=3))
    assert states()["worker"] == "down"
    note_alive()
    assert states()["worker"] == "well"
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert states()["worker"] == "down"


def test_dora_sees_every_part_and_fresh_ones_by_htmx(admin: Browser, message: Any) -> None:
    note_alive()
    message()
    response = admin.get(AT)
    found = states(response.context["parts"])
    assert found["mail"] == "warning"
    assert {name for name, state in found.items() if state == "down"} == set()
    assert (response.context["worst"], found["sms"]) == (State.WARNING, "off")
    part = admin.get(AT, headers={"HX-Request": "true"}).content.decode()
    assert 'id="parts"' in part
    assert "<html" not in part


def test_it_is_for_those_who_administer_the_platform(bob: Any, admin: Browser) -> None:
    assert Browser().as_person(bob).get(AT).status_code == 403
    assert b'href="/admincenter/system/"' in admin.get("/admincenter/").content


@pytest.mark.django_db
def test_a_database_that_fails_is_down_and_the_page_still_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> list[str]:
        raise OperationalError("password=s3cret")

    monkeypatch.setattr(asking, "missing_migrations", fail)
    found = next(part for part in system.parts() if part.name == "database")
    assert (found.state, found.detail) == (State.DOWN, "OperationalError")


@pytest.mark.django_db
def test_missing_migrations_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "missing_migrations", lambda: ["core.0002", "core.0003"])
    assert states()["database"] == "down"


def test_with_the_cache_away_the_pages_still_answer_and_say_so(
    admin: Browser, settings: Any
) -> None:
    """Whoever has to put it right, or to lock somebody down meanwhile, finds them."""
    away = {"BACKEND": "mago.core.cache.Cache", "LOCATION": "unix:///nowhere/redis.sock"}
    options = {"socket_connect_timeout": 1, "socket_timeout": 1}
    settings.CACHES = {"default": away | {"OPTIONS": options}}
    assert states(admin.get(AT).context["parts"])["cache"] == "down"
    for page in ("overview", "people", "notices", "lockdowns"):
        assert admin.get(reverse(f"admincenter:{page}")).status_code == 200


@pytest.mark.django_db
def test_a_broker_that_is_away_is_down(settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    assert states()["broker"] == "down"


@pytest.mark.django_db
def test_production_gets_advice_and_no_secret_is_shown(settings: Any) -> None:
    settings.IS_LOCAL, settings.REDIS_URL = False, ""
    settings.EMAIL_URL = Address("smtp", "mail.example.com", 587, "robot", "s3cret", "", {})
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_FROM = "AC1", "+15005550006"
    settings.TWILIO_AUTH_TOKEN = "s3cret"
    found = system.parts()
    assert states(found)["settings"] == "warning"
    told = repr(found)
    assert "set REDIS_URL" in told
    assert "mail.example.com" in told
    assert "s3cret" not in told
