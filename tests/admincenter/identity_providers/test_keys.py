"""Our key for Acme's SAML providers is changed on the provider's page, step by step, by whoever may edit it."""

from typing import Any

import pytest

from accounts.federation.saml.models import OwnKey
from mago.audit.tags import Tag
from tests.accounts.federation.enterprise.conftest import provider_in
from tests.accounts.federation.saml.conftest import set_up
from tests.accounts.federation.saml.idp import key_pair
from tests.conftest import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

AT = "/admincenter/identity-providers/acme/"


@pytest.fixture
def at(acme: Any, alice: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(
        "accounts.federation.saml.protocol.keys.make_key", lambda *_a, **_k: key_pair("sp-2")
    )
    provider = provider_in(acme, alice)
    set_up(acme, provider)
    return f"{AT}{provider.pk}/"


def states(acme: Any) -> set[str]:
    return set(OwnKey.objects.of(acme).values_list("state", flat=True))


def test_the_next_key_is_prepared_used_and_the_former_retired(
    at: str, acme: Any, alice: Any, events: Any
) -> None:
    owner = Browser().as_person(alice)
    page = owner.get(at).text
    assert "keys/prepare/" in page
    assert "keys/activate/" not in page
    for step, left, said in (
        ("activate", {"current"}, "Prepare the next key first."),
        ("prepare", {"current", "next"}, "The next key is in our metadata."),
        ("prepare", {"current", "next"}, "The next key is there already"),
        ("activate", {"current", "previous"}, "It signs from now on."),
        ("retire", {"current"}, "The former key opens nothing any more."),
        ("retire", {"current"}, "There is no previous key."),
    ):
        page = owner.post(f"{at}keys/{step}/", follow=True).text
        assert said in page, step
        assert states(acme) == left, step
    key = OwnKey.objects.of(acme).get()
    assert key.certificate == key_pair("sp-2")[1]
    assert key.fingerprint in page
    assert "PRIVATE KEY" not in page
    assert events(Tag.SAML_KEY_ACTIVATED)[0].actor_id == alice.pk


def test_nobody_else_touches_it_and_other_kinds_know_no_such_key(
    at: str, acme: Any, alice: Any, charlie: Any, bob: Any
) -> None:
    for person in (bob, charlie):
        assert Browser().as_person(person).post(f"{at}keys/prepare/").status_code == 404
    assert states(acme) == {"current"}
    directory, owner = provider_in(acme, alice, kind="ldap", slug="directory"), Browser()
    owner.as_person(alice)
    assert owner.post(f"{AT}{directory.pk}/keys/prepare/").status_code == 404
    assert 'id="keys"' not in owner.get(f"{AT}{directory.pk}/").text
