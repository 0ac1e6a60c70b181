"""`manage.py create_identity_provider`."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.federation.enterprise.models import IdentityProvider
from tests.accounts.federation.provider import FakeProvider

pytestmark = pytest.mark.django_db


def create(*more: str) -> dict[str, Any]:
    out = StringIO()
    words = ["--organization", "acme", "--kind", "oidc", *more]
    call_command("create_identity_provider", *words, stdout=out)
    made: dict[str, Any] = json.loads(out.getvalue())
    return made


def test_a_provider_is_set_up_and_what_to_copy_is_printed(
    acme: Any, peer: FakeProvider, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    made = create(
        *("--name", "Keycloak", "--state", "live", "--set", f"issuer={peer.issuer}"),
        *("--set", "client_id=mago", "--file", f"secret={secret}", "--map", "groups=roles"),
        *("--group-role", "cn=Ops,dc=acme=operator", "--default-role", "guest"),
    )
    assert made["redirect_uri"] == "http://127.0.0.1:8000/accounts/openid/acme/keycloak/callback/"
    provider = IdentityProvider.objects.of(acme).get(pk=made["id"])
    assert (provider.state, provider.openid.secret, provider.openid.scopes) == (
        "live",
        "hush",
        "openid email profile",
    )
    assert list(provider.group_roles.values_list("group", "role")) == [
        ("cn=Ops,dc=acme", "operator")
    ]
    assert "hush" not in json.dumps(made)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--set", "issuer=https://x.example", "--set", "client_id=m"], "secret: "),
        (["--set", "isuer=https://x.example"], "No field of oidc: isuer"),
        (["--set", "issuer"], "not NAME=VALUE"),
        (["--group-role", "ops=platform-administrator"], "no such role"),
        (["--default-role", "king"], "no such role"),
        (["--slug", "entra"], "short name is taken"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(
    acme: Any, provider: Any, words: list[str], why: str
) -> None:
    with pytest.raises(CommandError) as error:
        create(*words)
    assert why in str(error.value)
    assert IdentityProvider.objects.of(acme).count() == 1
    call = ["--organization", "nobody", "--kind", "oidc"]
    with pytest.raises(CommandError):
        call_command("create_identity_provider", *call)
