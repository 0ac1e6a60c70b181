"""One's own factors: seen, renamed, removed, and never those of somebody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.facts import Strength
from accounts.mfa import services
from accounts.mfa.models import RecoveryCode, RecoveryDevice, TotpDevice
from accounts.sessions.models import Session
from mago.audit.tags import Tag
from mago.core.errors import Conflict
from tests.conftest import Browser

from .conftest import signing_in

pytestmark = pytest.mark.django_db
LIST = "/accounts/mfa/"


@pytest.fixture
def desk(alice: Any) -> Browser:
    """Where alice is signed in."""
    return Browser().as_person(alice)


def removed(browser: Browser, factor: Any) -> bool:
    browser.post(f"/accounts/mfa/{factor.kind}/{factor.pk}/remove/")
    return not type(factor).objects.filter(pk=factor.pk).exists()


def test_the_list_names_each_masks_addresses_and_says_what_is_weak(
    desk: Browser, alice: Any, totp_of: Any, email_of: Any, sms_of: Any
) -> None:
    totp_of(alice, "<b>Phone</b>")
    email_of(alice)
    sms_of(alice)
    page = desk.get(LIST).content.decode()
    for shown in (
        "&lt;b&gt;Phone&lt;/b&gt;",
        "a•••@example.com",
        "+39 ••• 67",
        "Weak",
        "never used",
        'href="/accounts/sessions/"',
        'action="/accounts/logout/"',
    ):
        assert shown in page
    assert "+393471234567" not in page
    assert "<b>Phone" not in page


def test_as_many_queries_for_ten_as_for_one(
    desk: Browser, alice: Any, totp_of: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        totp_of(alice, f"App {number}")
    with django_assert_max_num_queries(16):
        page = desk.get(LIST).text
    assert all(f"App {number}" in page for number in range(10))


def test_a_factor_is_renamed(desk: Browser, alice: Any, totp_of: Any, events: Any) -> None:
    device = totp_of(alice)
    desk.post(f"/accounts/mfa/totp/{device.pk}/rename/", {"name": " Work "})
    device.refresh_from_db()
    assert device.name == "Work"
    told = events(Tag.FACTOR_RENAMED)[0].detail
    assert (told["before"], told["after"]) == ({"name": "Telephone"}, {"name": "Work"})


def test_a_factor_is_removed_with_its_trust_and_its_owner_is_told(
    desk: Browser, alice: Any, totp_of: Any, mails: Any, events: Any
) -> None:
    device = totp_of(alice)
    services.new_recovery_codes(user=alice, flow=signing_in(alice))
    assert removed(desk, device)
    assert len(mails("mfa/factor_removed", alice.email)) == 1
    assert events(Tag.FACTOR_REMOVED)[0].detail == {"kind": "totp", "name": "Telephone"}
    # The spare key of nothing is none.
    assert not RecoveryDevice.objects.exists()
    assert not RecoveryCode.objects.exists()


@pytest.mark.parametrize("action", ["rename", "remove"])
def test_somebody_elses_factor_is_not_found(
    desk: Browser, bob: Any, totp_of: Any, action: str
) -> None:
    his = totp_of(bob)
    for method in (desk.get, desk.post):
        assert method(f"/accounts/mfa/totp/{his.pk}/{action}/").status_code == 404
        assert method(f"/accounts/mfa/nonsense/{his.pk}/{action}/").status_code == 404
    assert TotpDevice.objects.filter(user=bob, name="Telephone").exists()


def test_what_a_policy_demands_is_not_removed_and_the_refusal_names_it(
    desk: Browser, alice: Any, totp_of: Any, email_of: Any, demand: Any
) -> None:
    device, weak = totp_of(alice), email_of(alice)
    demand(Strength.TWO_FACTORS)
    Session.objects.filter(user=alice).update(strength=2, proofs="password totp")
    page = desk.post(f"/accounts/mfa/totp/{device.pk}/remove/", follow=True).content.decode()
    assert "asks for this factor" in page
    assert TotpDevice.objects.exists()
    # The weak one helps nobody to meet it, so it may go; and of two, one may.
    assert removed(desk, weak)
    other = totp_of(alice, "Second")
    assert removed(desk, device)
    assert not removed(desk, other)


def test_the_last_way_in_is_not_removed(alice: Any, passkey_of: Any, totp_of: Any) -> None:
    passkey, _ = passkey_of(alice)
    totp_of(alice)
    alice.set_unusable_password()
    alice.save()
    with pytest.raises(Conflict) as refused:
        services.remove_factor(factor=passkey, actor=alice)
    assert refused.value.code == "last_way_in"
    passkey_of(alice)
    services.remove_factor(factor=passkey, actor=alice)


@pytest.mark.parametrize(
    "path", ["add/totp/", "add/passkey/", "recovery/", "totp/{}/remove/", "add/passkey/options/"]
)
def test_what_is_dangerous_asks_again_who_is_there(
    desk: Browser, alice: Any, totp_of: Any, path: str
) -> None:
    device = totp_of(alice)
    Session.objects.filter(user=alice).update(proved_at=timezone.now() - timedelta(minutes=11))
    response = desk.post(LIST + path.format(device.pk))
    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert TotpDevice.objects.count() == 1
    assert not RecoveryCode.objects.exists()


def test_the_menu_shows_the_section_also_on_pages_below_it(desk: Browser) -> None:
    assert f'href="{LIST}" aria-current="page"' in desk.get(LIST).text
    below = desk.get(f"{LIST}add/totp/").text
    assert f'href="{LIST}" aria-current="true"' in below
    assert 'aria-current="page"' not in below


def test_recovery_codes_are_shown_in_the_one_answer_that_makes_them(
    desk: Browser, alice: Any, totp_of: Any
) -> None:
    totp_of(alice)
    assert "<li><code>" not in desk.get("/accounts/mfa/recovery/").content.decode()
    made = desk.post("/accounts/mfa/recovery/")
    assert made.content.decode().count("<li><code>") == 10
    assert "no-store" in made["Cache-Control"]
    assert "<li><code>" not in desk.get("/accounts/mfa/recovery/").content.decode()


def test_recovery_codes_without_a_factor_are_refused_with_the_reason(desk: Browser) -> None:
    assert "Set up a factor first" in desk.get(LIST).text
    response = desk.post("/accounts/mfa/recovery/")
    assert response.status_code == 400
    assert "Set up another second factor first" in response.content.decode()
