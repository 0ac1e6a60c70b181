"""A browser and a running installation. Each test has a window of its own; all share the installation."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import chromium
from tests.running import Site, running

# Without these the browser looks for its maker's servers at every start.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "seven geese cross a wet meadow"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(Path(tmp_path_factory.mktemp("site"))) as site:
        yield site


@pytest.fixture(scope="session")
def chrome() -> Iterator[Any]:
    program = chromium()
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def watched(chrome: Any, **options: Any) -> Iterator[Any]:
    """A page whose console must stay silent: a complaint there is a policy violation or a broken script."""
    context = chrome.new_context(
        viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **options
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [text for text in complaints if "status of 4" not in text] == []


@pytest.fixture
def window(chrome: Any) -> Iterator[Any]:
    with watched(chrome) as page:
        yield page


@pytest.fixture(scope="session")
def owner(site: Site, chrome: Any) -> dict[str, str]:
    """dora came in by the set-up link; the way of every first administrator."""
    page = chrome.new_context().new_page()
    page.goto(site.set_up)
    page.get_by_label("E-mail address").fill("dora@example.com")
    page.get_by_label("Your name").fill("Dora Keller")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create the owner").click()
    page.wait_for_url("**/admincenter/**")
    page.context.close()
    return {"email": "dora@example.com", "password": PASSWORD}


@pytest.fixture
def sign_in(site: Site, window: Any) -> Callable[[dict[str, str]], None]:
    def enter(person: dict[str, str]) -> None:
        window.goto(f"{site.base}/accounts/login/")
        window.get_by_label("E-mail address").fill(person["email"])
        window.get_by_label("Password", exact=True).fill(person["password"])
        window.get_by_role("button", name="Sign in", exact=True).click()
        window.wait_for_url("**/accounts/")

    return enter
