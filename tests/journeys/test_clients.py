"""Applications whose protocol others wrote sign people in through us: npm's openid-client, Apache, Authlib."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from accounts.models import User
from accounts.provider.services import create_application
from tests.conftest import PASSWORD
from tests.peers import apache, openid_client
from tests.running import Site, free_port

from .conftest import Inside
from .visitor import Page, Visitor

pytestmark = [pytest.mark.journey, pytest.mark.peer]
ME = "clients@example.com"
# Node: npm's openid-client, with a secret; Keyed: the same, with a key of its own.
SCOPES = ["openid", "profile", "email", "offline_access", "orders:read"]
CODE = ["authorization_code", "refresh_token"]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
KEY = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})
Applications = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def mago(site: Site) -> Site:
    return site


@pytest.fixture(scope="module")
def apache_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def registered(mago: Site, inside: Inside, apache_port: int) -> Applications:
    """What each application is told when it is registered, by name."""
    back, at_apache = f"{mago.base}/nothing-here/", f"http://127.0.0.1:{apache_port}/members/back"
    node = [*CODE, "client_credentials", DEVICE]
    fields: list[dict[str, Any]] = [
        {"name": "Node", "type": "confidential", "grants": node},
        {
            "name": "Keyed",
            "type": "confidential",
            "grants": [*CODE, "client_credentials"],
            "auth_method": "private_key_jwt",
            "jwks": {"keys": [KEY.as_dict(private=False)]},
        },
        {"name": "EdDSA", "type": "public", "id_token_algorithm": "EdDSA"},
        {"name": "RS256", "type": "public", "id_token_algorithm": "RS256"},
        {"name": "Apache", "type": "confidential", "redirect_uris": [at_apache]},
        {"name": "Authlib", "type": "confidential"},
    ]
    fields = [{"redirect_uris": [back], "scopes": SCOPES} | one for one in fields]
    found: Applications = {}
    with inside(mago):
        User.objects.create_user(ME, PASSWORD, name="Alice", email_confirmed_at=timezone.now())
        for one in fields:
            row, secret = create_application(actor=None, **one)
            told = {"issuer": mago.base, "client_id": row.client_id, "client_secret": secret}
            found[row.name] = told
    return found


@pytest.fixture
def alice(mago: Site, registered: Applications) -> Visitor:
    visitor = Visitor(mago.base)
    visitor.submit("/accounts/login/", login=ME, password=PASSWORD)
    return visitor


def allow(visitor: Visitor, url: str) -> Page:
    """The person comes to the page of consent, allows it, and is where the application wants them."""
    return visitor.press(url, "/oauth/consent", allow="1")


def test_openid_client_with_a_secret(
    mago: Site, alice: Visitor, registered: Applications, tmp_path: Path
) -> None:
    """Code, PKCE, refresh, introspection, revocation, client credentials, a device, and signing out."""
    back = f"{mago.base}/nothing-here/"
    app = registered["Node"]
    with openid_client(tmp_path, redirect_uri=back, device=True, **app) as node:
        node.arrived(allow(alice, node.says()["go"]).url)
        known = node.says()
        assert known["claims"]["aud"] == app["client_id"]
        assert known["claims"]["amr"] == ["pwd"]
        assert known["userinfo"]["email"] == ME
        refreshed = node.says()
        assert refreshed == {"refreshed": known["claims"]["sub"], "rotated": True}
        assert node.says() == {"active": [True, False]}
        assert node.says() == {"own": "orders:read"}
        device = node.says()
        alice.submit(device["go"], code=device["code"], allow="1")
        node.arrived("the page that says so")
        assert node.says() == {"device": known["claims"]["sub"]}
        assert alice.get(node.says()["leave"]).status == 200
    assert "/accounts/login/" in alice.get("/accounts/").url


def test_openid_client_with_a_key_of_its_own(
    mago: Site, alice: Visitor, registered: Applications, tmp_path: Path
) -> None:
    back, jwk = f"{mago.base}/nothing-here/", KEY.as_dict(private=True)
    told = registered["Keyed"]
    with openid_client(tmp_path, redirect_uri=back, private_jwk=jwk, **told) as node:
        node.arrived(allow(alice, node.says()["go"]).url)
        assert node.says()["userinfo"]["email"] == ME
        assert node.says()["rotated"] is True
        assert node.says() == {"active": [True, False]}


@pytest.mark.parametrize("algorithm", ["EdDSA", "RS256"])
def test_openid_client_without_a_secret_and_other_algorithms(
    mago: Site, alice: Visitor, registered: Applications, tmp_path: Path, algorithm: str
) -> None:
    back, told = f"{mago.base}/nothing-here/", registered[algorithm]
    metadata = {"id_token_signed_response_alg": algorithm}
    with openid_client(tmp_path, redirect_uri=back, metadata=metadata, **told) as node:
        node.arrived(allow(alice, node.says()["go"]).url)
        assert node.says()["claims"]["aud"] == told["client_id"]
        assert node.says()["rotated"] is True


def test_apache_s_mod_auth_openidc(
    mago: Site, alice: Visitor, registered: Applications, apache_port: int
) -> None:
    """A page of Apache is open to whoever signed in through us, and to nobody else."""
    back, app = f"http://127.0.0.1:{apache_port}/members/back", registered["Apache"]
    more = f"""
    OIDCProviderMetadataURL {mago.base}/.well-known/openid-configuration
    OIDCClientID {app["client_id"]}
    OIDCClientSecret {app["client_secret"]}
    OIDCProviderTokenEndpointAuth client_secret_basic
    OIDCRedirectURI {back}
    OIDCCryptoPassphrase on-loopback-only
    OIDCPKCEMethod S256
    OIDCScope "openid email"
    OIDCInfoHook id_token userinfo
    <Location /members/>
      AuthType openid-connect
      Require valid-user
    </Location>
    """
    with apache(apache_port, more, open="Before the door", members="Among members") as base:
        assert "Before the door" in Visitor(base).get(f"{base}/open/").text
        stranger = Visitor(base).get(f"{base}/members/")
        assert stranger.url.startswith(f"{mago.base}/accounts/login/"), stranger.url
        page = allow(alice, f"{base}/members/")
        assert (page.url, "Among members" in page.text) == (f"{base}/members/", True), page.text
        # Once more, and it is known without a question.
        assert "Among members" in alice.get(f"{base}/members/").text
        known = json.loads(alice.get(f"{back}?info=json").text)
        assert known["userinfo"]["email"] == ME
        assert known["id_token"]["iss"] == mago.base
        # Two answers that somebody has made up.
        assert Visitor(base).get(f"{back}?code=x&state=y").status in (400, 401, 404)


def test_authlib_as_client(mago: Site, alice: Visitor, registered: Applications) -> None:
    back, app = f"{mago.base}/nothing-here/", registered["Authlib"]
    said = requests.get(f"{mago.base}/.well-known/openid-configuration", timeout=20).json()
    with OAuth2Session(
        app["client_id"],
        app["client_secret"],
        token_endpoint_auth_method="client_secret_basic",
        redirect_uri=back,
        scope="openid email offline_access",
        code_challenge_method="S256",
        token_endpoint=said["token_endpoint"],
    ) as client:
        verifier = "v" * 48
        url, _state = client.create_authorization_url(
            said["authorization_endpoint"], code_verifier=verifier, nonce="once"
        )
        arrived = allow(alice, url).url
        token = client.fetch_token(
            said["token_endpoint"], authorization_response=arrived, code_verifier=verifier
        )
        keys = KeySet.import_key_set(requests.get(said["jwks_uri"], timeout=20).json())
        claims = jwt.decode(token["id_token"], keys, algorithms=["ES256"]).claims
        assert (claims["nonce"], claims["aud"]) == ("once", app["client_id"])
        assert client.get(said["userinfo_endpoint"]).json()["email"] == ME
        former = token["refresh_token"]
        assert client.refresh_token(said["token_endpoint"])["refresh_token"] != former
        seen = client.introspect_token(said["introspection_endpoint"], token=former)
        assert seen.json() == {"active": False}
        assert client.revoke_token(said["revocation_endpoint"]).status_code == 200
    assert not re.search(r"mago_(at|rt|cs)_", arrived), "no token is ever in an address"
