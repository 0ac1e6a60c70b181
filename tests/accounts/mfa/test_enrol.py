"""A factor is set up: by whoever is signed in, or within a sign-in that a policy holds up."""

from typing import Any

import pytest
from django.conf import LazySettings

from accounts.access.facts import Strength
from accounts.mfa import services
from accounts.mfa.methods import recovery
from accounts.mfa.models import EmailDevice, Passkey, TotpDevice, TrustedBrowser
from accounts.mfa.services.enrolment import MOST
from mago.audit.tags import Tag
from tests.conftest import Browser

from .authenticator import Authenticator
from .conftest import code_of, is_in, second_step, sent_code, sign_in, signing_in

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]
ADD = "/accounts/mfa/add/"
NOW = "/accounts/mfa/enrol/"


@pytest.fixture
def desk(alice: Any) -> Browser:
    return Browser().as_person(alice)


def test_an_app_is_set_up_by_its_first_working_code(
    desk: Browser, alice: Any, mails: Any, events: Any
) -> None:
    desk.post(f"{ADD}totp/", {"name": "<i>Phone</i>"})
    page = desk.get(f"{ADD}totp/").content.decode()
    device = TotpDevice.objects.get()
    assert 'class="scan-code"' in page
    assert " ".join(device.key[i : i + 4] for i in range(0, 32, 4)) in page
    assert desk.post(f"{ADD}totp/", {"code": "000000"}).status_code == 400
    done = desk.post(f"{ADD}totp/", {"code": code_of(device)})
    assert done["Location"] == "/accounts/mfa/recovery/"
    device.refresh_from_db()
    assert (device.confirmed, device.name, device.flow) == (True, "<i>Phone</i>", "")
    (mail,) = mails("mfa/factor_added", alice.email)
    assert device.key not in str(mail.variables())
    assert events(Tag.FACTOR_ENROLLED)[0].detail == {"kind": "totp", "name": "<i>Phone</i>"}


def test_a_reload_shows_the_same_key_and_another_is_made_when_asked(desk: Browser) -> None:
    desk.post(f"{ADD}totp/", {"name": "Phone"})
    first = TotpDevice.objects.get().key
    desk.get(f"{ADD}totp/")
    assert TotpDevice.objects.get().key == first
    desk.post(f"{ADD}totp/?again=1", {"name": "Phone"})
    assert TotpDevice.objects.get().key != first


def test_what_one_session_began_is_not_shown_in_another(desk: Browser, alice: Any) -> None:
    desk.post(f"{ADD}totp/", {"name": "Phone"})
    planted = TotpDevice.objects.get()
    other = Browser().as_person(alice)
    assert 'class="scan-code"' not in other.get(f"{ADD}totp/").content.decode()
    other.post(f"{ADD}totp/", {"code": code_of(planted)})
    assert not TotpDevice.objects.filter(confirmed=True).exists()


def test_an_address_is_set_up_by_the_code_that_comes_to_it(desk: Browser, mails: Any) -> None:
    desk.post(f"{ADD}email/", {"address": "Other@Example.com", "name": ""})
    assert [m.recipient for m in mails("mfa/code")] == ["other@example.com"]
    desk.post(f"{ADD}email/", {"code": sent_code()})
    device = EmailDevice.objects.get()
    assert (device.confirmed, device.name) == (True, "Code by e-mail")


@pytest.mark.parametrize(("kind", "field"), [("email", "address"), ("sms", "number")])
def test_what_cannot_be_reached_is_refused_beside_its_field(
    desk: Browser, alice: Any, totp_of: Any, kind: str, field: str
) -> None:
    totp_of(alice)
    page = desk.post(f"{ADD}{kind}/", {field: "123"})
    assert page.status_code == 400
    assert page.context["form"].errors.keys() == {field}


def test_a_passkey_is_set_up(desk: Browser, alice: Any) -> None:
    options = desk.post(f"{ADD}passkey/options/").json()
    answer = Authenticator().create(options)
    desk.post(f"{ADD}passkey/", {"credential": answer, "name": "Laptop"})
    assert Passkey.objects.get().name == "Laptop"
    # The same answer again finds its question used up.
    assert desk.post(f"{ADD}passkey/", {"credential": answer}).status_code == 400


def test_a_kind_that_is_switched_off_is_offered_and_taken_from_nobody(
    desk: Browser, settings: LazySettings
) -> None:
    settings.FACTORS = ("passkey",)
    assert f"{ADD}totp/" not in desk.get("/accounts/mfa/").content.decode()
    assert desk.post(f"{ADD}totp/", {"name": "Phone"}).status_code == 400
    assert not TotpDevice.objects.exists()
    assert desk.get(f"{ADD}recovery/").status_code == 404


def test_there_is_an_end_to_how_many_one_has(alice: Any, totp_of: Any) -> None:
    for _ in range(MOST):
        totp_of(alice)
    with pytest.raises(services.FactorRefused):
        services.enrol_factor(user=alice, kind="totp", name="", flow=signing_in(alice))


