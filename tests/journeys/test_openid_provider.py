"""Sign-in with an OpenID provider that others wrote, over real HTTP; skipped where it is not installed."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from accounts.federation.providers import Provider, Step
from accounts.federation.services import try_provider
from tests.journeys.visitor import Page, Visitor
from tests.peers import folder_of, openid_provider
from tests.running import Site, free_port, running

pytestmark = [pytest.mark.journey, pytest.mark.peer]

SECRET = "a-secret-of-two-programs-on-one-machine"


class Both(NamedTuple):
    site: Site
    issuer: str


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Mago and the provider, each of which knows the other."""
    folder_of("oidc-provider")
    port = free_port()
    environment = {
        "OIDC_NAME": "Peer",
        "OIDC_ISSUER": f"http://127.0.0.1:{port}",
        "OIDC_CLIENT_ID": "mago",
        "OIDC_CLIENT_SECRET": SECRET,
    }
    with running(Path(tmp_path_factory.mktemp("mago")), **environment) as site:
        callback = f"{site.base}/accounts/identities/oidc/callback/"
        with openid_provider(port, callback, tmp_path_factory.mktemp("peer")) as issuer:
            yield Both(site, issuer)


def sign_in(visitor: Visitor, name: str) -> Page:
    """From our page to theirs, as that person there, and back."""
    leaving = visitor.press("/accounts/login/", "/accounts/identities/oidc/begin/")
    found = re.search(r'content="0;url=([^"]+)"', leaving.text)
    assert found, leaving.text
    page = visitor.submit(html.unescape(found[1]), login=name, password="x")
    while "/interaction/" in page.url:
        page = visitor.submit(page.url, prompt="consent")
    return page


def test_a_stranger_comes_by_the_provider_and_is_known_the_next_time(both: Both) -> None:
    page = sign_in(Visitor(both.site.base), "ada")
    assert page.url.endswith("/accounts/"), page.text
    assert "ada@peer.example.com" in page.text
    again = Visitor(both.site.base)
    sign_in(again, "ada")
    page = again.get("/accounts/identities/")
    assert page.text.count("Unlink") >= 1
    assert "used just now" in page.text


def test_an_address_that_the_provider_has_not_proved_is_proved_by_mail(both: Both) -> None:
    eve = Visitor(both.site.base)
    assert sign_in(eve, "unproved-eve").url.endswith("/accounts/identities/check-mail/")
    link = both.site.link_to("unproved-eve@peer.example.com", "/confirm-address/")
    assert Visitor(both.site.base).get(link).status == 400
    assert eve.submit(link).url.endswith("/accounts/")


@pytest.mark.django_db
def test_the_test_of_a_provider_says_which_step_fails(both: Both, dora: Any, settings: Any) -> None:
    settings.MAGO_BASE_URL = both.site.base

    def failed(secret: str = SECRET, **other: str) -> Step | None:
        values = {"issuer": both.issuer, "client_id": "mago", "name": "Peer", **other}
        return try_provider(Provider(kind="oidc", secret=secret, **values), actor=dora).failed

    assert failed() is None
    assert failed(secret="wrong") is Step.CLIENT
    assert failed(client_id="other") is Step.AUTHORIZATION
    assert failed(issuer=f"{both.issuer}/") is Step.DISCOVERY
    assert failed(issuer=f"http://127.0.0.1:{free_port()}") is Step.DISCOVERY
    settings.MAGO_BASE_URL = "http://127.0.0.1:1"
    assert failed() is Step.AUTHORIZATION
