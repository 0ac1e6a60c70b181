"""No page breaks a rule of WCAG 2.2 AA, in light and dark, at desk and on a phone; none scrolls sideways."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from accounts.provider.registration import DEVICE
from accounts.provider.selectors import application_by_id
from accounts.provider.services import ask_for_device, create_application
from tests.journeys.conftest import Inside, inside
from tests.running import Site

from .conftest import PASSWORD

__all__ = ["inside"]
pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

PUBLIC = [
    "/",
    "/accounts/signup/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/none/",
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/set/",
    "/dev/inbox/",
    "/docs/reference/limits/",
    "/nothing-here/",
    "/security/report/",
    "/security/reported/",
]
OWN = [
    "/accounts/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/privacy/",
    "/accounts/identities/",
    "/accounts/organizations/",
    "/accounts/applications/",
    "/oauth/device",
    "/oauth/end-session",
]
ADMIN = [
    "/admincenter/",
    "/admincenter/begin/invite_member/?q=",
    "/admincenter/people/",
    "/admincenter/people/?state=deleted",
    "/admincenter/sessions/",
    "/admincenter/lockdowns/",
    "/admincenter/lockdowns/?state=lifted",
    "/admincenter/api-tokens/",
    "/admincenter/applications/",
    "/admincenter/applications/create/",
    "/admincenter/search/?q=do",
    "/admincenter/jobs/",
    "/admincenter/audit/",
    "/admincenter/audit/exports/",
    "/admincenter/audit/streams/",
    "/admincenter/audit/streams/create/",
    "/admincenter/audit/verification/",
    "/admincenter/messages/",
    "/admincenter/?period=30d",
    "/admincenter/notifications/",
    "/admincenter/system/",
    "/admincenter/hubs/",
    "/admincenter/hubs/_all/",
    "/admincenter/organizations/",
    "/admincenter/create-organization/",
    "/admincenter/security/_platform/",
    "/admincenter/security/_platform/penetration-tests/",
    "/admincenter/security/_platform/policy/",
    "/admincenter/security/_platform/releases/create/",
    "/admincenter/security/_platform/risks/",
    "/admincenter/security/_platform/risks/create/",
    "/admincenter/security/_platform/tickets/",
    "/admincenter/security/_platform/tickets/calculator/?version=4.0",
    "/admincenter/security/_platform/tickets/create/",
    "/admincenter/security/_platform/tickets/import/",
    "/admincenter/sign-in-providers/",
    "/admincenter/sign-in-providers/microsoft/",
    "/admincenter/sign-in-providers/microsoft/edit/",
]
# What can be pressed and is smaller than 24 px: of its middle and of four places 11 px from it, one is not its own. Links in
# sentences are let off, as in WCAG 2.5.8.
TOO_SMALL = """
() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((one) => !one.closest(".visually-hidden, .skip-link") && getComputedStyle(one).display !== "inline")
  .filter((one) => {
    one.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = one.getBoundingClientRect();
    const isHit = ([x, y]) => {
      const hit = document.elementFromPoint(box.x + box.width / 2 + x, box.y + box.height / 2 + y);
      return hit && [one, ...(one.labels ?? [])].some((its) => its.contains(hit));
    };
    return ![[0, 0], [-11, 0], [11, 0], [0, -11], [0, 11]].every(isHit);
  })
  .map((one) => one.outerHTML.slice(0, 120))
"""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module", params=["light", "dark"])
def looks(
    request: pytest.FixtureRequest, chrome: Any, site: Site, owner: dict[str, str]
) -> Iterator[list[Any]]:
    """Two windows in this colour scheme, desk and phone, in which dora is signed in."""
    pages = []
    for width in (1280, 360):
        context = chrome.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=request.param,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(f"{site.base}/accounts/login/")
        page.get_by_label("E-mail address").fill(owner["email"])
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/accounts/")
        pages.append(page)
    yield pages
    for page in pages:
        page.context.close()


@pytest.fixture(scope="module", params=["light", "dark"])
def strangers(request: pytest.FixtureRequest, chrome: Any) -> Iterator[list[Any]]:
    pages = [
        chrome.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=request.param,
            reduced_motion="reduce",
        ).new_page()
        for width in (1280, 360)
    ]
    yield pages
    for page in pages:
        page.context.close()


def problems(page: Any, url: str) -> list[str]:
    page.goto(url)
    return broken(page)


def broken(page: Any) -> list[str]:
    """The rules that the page breaks as it is shown now."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    told = [f"{violation['id']}: {violation['nodes'][0]['html'][:120]}" for violation in found]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        told.append("scrolls sideways")
    told += [f"too small to press: {one}" for one in page.evaluate(TOO_SMALL)]
    return told


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages(strangers: list[Any], site: Site, path: str) -> None:
    assert [problems(page, site.base + path) for page in strangers] == [[], []]


@pytest.mark.parametrize("path", OWN + ADMIN)
def test_pages_of_people(looks: list[Any], site: Site, path: str) -> None:
    assert [problems(page, site.base + path) for page in looks] == [[], []]


def test_a_form_with_errors(strangers: list[Any], site: Site) -> None:
    for page in strangers:
        page.goto(f"{site.base}/accounts/signup/")
        page.evaluate("document.querySelector('main form').noValidate = true")
        page.get_by_role("button", name="Create account").click()
        page.wait_for_load_state()
        from axe_playwright_python.sync_playwright import Axe

        assert Axe().run(page, options=RULES).response["violations"] == []


