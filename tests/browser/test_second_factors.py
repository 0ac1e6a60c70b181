"""Second factors in a real browser: a passkey, an authenticator app, a code by mail, spare codes, and a policy."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django_otp.oath import totp

from tests.running import Site

from .conftest import PASSWORD
from .test_accessibility import RULES
from .test_first_journey import sign_up

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
OTHER = "four clocks under the blue stairs"
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 360)]


@pytest.fixture
def home(site: Site) -> str:
    """The same place by its name: a passkey belongs to a name, and an address in numbers is none."""
    return site.base.replace("127.0.0.1", "localhost")


def is_fine(page: Any) -> None:
    """The page as it stands breaks no rule, in light and dark, at a desk and on a phone."""
    from axe_playwright_python.sync_playwright import Axe

    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options=RULES).response["violations"]
        told = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
        sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert (told, sideways) == ([], False), (page.url, scheme, width)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": 1280, "height": 900})


def come_in(window: Any, site: Site, home: str, email: str) -> None:
    """A new account, whose person is signed in."""
    sign_up(window, replace(site, base=home), email, PASSWORD)
    window.goto(site.link_to(email, "confirm-email").replace(site.base, home))
    window.get_by_role("button", name="Confirm").click()
    window.wait_for_url("**/accounts/")


def give_password(window: Any, home: str, email: str, password: str = PASSWORD) -> None:
    window.goto(f"{home}/accounts/login/")
    window.get_by_label("E-mail address").fill(email)
    window.get_by_label("Password", exact=True).fill(password)
    window.get_by_role("button", name="Sign in", exact=True).click()


def leave(window: Any, home: str) -> None:
    window.context.clear_cookies()
    window.goto(f"{home}/accounts/login/")


def app_code(secret: str) -> str:
    key = base64.b32decode(secret.replace(" ", ""))
    return f"{totp(key):06d}"


def next_app_code(secret: str, before: str) -> str:
    """The code after the one that was used: the next step's, which is taken early."""
    key = base64.b32decode(secret.replace(" ", ""))
    after = f"{totp(key, t0=-30):06d}"
    return after if after != before else f"{totp(key):06d}"


def set_up_app(window: Any, home: str) -> tuple[str, str]:
    """The key of an authenticator app that was set up, and the code that was used."""
    window.goto(f"{home}/accounts/mfa/add/totp/")
    window.get_by_label("Name").fill("Telephone")
    window.get_by_role("button", name="Go on").click()
    window.get_by_role("img", name="QR code").wait_for()
    secret = window.get_by_label("Key").input_value()
    code = app_code(secret)
    window.get_by_label("Code", exact=True).fill(code)
    return secret, code


def mailed_code(site: Site, email: str) -> str:
    for _ in range(200):
        for mail in site.inbox():
            if mail["to"] == email and (found := re.search(r"\b\d{6}\b", mail["text"])):
                return found.group(0)
        time.sleep(0.05)
    raise AssertionError("no code came")


def later_code(site: Site, email: str, before: str) -> str:
    """The code that comes after the one before."""
    for _ in range(200):
        if (code := mailed_code(site, email)) != before:
            return code
        time.sleep(0.05)
    raise AssertionError("no other code came")


@pytest.fixture
def touch(window: Any) -> Iterator[Callable[[bool], None]]:
    """A platform authenticator that knows its holder (Chrome DevTools Protocol, domain WebAuthn); says whether
    they touch it when it asks."""
    devtools = window.context.new_cdp_session(window)
    devtools.send("WebAuthn.enable")
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield lambda enabled: devtools.send(
        "WebAuthn.setAutomaticPresenceSimulation",
        {"authenticatorId": made["authenticatorId"], "enabled": enabled},
    )
    devtools.detach()


def test_a_passkey_is_made_opens_alone_and_is_a_second_step(
    site: Site, home: str, window: Any, touch: Callable[[bool], None]
) -> None:
    come_in(window, site, home, "pat@example.com")
    window.goto(f"{home}/accounts/mfa/")
    is_fine(window)
    window.get_by_role("link", name=re.compile("^Passkey")).click()
    window.get_by_label("Name").fill("Laptop")
    is_fine(window)
    window.get_by_role("button", name="Make a passkey").click()
    window.wait_for_url("**/accounts/mfa/recovery/")
    is_fine(window)
    window.get_by_role("button", name="Make ten codes").click()
    assert window.locator(".codes code").count() == 10
    is_fine(window)
    window.emulate_media(media="print")
    assert not window.get_by_role("button", name="Print").is_visible()
    assert window.locator(".codes code").first.is_visible()
    window.emulate_media(media="screen")
    window.get_by_role("link", name="I have kept them").click()
    assert "Laptop" in window.get_by_role("main").inner_text()
    is_fine(window)

    # The field of the address offers it, and it opens alone.
    leave(window, home)
    window.wait_for_url("**/accounts/")

    touch(False)
    leave(window, home)
    give_password(window, home, "pat@example.com")
    window.wait_for_url("**/accounts/mfa/verify/passkey/**")
    is_fine(window)
    touch(True)
    window.get_by_role("button", name="Use a passkey").click()
    window.wait_for_url("**/accounts/")


