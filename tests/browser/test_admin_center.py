"""The admin center by keyboard: the palette opens over any page, finds and leads there."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from accounts.models import User
from tests.journeys.conftest import Inside, inside
from tests.running import Site

from .conftest import PASSWORD
from .test_first_journey import sign_up
from .test_second_factors import is_fine

__all__ = ["inside"]
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
    # Enter opens what is listed first; the page of the search, where nothing is listed yet for what was typed.
    window.keyboard.press("Control+k")
    window.keyboard.type("verify")
    window.get_by_role("dialog").get_by_role("link", name="Overview").wait_for(state="detached")
    window.get_by_role("dialog").get_by_role("link", name="Verify the audit trail").wait_for()
    window.keyboard.press("Enter")
    window.wait_for_url("**/admincenter/audit/verification/")
    window.keyboard.press("Control+k")
    window.get_by_role("dialog").get_by_role("link", name="Overview").wait_for()
    window.get_by_role("dialog").get_by_role("searchbox").fill("lockdowns")
    window.keyboard.press("Enter")
    window.wait_for_url("**/admincenter/search/?q=lockdowns")
    window.keyboard.press("Control+k")
    window.get_by_role("dialog").get_by_role("button", name="Close").click()
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


def test_on_paper_a_customer_reads_the_summary_and_nothing_of_the_installation(
    site: Site, window: Any, owner: dict[str, str], sign_in: Callable[[dict[str, str]], None]
) -> None:
    sign_in(owner)
    tests = f"{site.base}/admincenter/security/_platform/penetration-tests/"
    window.goto(f"{tests}create/")
    for label, value in (
        ("Firm", "Harbour Security"),
        ("Scope", "API"),
        ("Begins", "2026-01-05"),
        ("Ends", "2026-01-09"),
    ):
        window.get_by_label(label, exact=True).fill(value)
    window.get_by_role("button", name="Save").click()
    window.get_by_role("link", name="Harbour Security").click()
    asked = window.locator("details.confirm", has_text="It counts for the calendar year")
    asked.locator("summary").click()
    asked.get_by_role("button", name="Held").click()
    window.get_by_role("link", name="Summary for customers").click()
    window.get_by_role("heading", name="Findings in numbers").wait_for()
    assert "asks for a second factor" in window.locator("body").inner_text()
    window.emulate_media(media="print")
    told = window.locator("body").inner_text()
    assert "Findings in numbers" in told
    for hidden in ("asks for a second factor", "Overview", owner["email"]):
        assert hidden not in told
    window.emulate_media(media="screen")


def test_several_people_are_disabled_and_enabled_again(
    site: Site, window: Any, owner: dict[str, str], sign_in: Callable[[dict[str, str]], None]
) -> None:
    sign_up(window, site, "yan@example.com", PASSWORD)
    window.goto(site.link_to("yan@example.com", "confirm-email"))
    window.get_by_role("button", name="Confirm").click()
    window.wait_for_url("**/accounts/")
    window.context.clear_cookies()
    sign_in(owner)
    window.goto(f"{site.base}/admincenter/people/?q=yan")
    window.get_by_label("Choose yan@example.com").check()
    window.locator("#chosen-work").select_option("people.disable")
    window.get_by_role("button", name="Those that are ticked").click()
    window.wait_for_url("**/admincenter/jobs/**")
    is_fine(window)
    window.get_by_label("Reason").fill("left")
    window.get_by_role("button", name="Do it: 1 item").click()
    window.get_by_role("button", name="Undo what was done").wait_for()
    job = window.url
    window.goto(f"{site.base}/admincenter/people/?q=yan")
    assert "Disabled" in window.locator("tbody").inner_text()
    window.goto(job)
    window.get_by_role("button", name="Undo what was done").click()
    window.get_by_text("takes an earlier one back").wait_for()
    window.locator("td .chip.success").wait_for()
    is_fine(window)
    window.goto(f"{site.base}/admincenter/people/?q=yan")
    assert "Active" in window.locator("tbody").inner_text()


@pytest.fixture
def crowd(site: Site, inside: Inside) -> Iterator[None]:
    """Sixty people, who leave with the test: others look for somebody on the first page of this list."""

    def come() -> None:
        with inside(site):
            User.objects.bulk_create(User(email=f"row{n}@example.com") for n in range(60))

    def leave() -> None:
        with inside(site):
            User.objects.filter(email__startswith="row").delete()

    # In a thread: in this one the browser's own loop is running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(come).result()
        yield
        thread.submit(leave).result()


@pytest.mark.usefixtures("crowd")
def test_in_a_long_list_neither_the_focus_nor_what_can_be_done_is_lost(
    site: Site, window: Any, owner: dict[str, str], sign_in: Callable[[dict[str, str]], None]
) -> None:
    sign_in(owner)
    window.goto(f"{site.base}/admincenter/people/?q=row")
    chosen = window.get_by_role("button", name="Those that are ticked")
    in_sight = "one => one.getBoundingClientRect().bottom <= innerHeight"
    assert not chosen.evaluate(in_sight)
    window.locator("tbody input[type=checkbox]").first.check()
    assert chosen.evaluate(in_sight)
    is_fine(window)
    # The link that was pressed is swapped away; the focus goes to the table that came instead.
    window.get_by_role("link", name="Next").focus()
    window.keyboard.press("Enter")
    window.get_by_text("of them not on this page").wait_for()
    window.locator(".table-wrap:focus").wait_for()
    assert chosen.evaluate(in_sight)
    window.get_by_role("button", name="Untick all").click()