def test_a_person_in_the_admin_center(looks: list[Any], site: Site) -> None:
    for page in looks:
        page.goto(f"{site.base}/admincenter/people/?q=dora")
        page.get_by_role("link", name="Dora Keller").first.click()
        assert problems(page, page.url) == []


def test_the_page_of_an_export(looks: list[Any], site: Site) -> None:
    for page in looks:
        page.goto(f"{site.base}/admincenter/administrators/")
        page.get_by_role("button", name="Export as CSV").click()
        page.get_by_role("button", name="Download").wait_for()
        assert broken(page) == []


PAGES_OF_ONE = [
    "",
    "members/",
    "members/invite/",
    "bindings/",
    "bindings/grant/",
    "roles/",
    "roles/create/",
    "conditions/",
    "conditions/create/",
    "sites/",
    "sites/create/",
    "domains/",
    "domains/claim/",
    "policies/",
    "policies/create/",
    "service-accounts/",
    "service-accounts/create/",
    "service-accounts/tokens/",
    "applications/",
    "applications/create/",
    "audit/",
    "audit/exports/",
    "explain/?permission=hubs:reboot&member=dora@example.com",
]


def test_pages_of_an_organization(looks: list[Any], site: Site) -> None:
    for page in looks:
        page.goto(f"{site.base}/admincenter/create-organization/")
        page.get_by_label("Name", exact=True).fill("Acme")
        page.get_by_label("Owner").fill("dora@example.com")
        page.get_by_role("button", name="Create").click()
        page.wait_for_url("**/admincenter/organizations/acme*/")
        home = page.url
        assert {
            path: found for path in PAGES_OF_ONE if (found := problems(page, home + path))
        } == {}
    # The phone is the last of them. What lies behind the panel cannot be pressed as long as it is open.
    tabs = page.get_by_role("navigation", name="Pages of the organization")
    tabs.get_by_role("button").click()
    tabs.get_by_role("link", name="Explain").wait_for()
    assert [one for one in broken(page) if not one.startswith("too small")] == []
    heights = [link.bounding_box()["height"] for link in tabs.get_by_role("link").all()]
    assert min(heights) >= 24


def test_on_a_phone_the_many_pages_of_an_organization_are_behind_one_line(
    chrome: Any, site: Site, owner: dict[str, str]
) -> None:
    """By the keyboard and without a script; where there is room they stand beside each other."""
    context = chrome.new_context(
        viewport={"width": 400, "height": 800}, java_script_enabled=False, locale="en"
    )
    page = context.new_page()
    page.goto(f"{site.base}/accounts/login/")
    page.get_by_label("E-mail address").fill(owner["email"])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{site.base}/admincenter/create-organization/")
    page.get_by_label("Name", exact=True).fill("Harbour")
    page.get_by_label("Owner").fill("dora@example.com")
    page.get_by_role("button", name="Create").click()
    page.goto(f"{page.url}sites/")
    tabs = page.get_by_role("navigation", name="Pages of the organization")
    button, links = tabs.get_by_role("button"), tabs.get_by_role("link")
    assert button.inner_text().strip().endswith("Sites")
    box = tabs.bounding_box()
    assert box is not None
    assert box["height"] < 50
    assert links.count() == 0
    button.press("Enter")
    assert links.count() > 10
    assert tabs.locator("[aria-current=page]").inner_text() == "Sites"
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert links.count() == 0
    button.press("Enter")
    for _step in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/members/")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert links.count() > 10
    assert not button.is_visible()
    context.close()


@pytest.fixture(scope="module")
def beside(site: Site, inside: Inside) -> Callable[[Callable[[], str]], str]:
    """Work inside the installation, in a thread: in this one the browser's own loop is running."""

    def work(what: Callable[[], str]) -> str:
        def run() -> str:
            with inside(site):
                return what()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(run).result()

    return work


@pytest.fixture(scope="module")
def wiki(beside: Any) -> str:
    """The client_id of an application that works here."""
    fields = {"redirect_uris": ["http://127.0.0.1/back"], "grants": ["authorization_code", DEVICE]}
    made: str = beside(
        lambda: create_application(name="Wiki", type="public", actor=None, **fields)[0].client_id
    )
    return made


def user_code(client_id: str) -> str:
    """What a device shows that has just asked."""
    row = application_by_id(client_id)
    assert row is not None
    return ask_for_device(application=row, scope="openid email")[0].user_code


def test_pages_on_the_way_to_an_application(
    looks: list[Any], site: Site, beside: Any, wiki: str
) -> None:
    code = beside(lambda: user_code(wiki))
    asked = {
        "response_type": "code",
        "client_id": wiki,
        "redirect_uri": "http://127.0.0.1:5/back",
        "scope": "openid profile email offline_access",
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }
    wrong = asked | {"redirect_uri": "https://evil.example/"}
    for page in looks:
        for query in (asked, wrong):
            assert problems(page, f"{site.base}/oauth/authorize?{urlencode(query)}") == []
        assert problems(page, f"{site.base}/oauth/end-session?client_id={wiki}") == []
        page.goto(f"{site.base}/oauth/device")
        page.get_by_label("Code").fill(code)
        page.locator("main form button[type=submit]").first.click()
        page.get_by_role("button", name="Do not").wait_for()
        assert broken(page) == []
        page.goto(f"{site.base}/oauth/device")
        page.get_by_label("Code").fill("BCDFGHJK")
        page.locator("main form button[type=submit]").first.click()
        page.get_by_text("No device waits").wait_for()
        assert broken(page) == []
