"""Providers that the environment sets: whole, or the start says what is missing."""

import importlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from accounts.federation.models import Attempt, Confirmation
from accounts.federation.tasks import purge
from mago.settings import env, federation

TENANT = "11111111-2222-3333-4444-555555555555"
GOOGLE = {"GOOGLE_CLIENT_ID": "x", "GOOGLE_CLIENT_SECRET": "y"}
MICROSOFT = {"MICROSOFT_CLIENT_ID": "x", "MICROSOFT_CLIENT_SECRET": "y"}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., dict[str, Any]]]:
    """The providers of a start with these variables."""
    monkeypatch.setattr(env, "DECLARED", dict(env.DECLARED))

    def start(**variables: str) -> dict[str, Any]:
        with monkeypatch.context() as given:
            for name, value in variables.items():
                given.setenv(name, value)
            return dict(importlib.reload(federation).SIGN_IN_PROVIDERS)

    yield start
    importlib.reload(federation)


def test_what_is_whole_is_configured_and_what_is_not_set_is_not(started: Any) -> None:
    assert started() == {}
    found = started(**GOOGLE, **MICROSOFT, MICROSOFT_TENANT=TENANT.upper())
    assert found["google"] == {"client_id": "x", "secret": "y"}
    assert found["microsoft"]["tenant"] == TENANT


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({"GOOGLE_CLIENT_ID": "x"}, "GOOGLE_CLIENT_SECRET"),
        ({"APPLE_CLIENT_ID": "x", "APPLE_TEAM_ID": "t", "APPLE_KEY_ID": "k"}, "APPLE_PRIVATE_KEY"),
        ({**MICROSOFT, "MICROSOFT_TENANT": "example.com"}, "MICROSOFT_TENANT"),
        ({**MICROSOFT, "MICROSOFT_TRUST_EMAIL": "true"}, "MICROSOFT_TRUST_EMAIL"),
        ({"MAGO_FEDERATION_NETWORKS": "10.0.0.1/8"}, "MAGO_FEDERATION_NETWORKS"),
        ({"APPLE_ASSOCIATED_APPS": "x"}, "APPLE_ASSOCIATED_APPS"),
        ({"ANDROID_ASSOCIATED_APPS": "com.example=AB"}, "ANDROID_ASSOCIATED_APPS"),
        ({"MICROSOFT_ASSOCIATED_APPS": "x"}, "MICROSOFT_ASSOCIATED_APPS"),
    ],
)
def test_what_makes_no_sense_stops_the_start(
    started: Any, variables: dict[str, str], names: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{names} "):
        started(**variables)


@pytest.mark.django_db
def test_what_nobody_can_come_back_to_is_forgotten() -> None:
    now = timezone.now()
    row = {"browser": "b", "kind": "oidc", "issuer": "i"}
    for name, end in (("old", now - timedelta(seconds=1)), ("new", now + timedelta(minutes=1))):
        Attempt.objects.create(state=name, verifier="v", nonce="n", expires_at=end, **row)
        Confirmation.objects.create(secret=name, subject="s", expires_at=end, **row)
    purge()
    assert (Attempt.objects.get().state, Confirmation.objects.get().secret) == ("new", "new")