def test_an_app_is_scanned_and_asked_for_and_the_mail_is_no_way_around_it(
    site: Site, home: str, window: Any
) -> None:
    come_in(window, site, home, "quinn@example.com")
    secret, used = set_up_app(window, home)
    is_fine(window)
    window.get_by_role("button", name="Set up").click()
    window.wait_for_url("**/accounts/mfa/recovery/")

    leave(window, home)
    give_password(window, home, "quinn@example.com")
    window.get_by_label("Code", exact=True).fill("000000")
    window.get_by_role("button", name="Go on").click()
    window.get_by_text("does not fit").wait_for()
    window.get_by_text("Why was I asked?").click()
    is_fine(window)
    window.get_by_label("Code", exact=True).fill(next_app_code(secret, used))
    window.get_by_label("Do not ask in this browser").check()
    window.get_by_role("button", name="Go on").click()
    window.wait_for_url("**/accounts/")
    window.goto(f"{home}/accounts/mfa/")
    window.get_by_role("heading", name="Trusted browsers").wait_for()
    is_fine(window)
    window.get_by_role("link", name="Rename Telephone").click()
    is_fine(window)
    window.go_back()
    window.get_by_role("link", name="Remove Telephone").click()
    is_fine(window)


def test_without_javascript_all_but_passkeys_work(site: Site, home: str, chrome: Any) -> None:
    context = chrome.new_context(java_script_enabled=False)
    page = context.new_page()
    come_in(page, site, home, "robin@example.com")
    page.goto(f"{home}/accounts/mfa/add/email/")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Code", exact=True).fill(mailed_code(site, "robin@example.com"))
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url("**/accounts/mfa/recovery/")
    page.get_by_role("button", name="Make ten codes").click()
    spare = page.locator(".codes code").first.inner_text()

    leave(page, home)
    give_password(page, home, "robin@example.com")
    page.get_by_role("button", name="Send a code").click()
    page.get_by_label("Code", exact=True).wait_for()
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(spare)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/accounts/")
    context.close()


def test_a_code_comes_by_mail_when_it_is_asked_for(site: Site, home: str, window: Any) -> None:
    come_in(window, site, home, "sam@example.com")
    window.goto(f"{home}/accounts/mfa/add/email/")
    is_fine(window)
    window.get_by_role("button", name="Go on").click()
    first = mailed_code(site, "sam@example.com")
    window.get_by_label("Code", exact=True).fill(first)
    window.get_by_role("button", name="Set up").click()
    window.wait_for_url("**/accounts/mfa/recovery/")
    leave(window, home)
    give_password(window, home, "sam@example.com")
    is_fine(window)
    window.get_by_role("button", name="Send a code").click()
    is_fine(window)
    window.get_by_label("Code", exact=True).fill(later_code(site, "sam@example.com", first))
    window.get_by_role("button", name="Go on").click()
    window.wait_for_url("**/accounts/")


def test_a_code_by_sms_is_the_spare_beside_an_app(site: Site, home: str, window: Any) -> None:
    number = "+393477654321"
    come_in(window, site, home, "uma@example.com")
    set_up_app(window, home)
    window.get_by_role("button", name="Set up").click()
    window.wait_for_url("**/accounts/mfa/recovery/")
    window.goto(f"{home}/accounts/mfa/add/sms/")
    window.get_by_label("Mobile number").fill(number)
    is_fine(window)
    window.get_by_role("button", name="Go on").click()
    first = mailed_code(site, number)
    window.get_by_label("Code", exact=True).fill(first)
    window.get_by_role("button", name="Set up").click()
    window.get_by_text("Code by SMS is set up").wait_for()

    leave(window, home)
    give_password(window, home, "uma@example.com")
    window.get_by_role("link", name=re.compile("Code by SMS")).click()
    window.get_by_role("button", name="Send a code").click()
    is_fine(window)
    window.get_by_label("Code", exact=True).fill(first)
    window.get_by_role("button", name="Go on").click()
    window.get_by_text("does not fit").wait_for()
    for _ in range(15):  # one message in twenty seconds, however often the button is pressed
        window.get_by_role("button", name=re.compile("Send")).click()
        if (code := mailed_code(site, number)) != first:
            break
        window.wait_for_timeout(2000)
    window.get_by_label("Code", exact=True).fill(code)
    window.get_by_role("button", name="Go on").click()
    window.wait_for_url("**/accounts/")


