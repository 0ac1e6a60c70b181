"""An organization's own OpenID provider, which others wrote, over real HTTP; skipped where it is not installed.

The organization is made and its provider set up by the commands, as on an installation on premises.
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.journeys.visitor import Page, Visitor
from tests.peers import folder_of, openid_provider
from tests.running import Site, free_port, manage, running

pytestmark = [pytest.mark.journey, pytest.mark.peer]

SECRET = "a-secret-of-two-programs-on-one-machine"
ORGANIZATION = """
from django.utils import timezone
from accounts.models import User
from accounts.organizations.models import Domain
from accounts.organizations.services import create_organization
alice = User.objects.create_user("alice@example.com", email_confirmed_at=timezone.now())
acme = create_organization(name="Acme", owner=alice, actor=None)
domain = Domain.objects.create(
    organization=acme, name="peer.example.com", proved_at=timezone.now()
)
"""
ROUTE = """
from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.services import set_route
from accounts.organizations.models import Domain
provider = IdentityProvider.objects.everywhere(reason="a test").get()
domain = Domain.objects.everywhere(reason="a test").get()
set_route(domain=domain, provider=provider, enforcement="off", actor=None)
"""


class Both(NamedTuple):
    site: Site
    issuer: str


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Mago on premises and Acme's provider, each of which knows the other."""
    folder_of("oidc-provider")
    port = free_port()
    with running(Path(tmp_path_factory.mktemp("mago")), MAGO_DEPLOYMENT="onprem") as site:
        manage(site, "shell", "-c", ORGANIZATION, MAGO_DEPLOYMENT="onprem")
        made: dict[str, Any] = json.loads(
            manage(
                site,
                *("create_identity_provider", "--organization", "acme", "--kind", "oidc"),
                *("--name", "Peer", "--state", "live", "--set", "client_id=mago"),
                *("--set", f"issuer=http://127.0.0.1:{port}", "--file", "secret=-"),
                sent=SECRET,
                MAGO_DEPLOYMENT="onprem",
            )
        )
        manage(site, "shell", "-c", ROUTE, MAGO_DEPLOYMENT="onprem")
        folder = tmp_path_factory.mktemp("peer")
        with openid_provider(port, made["redirect_uri"], folder) as issuer:
            yield Both(site, issuer)


def sign_in(visitor: Visitor, name: str) -> Page:
    """The address first; it leads to the provider, and from there back."""
    leaving = visitor.submit("/accounts/login/", login=f"{name}@peer.example.com")
    found = re.search(r'content="0;url=([^"]+)"', leaving.text)
    assert found, leaving.text
    page = visitor.submit(html.unescape(found[1]), login=name, password="x")
    while "/interaction/" in page.url:
        page = visitor.submit(page.url, prompt="consent")
    return page


def test_the_address_leads_to_the_organizations_provider_and_back_into_the_account(
    both: Both,
) -> None:
    visitor = Visitor(both.site.base)
    page = sign_in(visitor, "ada")
    assert page.url.endswith("/accounts/"), page.text
    assert "ada@peer.example.com" in page.text
    assert "Acme" in visitor.get("/accounts/organizations/").text
    # Known the next time, by subject; and with both sessions in the list.
    again = Visitor(both.site.base)
    sign_in(again, "ada")
    assert again.get("/accounts/").status == 200


def test_who_is_of_no_proved_domain_is_refused_with_a_page(both: Both) -> None:
    """An address that the provider itself does not vouch for."""
    page = sign_in(Visitor(both.site.base), "unproved-eve")
    assert page.status == 403
    assert "does not vouch" in page.text