def test_a_new_factor_ends_all_trust(alice: Any, desk: Browser) -> None:
    from django.utils import timezone

    TrustedBrowser.objects.create(
        user=alice, digest="d", fingerprint="f", expires_at=timezone.now()
    )
    desk.post(
        f"{ADD}passkey/",
        {"credential": Authenticator().create(desk.post(f"{ADD}passkey/options/").json())},
    )
    assert not TrustedBrowser.objects.exists()


# --- within a sign-in ---


def test_whom_a_policy_asks_for_more_sets_it_up_and_is_in(
    alice: Any, demand: Any, mails: Any
) -> None:
    demand(Strength.TWO_FACTORS)
    browser = Browser()
    assert sign_in(browser, alice)["Location"] == NOW
    page = browser.get(NOW).content.decode()
    assert "asks for a second factor" in page
    # A code by mail would not be enough, and SMS is only a spare.
    offered = {kind for kind in ("passkey", "totp", "sms", "email") if f"{NOW}{kind}/" in page}
    assert offered == {"passkey", "totp"}
    assert not is_in(browser)
    browser.post(f"{NOW}totp/", {"name": "Phone"})
    browser.post(f"{NOW}totp/", {"code": code_of(TotpDevice.objects.get())})
    assert is_in(browser)
    assert alice.sessions.get().proofs == "password totp"
    assert mails("mfa/factor_added", alice.email)


@pytest.mark.parametrize("kind", ["email", "sms", "recovery", "nonsense"])
def test_what_would_not_be_enough_cannot_be_set_up_there(
    alice: Any, demand: Any, kind: str
) -> None:
    demand(Strength.TWO_FACTORS)
    browser = Browser()
    sign_in(browser, alice)
    assert browser.get(f"{NOW}{kind}/").status_code == 404


def test_a_passkey_set_up_there_is_phishing_resistant(alice: Any, demand: Any) -> None:
    demand(Strength.PHISHING_RESISTANT)
    browser = Browser()
    sign_in(browser, alice)
    options = browser.post(f"{NOW}passkey/options/").json()
    browser.post(f"{NOW}passkey/", {"credential": Authenticator().create(options)})
    assert is_in(browser)
    assert alice.sessions.get().strength == Strength.PHISHING_RESISTANT


def test_nobody_sets_anything_up_there_without_a_password(browser: Browser) -> None:
    assert browser.get(NOW)["Location"] == "/accounts/login/"
    assert browser.get(f"{NOW}totp/")["Location"] == "/accounts/login/"
    assert browser.post(f"{NOW}passkey/options/").status_code == 401


def test_who_has_a_factor_does_not_set_up_another_in_its_place(
    alice: Any, totp_of: Any, demand: Any
) -> None:
    """Else a stolen password would be enough."""
    totp_of(alice)
    demand(Strength.TWO_FACTORS)
    browser = Browser()
    assert second_step(browser, alice).startswith("/accounts/mfa/verify/totp/")
    assert browser.get(NOW)["Location"] == "/accounts/login/"
    assert browser.post(f"{NOW}totp/", {"name": "Thief"})["Location"] == "/accounts/login/"
    assert TotpDevice.objects.count() == 1


def test_a_phished_code_does_not_get_around_the_passkey_that_is_demanded(
    alice: Any, totp_of: Any, passkey_of: Any, demand: Any
) -> None:
    device = totp_of(alice)
    passkey_of(alice)
    demand(Strength.PHISHING_RESISTANT)
    browser = Browser()
    assert second_step(browser, alice).startswith("/accounts/mfa/verify/passkey/")
    path = f"/accounts/mfa/verify/totp/{device.pk}/"
    assert browser.post(path, {"code": code_of(device)}).status_code == 404
    assert not is_in(browser)


def test_who_lost_the_passkey_sets_up_a_new_one_by_a_recovery_code(
    alice: Any, passkey_of: Any, demand: Any
) -> None:
    passkey_of(alice)
    codes = services.new_recovery_codes(user=alice, flow=signing_in(alice))
    demand(Strength.PHISHING_RESISTANT)
    browser = Browser()
    second_step(browser, alice)
    done = browser.post("/accounts/mfa/verify/recovery/0/", {"code": codes[0]})
    assert done["Location"] == NOW
    options = browser.post(f"{NOW}passkey/options/").json()
    browser.post(f"{NOW}passkey/", {"credential": Authenticator().create(options)})
    assert is_in(browser)
    assert not recovery.use(alice, codes[0])


def test_nobody_comes_in_by_the_mail_alone(alice: Any, totp_of: Any, email_of: Any) -> None:
    """Who reads the mail resets the password; the code that comes by mail as well is no second step."""
    device, mail = totp_of(alice), email_of(alice)
    browser = Browser()
    assert second_step(browser, alice) == f"/accounts/mfa/verify/totp/{device.pk}/"
    path = f"/accounts/mfa/verify/email/{mail.pk}/"
    assert browser.get(path).status_code == 404
    assert browser.post(f"{path}send/").status_code == 404
    device.delete()
    assert browser.get(path).status_code == 200
