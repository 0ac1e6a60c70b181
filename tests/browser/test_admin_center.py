"""The admin center by keyboard: the palette opens over any page, finds and leads there."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.running import Site

from .test_second_factors import is_fine

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_the_palette_finds_somebody_by_keyboard(
    site: Site, window: Any, owner: dict[str, str], sign_in: Callable[[dict[str, str]], None]
) -> None:
    sign_in(owner)
    window.goto(f"{site.base}/admincenter/audit/")
    window.keyboard.press("Control+k")
    window.get_by_role("link", name="Verify the audit trail").wait_for()
    is_fine(window)
    window.keyboard.type("dor")
    window.get_by_role("dialog").get_by_role("link", name="Dora Keller").wait_for()
    window.keyboard.press("ArrowDown")
    window.keyboard.press("Enter")
    window.wait_for_url("**/admincenter/people/**")
    window.keyboard.press("Control+k")
    window.keyboard.press("Escape")
    assert not window.get_by_role("dialog").is_visible()


def test_without_javascript_the_field_leads_to_the_page(
    site: Site, chrome: Any, owner: dict[str, str]
) -> None:
    page = chrome.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site.base}/accounts/login/")
    page.get_by_label("E-mail address").fill(owner["email"])
    page.get_by_label("Password", exact=True).fill(owner["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{site.base}/admincenter/")
    page.get_by_role("search").get_by_label("Search", exact=True).fill("verify")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Verify the audit trail").wait_for()
    page.context.close()
