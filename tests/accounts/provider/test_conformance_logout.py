"""The OpenID Foundation's conformance tests of a provider for logout, by the names under which the suite publishes them."""

from typing import Any

import pytest
from django.test import Client

from accounts.provider.services import tell_of_ended_sessions
from accounts.sessions.models import Session
from tests.conftest import Browser

from .conftest import Party
from .test_logout import BYE, listener, told

__all__ = ["listener", "told"]
END = "/oauth/end-session"


def is_in() -> bool:
    return Session.objects.filter(user__isnull=False).exists()


def confirmed(browser: Browser, page: Any) -> Any:
    """The person is asked, and says yes."""
    assert page.status_code == 200
    assert is_in()
    done = browser.post("/oauth/end-session/confirm", {"query": page.context["query"]})
    assert not is_in()
    return done


@pytest.mark.parametrize("profile", ["rp-initiated", "backchannel"])
def test_oidcc_logout_discovery_endpoint_verification(profile: str, db: None) -> None:
    said = Client().get("/.well-known/openid-configuration").json()
    if profile == "rp-initiated":
        assert said["end_session_endpoint"].endswith(END)
    else:
        assert said["backchannel_logout_supported"] is True
        assert said["backchannel_logout_session_supported"] is True


def test_oidcc_rp_initiated_logout(wiki: Party, her: Browser) -> None:
    hint = wiki.sign_in(her)["id_token"]
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "s"}
    assert her.get(END, sent)["Location"] == f"{BYE}?state=s"
    assert not is_in()


@pytest.mark.parametrize("uri", ["https://wiki.example/other", f"{BYE}?foo=bar"])
def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(
    wiki: Party, her: Browser, uri: str
) -> None:
    """Also …-query-added-to-post-logout-redirect-uri."""
    hint = wiki.sign_in(her)["id_token"]
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": uri, "state": "s"}
    assert her.get(END, sent)["Location"] == "/"


@pytest.mark.parametrize("kind", ["modified", "bad"])
def test_oidcc_rp_initiated_logout_modified_id_token_hint(
    wiki: Party, her: Browser, kind: str
) -> None:
    """Whoever cannot be believed sends nobody anywhere."""
    hint = wiki.sign_in(her)["id_token"]
    wrong = hint[:-6] + ("aaaaaa" if hint[-6:] != "aaaaaa" else "bbbbbb")
    sent = {"id_token_hint": wrong if kind == "modified" else "x", "post_logout_redirect_uri": BYE}
    assert confirmed(her, her.get(END, sent))["Location"] == "/"


def test_oidcc_rp_initiated_logout_no_id_token_hint(wiki: Party, her: Browser) -> None:
    wiki.sign_in(her)
    sent = {"post_logout_redirect_uri": BYE, "state": "s"}
    assert confirmed(her, her.get(END, sent))["Location"] == "/"


@pytest.mark.parametrize("sent", [{}, {"state": "s"}], ids=["no-params", "only-state"])
def test_oidcc_rp_initiated_logout_no_params(
    wiki: Party, her: Browser, sent: dict[str, str]
) -> None:
    wiki.sign_in(her)
    assert confirmed(her, her.get(END, sent))["Location"] == "/"


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(wiki: Party, her: Browser) -> None:
    hint = wiki.sign_in(her)["id_token"]
    assert her.get(END, {"id_token_hint": hint, "state": "s"})["Location"] == "/"
    assert not is_in()


def test_oidcc_rp_initiated_logout_no_state(wiki: Party, her: Browser) -> None:
    hint = wiki.sign_in(her)["id_token"]
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": BYE}
    assert her.get(END, sent)["Location"] == BYE


def test_oidcc_backchannel_rp_initiated_logout(
    listener: Party, her: Browser, told: list[Any]
) -> None:
    """Signing out by the application itself is told to it as well."""
    hint = listener.sign_in(her)["id_token"]
    her.get(END, {"id_token_hint": hint})
    tell_of_ended_sessions()
    assert len(told) == 1
