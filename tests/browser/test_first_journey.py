"""The product's main job, as a person sees it: sign up, confirm, sign in; an administrator sees it all."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.running import Site

from .conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def sign_up(window: Any, site: Site, email: str, password: str) -> None:
    window.goto(f"{site.base}/")
    window.get_by_role("link", name="Create an account").first.click()
    window.get_by_label("E-mail address").fill(email)
    window.get_by_label("Password", exact=True).fill(password)
    window.get_by_role("button", name="Create account").click()


def test_a_stranger_becomes_a_member_and_an_administrator_sees_it(
    site: Site, window: Any, owner: dict[str, str], sign_in: Callable[[dict[str, str]], None]
) -> None:
    sign_up(window, site, "alice@example.com", PASSWORD)
    assert "alice@example.com" in window.get_by_role("main").inner_text()

    window.goto(site.link_to("alice@example.com", "confirm-email"))
    window.get_by_role("button", name="Confirm").click()
    window.wait_for_url("**/accounts/")

    window.get_by_role("button", name="Your account: alice@example.com").click()
    window.get_by_role("button", name="Sign out").click()
    window.wait_for_url(f"{site.base}/")
    window.goto(f"{site.base}/accounts/")
    assert "/accounts/login/" in window.url

    sign_in({"email": "alice@example.com", "password": PASSWORD})
    window.context.clear_cookies()

    sign_in(owner)
    window.goto(f"{site.base}/admincenter/people/?q=alice")
    assert "alice@example.com" in window.get_by_role("main").inner_text()
    window.goto(f"{site.base}/admincenter/audit/")
    assert "Signed in" in window.get_by_role("main").inner_text()


def test_a_forgotten_password_is_replaced(
    site: Site, window: Any, sign_in: Callable[[dict[str, str]], None]
) -> None:
    sign_up(window, site, "bob@example.com", PASSWORD)
    window.goto(site.link_to("bob@example.com", "confirm-email"))
    window.get_by_role("button", name="Confirm").click()
    window.wait_for_url("**/accounts/")
    window.context.clear_cookies()

    window.goto(f"{site.base}/accounts/login/")
    window.get_by_role("link", name="Forgot your password?").click()
    window.get_by_label("E-mail address").fill("bob@example.com")
    window.get_by_role("button", name="Send the link").click()
    window.goto(site.link_to("bob@example.com", "password/reset/"))
    assert window.url.endswith("/accounts/password/reset/set/")
    window.get_by_label("New password").fill("four clocks under the blue stairs")
    window.get_by_role("button", name="Set the password").click()
    sign_in({"email": "bob@example.com", "password": "four clocks under the blue stairs"})


def test_it_works_without_javascript(site: Site, chrome: Any) -> None:
    context = chrome.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_up(page, site, "charlie@example.com", PASSWORD)
    page.goto(site.link_to("charlie@example.com", "confirm-email"))
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/accounts/")
    page.context.close()


def test_a_weak_password_is_named_beside_its_field_and_while_typing(
    site: Site, window: Any
) -> None:
    window.goto(f"{site.base}/accounts/signup/")
    window.get_by_label("E-mail address").fill("erin@example.com")
    password = window.get_by_label("Password", exact=True)
    password.press_sequentially("short")
    window.get_by_text("Characters still missing: 10").wait_for()
    window.get_by_role("button", name="Create account").click()
    window.get_by_text("this password has 5").wait_for()
    assert password.get_attribute("aria-invalid") == "true"


def test_the_entrance_works_by_keyboard(site: Site, window: Any, owner: dict[str, str]) -> None:
    window.goto(f"{site.base}/accounts/login/")
    window.get_by_label("E-mail address").focus()
    window.keyboard.type(owner["email"])
    window.keyboard.press("Tab")
    window.keyboard.type(owner["password"])
    window.keyboard.press("Enter")
    window.wait_for_url("**/accounts/")