def test_a_mailed_code_opens_the_door_and_the_app_is_asked_for_all_the_same(
    site: Site, home: str, window: Any
) -> None:
    come_in(window, site, home, "vera@example.com")
    leave(window, home)
    window.get_by_role("link", name="E-mail me a code").click()
    window.get_by_label("E-mail address").fill("vera@example.com")
    is_fine(window)
    window.get_by_role("button", name="E-mail me a code").click()
    window.wait_for_url("**/login/code/verify/")
    is_fine(window)
    window.get_by_label("Code", exact=True).fill("000000")
    window.get_by_role("button", name="Sign in", exact=True).click()
    window.get_by_text("does not fit").wait_for()
    first = mailed_code(site, "vera@example.com")
    window.get_by_label("Code", exact=True).fill(first)
    window.get_by_role("button", name="Sign in", exact=True).click()
    window.wait_for_url("**/accounts/")
    set_up_app(window, home)
    window.get_by_role("button", name="Set up").click()
    window.wait_for_url("**/accounts/mfa/recovery/")

    leave(window, home)
    window.get_by_role("link", name="E-mail me a code").click()
    window.get_by_label("E-mail address").fill("vera@example.com")
    window.get_by_role("button", name="E-mail me a code").click()
    window.wait_for_url("**/login/code/verify/")
    window.get_by_label("Code", exact=True).fill(later_code(site, "vera@example.com", first))
    window.get_by_role("button", name="Sign in", exact=True).click()
    window.wait_for_url("**/accounts/mfa/verify/totp/**")
    window.goto(f"{home}/accounts/")
    assert "/accounts/login/" in window.url


def test_a_new_password_is_no_way_around_the_second_step(
    site: Site, home: str, window: Any
) -> None:
    come_in(window, site, home, "will@example.com")
    secret, used = set_up_app(window, home)
    window.get_by_role("button", name="Set up").click()
    window.wait_for_url("**/accounts/mfa/recovery/")

    leave(window, home)
    window.get_by_role("link", name="Forgot your password?").click()
    window.get_by_label("E-mail address").fill("will@example.com")
    window.get_by_role("button", name="Send the link").click()
    window.goto(site.link_to("will@example.com", "password/reset/").replace(site.base, home))
    window.get_by_label("New password").fill(OTHER)
    window.get_by_role("button", name="Set the password").click()
    window.wait_for_url("**/accounts/login/**")
    give_password(window, home, "will@example.com", OTHER)
    window.wait_for_url("**/accounts/mfa/verify/totp/**")
    is_fine(window)
    window.get_by_label("Code", exact=True).fill(next_app_code(secret, used))
    window.get_by_role("button", name="Go on").click()
    window.wait_for_url("**/accounts/")


def test_whom_a_policy_asks_for_more_sets_it_up_on_the_way_in(
    site: Site, home: str, window: Any, chrome: Any, owner: dict[str, str]
) -> None:
    come_in(window, site, home, "tess@example.com")
    leave(window, home)
    demand_two_factors(chrome.new_context().new_page(), home, owner, "tess@example.com")
    give_password(window, home, "tess@example.com")
    window.wait_for_url("**/accounts/mfa/enrol/")
    assert "asks for a second factor" in window.get_by_role("main").inner_text()
    assert window.get_by_role("link", name=re.compile("^Code by")).count() == 0
    is_fine(window)
    window.get_by_role("link", name=re.compile("^Authenticator app")).click()
    is_fine(window)
    window.get_by_role("button", name="Go on").click()
    code = app_code(window.get_by_label("Key").input_value())
    is_fine(window)
    window.get_by_label("Code", exact=True).fill(code)
    window.get_by_role("button", name="Set up").click()
    window.wait_for_url("**/accounts/")


def demand_two_factors(page: Any, home: str, owner: dict[str, str], email: str) -> None:
    """The administrator makes an organization for that person, and demands two factors there."""
    give_password(page, home, owner["email"])
    page.wait_for_url("**/accounts/")
    page.goto(f"{home}/admincenter/create-organization/")
    page.get_by_label("Name", exact=True).fill("Strict")
    page.get_by_label("Owner").fill(email)
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/admincenter/organizations/strict*/")
    page.goto(f"{page.url}policies/create/")
    page.get_by_label("At least").select_option(label="Two factors")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Two factors").first.wait_for()
    page.context.close()
