"""Who may register an application, and what it may be."""

from typing import Any

import pytest
from joserfc.jwk import ECKey

from accounts.access.permissions import Permission
from accounts.access.services import create_service_account
from accounts.organizations.services import create_organization
from accounts.provider.models import Application, TokenFamily
from accounts.provider.services import (
    create_application,
    edit_application,
    set_application_active,
)
from mago.core.errors import Refused

from .conftest import BACK, CODE

KEYS, OTHER_KEYS = (
    {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]} for _application in range(2)
)


@pytest.fixture
def acme(alice: Any) -> Any:
    return create_organization(name="Acme", owner=alice, actor=alice)


def test_a_stranger_cannot_register_for_an_organization(acme: Any, charlie: Any, bob: Any) -> None:
    for person in (charlie, bob):
        with pytest.raises(Refused):
            create_application(
                name="Evil", type="public", organization=acme, redirect_uris=[BACK], actor=person
            )
    assert Permission.APPLICATIONS_EDIT
    assert not TokenFamily.objects.exists()


def test_who_edits_an_application_does_not_enable_it_that_was_disabled_meanwhile(
    acme: Any, alice: Any
) -> None:
    made = {"name": "A", "type": "public", "redirect_uris": [BACK], "organization": acme}
    create_application(**made, actor=alice)
    read, same = (Application.objects.of(acme).get() for _who in range(2))
    set_application_active(application=same, active=False, actor=alice)
    assert not edit_application(application=read, name="B", actor=alice).is_active
    same.refresh_from_db()
    assert (same.name, same.is_active) == ("B", False)


def test_the_trail_tells_what_was_registered_and_what_of_it_was_changed(
    acme: Any, alice: Any, events: Any
) -> None:
    robot = create_service_account(organization=acme, name="Robot", actor=alice)
    row, _secret = create_application(
        name="A",
        type="confidential",
        auth_method="private_key_jwt",
        jwks=KEYS,
        redirect_uris=[BACK],
        organization=acme,
        actor=alice,
    )
    (made,) = events("provider:application:created")
    told = made.detail["after"]
    assert told["jwks"].startswith("SHA-256 ")
    assert told == {
        "name": "A",
        "auth_method": "private_key_jwt",
        "redirect_uris": [BACK],
        "grants": [CODE, "refresh_token"],
        "scopes": ["openid", "profile", "email", "offline_access"],
        "algorithm": "ES256",
        "jwks": told["jwks"],
    }
    edit_application(
        application=row,
        name="A",
        redirect_uris=[BACK, f"{BACK}/evil"],
        scopes=["openid"],
        id_token_algorithm="RS256",
        service_account=robot,
        jwks=OTHER_KEYS,
        actor=alice,
    )
    (changed,) = events("provider:application:edited")
    before, after = changed.detail["before"], changed.detail["after"]
    assert before == {
        "redirect_uris": [BACK],
        "scopes": ["openid", "profile", "email", "offline_access"],
        "algorithm": "ES256",
        "service_account": "",
        "jwks": told["jwks"],
    }
    assert after.pop("jwks") not in {"", before["jwks"]}
    assert after == {
        "redirect_uris": [BACK, f"{BACK}/evil"],
        "scopes": ["openid"],
        "algorithm": "RS256",
        "service_account": f"Robot ({robot.pk})",
    }


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"redirect_uris": ["http://app.example/"]}, "redirect_uris"),
        ({"redirect_uris": ["https://*.example/"]}, "redirect_uris"),
        ({"redirect_uris": ["https://a.example/#x"]}, "redirect_uris"),
        ({"redirect_uris": ["https://u:p@a.example/"]}, "redirect_uris"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"type": "other"}, "type"),
        ({"grants": ["implicit"]}, "grants"),
        ({"grants": [CODE, "password"]}, "grants"),
        ({"grants": ["client_credentials"]}, "grants"),
        ({"scopes": ["api:write"]}, "scopes"),
        ({"backchannel_logout_uri": "ftp://a.example/"}, "backchannel_logout_uri"),
        ({"auth_method": "client_secret_basic"}, "auth_method"),
        ({"id_token_algorithm": "none"}, "id_token_algorithm"),
    ],
)
def test_what_is_wrong_with_an_application_stands_beside_its_field(
    db: None, wrong: dict[str, Any], field: str
) -> None:
    fields: dict[str, Any] = {"name": "A", "type": "public", "redirect_uris": [BACK]} | wrong
    with pytest.raises(Refused) as refused:
        create_application(**fields, actor=None)
    assert field in refused.value.fields
