"""Signing keys: published before they sign and after; and what we say that we can do."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.provider.models import Algorithm, Application, SigningKey
from accounts.provider.services import published_keys, rotate_signing_keys, signer_for
from tests.conftest import Browser

from .conftest import Party, claims_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def kids() -> list[str]:
    return [key["kid"] for key in Client().get("/oauth/jwks").json()["keys"]]


def test_a_key_is_published_before_it_signs_and_after() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = signer_for("ES256").kid
        assert kids() == [first]
        clock.shift(87 * DAY)
        rotate_signing_keys()
        assert kids() == [first]
        clock.shift(DAY)
        rotate_signing_keys()
        rotate_signing_keys()
        second, still = kids()
        assert (still, signer_for("ES256").kid) == (first, first)
        clock.shift(2 * DAY)
        rotate_signing_keys()
        assert signer_for("ES256").kid == second
        assert kids() == [second, first]
        clock.shift(3 * DAY)
        rotate_signing_keys()
        assert kids() == [second]
        assert SigningKey.objects.count() == 1


def test_a_key_that_somebody_may_have_seen_is_gone_at_once(events: Any) -> None:
    first = signer_for("ES256").kid
    rotate_signing_keys(at_once=True)
    assert len(kids()) == 1
    assert kids() != [first]
    assert len(events("provider:signing-key:created")) == 2


@pytest.mark.slow
def test_private_parts_stay_inside() -> None:
    for algorithm in Algorithm.values:
        signer_for(algorithm)
    assert {key["alg"] for key in published_keys()} == set(Algorithm.values)
    for key in published_keys():
        assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)
        assert key["use"] == "sig"
    with connection.cursor() as cursor:
        cursor.execute("SELECT private FROM provider_signingkey")
        assert '"d"' not in str(cursor.fetchall())


@pytest.mark.parametrize("algorithm", Algorithm.values)
@pytest.mark.slow
def test_each_application_has_the_algorithm_that_it_understands(
    wiki: Party, her: Browser, algorithm: str
) -> None:
    row = wiki.application
    Application.objects.everywhere(reason="a test").update(id_token_algorithm=algorithm)
    claims = claims_of(wiki.sign_in(her)["id_token"], algorithm)
    assert claims["aud"] == row.client_id
    assert len(claims["at_hash"]) == (43 if algorithm == "EdDSA" else 22)


def test_what_we_can_do_is_told_in_both_ways() -> None:
    """OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2; RFC 9207, section 3."""
    openid = Client().get("/.well-known/openid-configuration")
    known = openid.json()
    plain = Client().get("/.well-known/oauth-authorization-server").json()
    assert plain.items() <= known.items()
    assert known["issuer"] == "http://127.0.0.1:8000"
    assert known["code_challenge_methods_supported"] == ["S256"]
    assert known["response_types_supported"] == ["code"]
    assert known["authorization_response_iss_parameter_supported"] is True
    assert "none" not in known["id_token_signing_alg_values_supported"]
    assert openid["Access-Control-Allow-Origin"] == "*"
    paths = [url.removeprefix(known["issuer"]) for name, url in known.items() if name.endswith(("_endpoint", "_uri"))]  # fmt: skip
    assert {Client().get(path).status_code for path in paths} <= {200, 302, 400, 401, 405}
