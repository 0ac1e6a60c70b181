"""Signing out: asked for by an application, and told to applications."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.federation.fetching import Answer
from accounts.provider.models import Participant
from accounts.provider.services import create_application, tell_of_ended_sessions
from accounts.sessions.models import Session
from mago.core.outbound import Unreachable
from tests.conftest import Browser

from .conftest import BACK, Party, claims_of

BYE = "https://wiki.example/bye"
EARS = "https://listener.example/logout"


@pytest.fixture
def listener(db: None) -> Party:
    """Wants to hear when a session ends."""
    row, secret = create_application(
        name="Listener",
        type="confidential",
        redirect_uris=[BACK],
        backchannel_logout_uri=EARS,
        actor=None,
    )
    return Party(row, secret)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    heard: list[tuple[str, dict[str, str]]] = []

    def fetch(url: str, *, fields: dict[str, str], **kwargs: Any) -> Answer:
        heard.append((url, fields))
        return Answer(200, None, b"")  # type: ignore[arg-type]

    monkeypatch.setattr("accounts.provider.services.logout.fetch", fetch)
    return heard


def test_who_shows_the_id_token_of_the_session_ends_it(wiki: Party, her: Browser) -> None:
    pair = wiki.sign_in(her)
    passing = wiki.sign_in(her, scope="openid")
    answer = her.get(
        "/oauth/end-session",
        {"id_token_hint": pair["id_token"], "post_logout_redirect_uri": BYE, "state": "s"},
    )
    assert answer["Location"] == f"{BYE}?state=s"
    assert not Session.objects.filter(user__isnull=False).exists()
    assert wiki.refresh(passing["refresh_token"]).json()["error"] == "invalid_grant"
    assert wiki.refresh(pair["refresh_token"]).status_code == 200


def test_without_it_the_person_is_asked(wiki: Party, her: Browser) -> None:
    """ASVS 10.6.2: nobody is signed out by a link."""
    asked = her.get("/oauth/end-session", {"client_id": wiki.id, "post_logout_redirect_uri": BYE})
    assert asked.status_code == 200
    assert "Wiki" in asked.text
    assert Session.objects.filter(user__isnull=False).exists()
    done = her.post("/oauth/end-session/confirm", {"query": asked.context["query"]})
    assert done["Location"] == BYE
    assert not Session.objects.filter(user__isnull=False).exists()


def test_the_id_token_of_another_session_is_not_enough(
    wiki: Party, her: Browser, alice: Any
) -> None:
    hint = wiki.sign_in(Browser().as_person(alice))["id_token"]
    assert her.get("/oauth/end-session", {"id_token_hint": hint}).status_code == 200


@pytest.mark.parametrize("url", ["https://evil.example/", BYE + "?x", BACK, "javascript:alert(1)"])
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    wiki: Party, her: Browser, url: str
) -> None:
    hint = wiki.sign_in(her)["id_token"]
    answer = her.get("/oauth/end-session", {"id_token_hint": hint, "post_logout_redirect_uri": url})
    assert answer["Location"] == "/"


def test_applications_hear_of_a_session_that_ended_however_it_did(
    listener: Party, wiki: Party, her: Browser, alice: Any, told: list[Any]
) -> None:
    claims = claims_of(listener.sign_in(her)["id_token"])
    wiki.sign_in(her)
    tell_of_ended_sessions()
    assert told == []
    her.post("/accounts/logout/")
    tell_of_ended_sessions()
    tell_of_ended_sessions()
    ((url, fields),) = told
    assert url == EARS
    news = claims_of(fields["logout_token"])
    assert (news["sub"], news["sid"], news["aud"]) == (str(alice.pk), claims["sid"], listener.id)
    assert list(news["events"]) == ["http://schemas.openid.net/event/backchannel-logout"]
    assert "nonce" not in news
    assert not Participant.objects.exists()


def test_a_session_that_is_renewed_has_not_ended(
    listener: Party, her: Browser, told: list[Any]
) -> None:
    listener.sign_in(her)
    her.post("/accounts/sessions/end-others/")
    tell_of_ended_sessions()
    assert told == []


def test_who_does_not_hear_is_told_again(
    listener: Party, her: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.sign_in(her)
    her.post("/accounts/logout/")

    def fetch(*args: Any, **kwargs: Any) -> Answer:
        raise Unreachable("connect", "nobody there")

    monkeypatch.setattr("accounts.provider.services.logout.fetch", fetch)
    for attempt in range(1, 8):
        tell_of_ended_sessions()
        participant = Participant.objects.get()
        assert participant.attempts == attempt
        assert participant.due_at > timezone.now()
        Participant.objects.update(due_at=timezone.now())
    tell_of_ended_sessions()
    assert not Participant.objects.exists()
