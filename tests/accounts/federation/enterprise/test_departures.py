"""What hangs on a provider's word ends with it, in under a second, and nothing of anybody else."""

import time
from typing import Any

import pytest
from django.conf import settings as live

from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import can
from accounts.access.services import join, set_active
from accounts.federation.enterprise.models import EnterpriseIdentity, GroupRole, ProviderSession
from accounts.federation.enterprise.services import (
    deprovision,
    end_session_index,
    end_sessions_of,
    remove_provider,
)
from accounts.models import User
from accounts.provider.models import TokenFamily
from accounts.provider.services import open_family
from mago.core.errors import Conflict
from tests.conftest import App, Browser

from .conftest import asserted, is_in, provider_in, session_row

pytestmark = pytest.mark.django_db


def test_single_logout_of_one_session_ends_that_one_and_its_tokens(
    arrive: Any, provider: Any
) -> None:
    first, second = Browser(), Browser()
    arrive(first, provider, asserted(session_index="one"))
    arrive(second, provider, asserted(session_index="two"))
    family = TokenFamily.objects.create(
        user=User.objects.get(email="ada@acme.example"),
        session_id=session_row(first).id,
        method="saml",
        last_used_at=session_row(first).created_at,
        expires_at=session_row(first).expire_date,
    )
    assert end_sessions_of(provider, "ada", "one") == 1
    assert (is_in(first), is_in(second)) == (False, True)
    family.refresh_from_db()
    assert family.revoked_at is not None
    # Once more changes nothing, and a wrong subject or index ends nothing.
    assert end_sessions_of(provider, "ada", "one") == 0
    assert end_sessions_of(provider, "eve", "two") == 0
    assert end_session_index(provider, "TWO", reason="back-channel logout") == 0
    assert is_in(second)


def test_single_logout_of_a_person_ends_every_session_and_token(arrive: Any, provider: Any) -> None:
    browser, app = Browser(), App()
    arrive(browser, provider)
    ada = User.objects.get(email="ada@acme.example")
    app.token = open_family(ada, method="saml", proofs=["federated"]).access_token
    assert app.get("me").status_code == 200
    assert end_sessions_of(provider, "ada") == 1
    assert not is_in(browser)
    assert app.get("me").status_code == 401


def test_the_same_subject_at_another_provider_stays_signed_in(
    arrive: Any, provider: Any, other: Any, charlie: Any
) -> None:
    theirs, browser = provider_in(other, charlie), Browser()
    arrive(browser, theirs, asserted(email="ada@other.example", session_index="one"))
    assert end_sessions_of(provider, "ada") == 0
    assert end_sessions_of(provider, "ada", "one") == 0
    assert is_in(browser)


def test_a_person_who_leaves_is_out_of_everything_within_a_second(
    arrive: Any, provider: Any, acme: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions, tokens and what they may do with hubs; with the memory of the process as it is in production."""
    GroupRole.objects.create(provider=provider, group="Ops", role="operator")
    browser, app = Browser(), App()
    arrive(browser, provider, asserted(groups=("Ops",)))
    ada = User.objects.get(email="ada@acme.example")
    app.token = open_family(ada, method="saml", proofs=["federated"]).access_token
    monkeypatch.setattr("accounts.access.principals.SECONDS", 1.0)
    assert (is_in(browser), app.get("me").status_code) == (True, 200)
    assert can(ada, Permission.HUBS_OPERATE, acme)
    started = time.monotonic()
    assert deprovision(provider=provider, user=ada, reason="directory")
    assert (is_in(browser), app.get("me").status_code) == (False, 401)
    assert not can(User.objects.get(pk=ada.pk), Permission.HUBS_OPERATE, acme)
    assert time.monotonic() - started < 1
    assert not deprovision(provider=provider, user=ada, reason="directory")


def test_an_account_that_belongs_to_others_goes_on_there(
    arrive: Any, provider: Any, acme: Any, other: Any
) -> None:
    arrive(Browser(), provider)
    ada = User.objects.get(email="ada@acme.example")
    join(organization=other, user=ada, actor=None)
    deprovision(provider=provider, user=ada, reason="directory")
    ada.refresh_from_db()
    assert ada.is_active
    assert [one.organization for one in ada.memberships.everywhere(reason="test")] == [other]


def test_a_provider_enables_nobody_whom_an_administrator_has_disabled(
    arrive: Any, provider: Any, dora: Any, browser: Browser
) -> None:
    arrive(Browser(), provider)
    ada = User.objects.get(email="ada@acme.example")
    deprovision(provider=provider, user=ada, reason="directory")
    set_active(user=ada, active=True, actor=dora)
    set_active(user=ada, active=False, actor=dora)
    assert arrive(browser, provider).status_code == 403
    assert not is_in(browser)


def test_the_last_owner_is_never_deprovisioned(
    arrive: Any, provider: Any, acme: Any, alice: Any
) -> None:
    EnterpriseIdentity.objects.create(
        provider=provider, issuer="i", subject="alice", user=alice, email=alice.email
    )
    with pytest.raises(Conflict):
        deprovision(provider=provider, user=alice, reason="directory")
    assert can(User.objects.get(pk=alice.pk), Permission.MEMBERS_REMOVE, acme)


def test_a_removed_provider_takes_its_sessions_along(
    arrive: Any, provider: Any, alice: Any, browser: Browser
) -> None:
    arrive(browser, provider)
    remove_provider(provider=provider, actor=alice)
    assert not is_in(browser)
    assert not ProviderSession.objects.exists()
    assert live.SESSION_COOKIE_NAME in browser.cookies
