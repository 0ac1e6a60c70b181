"""A provider that is open says who everybody is: whoever holds less than an owner neither opens nor changes one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import create_custom_role, grant_role
from accounts.federation.directory.services import configuration as directory
from accounts.federation.enterprise.services import (
    create_provider,
    edit_provider,
    set_state,
    setup_links,
)
from accounts.federation.openid import services as openid
from accounts.federation.saml.services import configuration as saml
from mago.core.errors import Forbidden

Attempt = Callable[[], Any]


@pytest.fixture(params=["a role of its own", "an owner for an hour"])
def helper(request: Any, acme: Any, alice: Any, bob: Any) -> Any:
    """Who may edit providers, and is no owner for good."""
    Membership.objects.create(organization=acme, user=bob)
    names = ["identity_providers:edit", "identity_providers:read"]
    role: Any = RoleName.ORGANIZATION_OWNER
    end: Any = timezone.now() + timedelta(hours=1)
    if request.param == "a role of its own":
        role = create_custom_role(organization=acme, name="H", permissions=names, actor=alice)
        end = None
    grant_role(user=bob, role=role, actor=alice, scope=acme.access_scope, expires_at=end)
    return bob


def refused(attempt: Attempt) -> None:
    with pytest.raises(Forbidden) as error:
        attempt()
    assert error.value.code == "not_yours_to_open"


def test_whoever_is_no_owner_for_good_makes_drafts_and_opens_none(
    acme: Any, alice: Any, helper: Any
) -> None:
    draft = create_provider(organization=acme, kind="oidc", name="Mine", actor=helper)
    edit_provider(provider=draft, actor=helper, name="Still mine")
    for state in ("trial", "live"):
        refused(lambda state=state: set_state(provider=draft, state=state, actor=helper))  # type: ignore[misc]
    set_state(provider=draft, state="trial", actor=alice)
    set_state(provider=draft, state="disabled", actor=helper)


@pytest.mark.parametrize("state", ["trial", "live"])
def test_nor_do_they_change_one_that_is_open(
    state: str, provider: Any, alice: Any, helper: Any
) -> None:
    set_state(provider=provider, state=state, actor=alice)
    mine: dict[str, Any] = {"provider": provider, "actor": helper}
    refused(lambda: edit_provider(**mine, attribute_mapping={"email": "nickname"}))
    refused(lambda: openid.configure(**mine, issuer="https://evil.example", secret="x"))
    refused(lambda: saml.configure(**mine, source="fields", fields={}))
    refused(lambda: directory.configure(**mine, servers=["evil.example:636"]))
    edit_provider(provider=provider, actor=alice, name="By an owner")


def test_nor_by_a_set_up_link(provider: Any, alice: Any, helper: Any) -> None:
    set_state(provider=provider, state="trial", actor=alice)
    provider.refresh_from_db()
    refused(lambda: setup_links.create_link(provider=provider, actor=helper))
    set_state(provider=provider, state="draft", actor=alice)
    provider.refresh_from_db()
    _link, address = setup_links.create_link(provider=provider, actor=helper)
    browser = setup_links.open_link(address.rstrip("/").rpartition("/")[2])
    assert setup_links.link_of(browser).provider == provider
    set_state(provider=provider, state="trial", actor=alice)
    with pytest.raises(setup_links.SetupLinkSpent):
        setup_links.link_of(browser)
