"""Sign-in and sign-out with SimpleSAMLphp over real HTTP; skipped where it is not installed."""

import base64
import html
import io
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.federation.saml.protocol.keys import make_key
from tests.journeys.conftest import Inside
from tests.journeys.visitor import Page, Visitor
from tests.peers.simplesamlphp import PASSWORD, SimpleSaml, simplesamlphp
from tests.running import Site, running

pytestmark = [pytest.mark.journey, pytest.mark.peer]


class Both(NamedTuple):
    site: Site
    idp: SimpleSaml
    us: dict[str, Any]


def key(name: str) -> tuple[str, str]:
    return make_key(name, datetime.now(UTC), bits=2048)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, inside: Inside) -> Iterator[Both]:
    """Mago with Acme, whose provider SimpleSAMLphp is; each knows the other."""
    with (
        simplesamlphp(tmp_path_factory.mktemp("idp"), *key("idp")) as idp,
        running(Path(tmp_path_factory.mktemp("mago")), MAGO_DEPLOYMENT="onprem") as site,
    ):
        with acme_in(site, inside):
            us = introduce(idp, site)
        yield Both(site, idp, us)


def acme_in(site: Site, inside: Inside) -> AbstractContextManager[None]:
    from accounts.models import User
    from accounts.organizations.models import Domain, Organization

    with inside(site):
        owner = User.objects.create_user("owner@acme.example", email_confirmed_at=timezone.now())
        organization = Organization.objects.create(name="Acme", slug="acme")
        Domain.objects.create(
            organization=organization, name="acme.example", proved_at=timezone.now()
        )
        assert owner.pk
    return inside(site)


def introduce(idp: SimpleSaml, site: Site) -> dict[str, Any]:
    """What our command prints, given the provider's metadata; SimpleSAMLphp is told it."""
    from django.test import override_settings

    metadata, printed = idp.folder / "idp.xml", io.StringIO()
    metadata.write_bytes(idp.metadata())
    with override_settings(MAGO_BASE_URL=site.base, MAGO_DEPLOYMENT="onprem"):
        call_command(
            "create_identity_provider",
            organization="acme",
            kind="saml",
            name="Acme’s",
            state="live",
            file=[f"metadata={metadata}"],
            stdout=printed,
        )
    us: dict[str, Any] = json.loads(printed.getvalue())
    idp.knows(us)
    return us


def send_form(visitor: Visitor, page: Page) -> Page:
    """The one form of the page is sent as a browser with JavaScript sends it at once."""
    found = re.search(r'<form[^>]*action="([^"]+)"(.*?)</form>', page.text, re.DOTALL)
    assert found, page.text
    inputs = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', found[2])
    fields = {name: html.unescape(value) for name, value in inputs if name != "submit"}
    url = urllib.parse.urljoin(page.url, html.unescape(found[1]))
    return visitor._open(urllib.request.Request(url, urllib.parse.urlencode(fields).encode()))


def sign_in(both: Both, visitor: Visitor, name: str) -> Page:
    page = visitor.get("/accounts/saml/acme/login/")
    if 'name="username"' in page.text:
        page = visitor.submit(page.url, username=name, password=PASSWORD)
    assert "SAMLResponse" in page.text, page.text
    return send_form(visitor, page)


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/accounts/").url == f"{visitor.base}/accounts/"


def test_ada_signs_in_and_out_and_the_provider_knows(both: Both) -> None:
    ada = Visitor(both.site.base)
    page = sign_in(both, ada, "ada")
    assert is_in(ada), page.text
    assert "ada@acme.example" in page.text
    left = ada.submit("/accounts/logout/")
    assert not is_in(ada)
    found = re.search(r'content="0;url=([^"]+)"', left.text)
    if found:
        left = ada.get(html.unescape(found[1]))
    assert left.url.rstrip("/") == both.site.base, (left.url, left.text[:2000])
    assert 'name="username"' in ada.get("/accounts/saml/acme/login/").text


def test_the_provider_signs_ada_out_here(both: Both) -> None:
    ada = Visitor(both.site.base)
    sign_in(both, ada, "ada")
    elsewhere = Visitor(both.site.base)
    sign_in(both, elsewhere, "grace")
    assert is_in(ada)
    there = urllib.parse.urlencode({"ReturnTo": both.idp.entity_id})
    page = ada.get(f"{both.idp.base}saml2/idp/SingleLogoutService.php?{there}")
    assert page.url == both.idp.entity_id, page.text
    assert not is_in(ada)
    assert is_in(elsewhere)


def test_what_is_encrypted_soundly_is_read(both: Both) -> None:
    """By CBC, as this version does by itself, nobody comes in: what is garbled there cannot be told from what is not."""
    both.idp.knows(both.us, encrypts=True)
    grace = Visitor(both.site.base)
    assert sign_in(both, grace, "grace").status == 403
    both.idp.encrypts_by_gcm()
    page = grace.get("/accounts/saml/acme/login/")
    sealed = re.search(r'name="SAMLResponse" value="([^"]+)"', page.text)
    assert sealed
    assert b"aes256-gcm" in base64.b64decode(html.unescape(sealed[1]))
    page = send_form(grace, page)
    both.idp.knows(both.us)
    assert "grace@acme.example" in page.text


def test_the_provider_changes_its_key(both: Both, inside: Inside) -> None:
    """Nobody comes in by a key that is not known here, and everybody once it is."""
    from accounts.federation.saml.models import SamlProvider

    new_key, new_certificate = key("idp-next")
    both.idp.sign_with(new_key, new_certificate)
    ada = Visitor(both.site.base)
    assert sign_in(both, ada, "ada").status == 403
    assert not is_in(ada)
    with inside(both.site):
        known = SamlProvider.objects.everywhere(reason="the only one").get()
        known.certificates = [*known.certificates, new_certificate]
        known.save()
    assert sign_in(both, ada, "ada").url.endswith("/accounts/")
