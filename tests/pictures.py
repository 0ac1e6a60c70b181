"""The pictures of the documentation, behind `bin/test --pictures`: main pages of an installation with demonstration data.

    bin/test --pictures               all of them, into docs/images
    bin/test --pictures hub roles     those whose names begin so

Mago is started in a folder that is thrown away, and headless Chromium walks through it as dora, its administrator.
"""

import base64
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from django_otp.oath import totp

from .chromium import chromium
from .running import ROOT, Site, manage, running

FOLDER = ROOT / "docs" / "images"
# Of one picture, in bytes: a page that shows several must still come fast.
LARGEST = 100_000
QUALITY = 75
DESK, PHONE = (1280, 860), (400, 800)
ADMIN, FLEET, PROGRAMME = (
    "/admincenter",
    "/admincenter/hubs/northwind-rooms",
    "/admincenter/security/northwind-rooms",
)


def stay(page: Any) -> None:
    """What the path leads to is shown."""


def follow(page: Any, link: str) -> None:
    page.locator("tbody tr", has_text=link).get_by_role("link").first.click()
    page.wait_for_load_state()


def see(page: Any, words: str) -> None:
    """The page is asked for again until it says so: the trail is sealed and summed up within ten seconds."""
    for _ in range(60):
        if words in page.get_by_role("main").inner_text():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{page.url} never said {words!r}")


def look_for(page: Any, words: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.get_by_role("dialog").get_by_role("link", name="Marcus Kane").wait_for()


def choose_all(page: Any) -> None:
    for box in page.locator("tbody input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="Those that are ticked").click()
    page.wait_for_load_state()


@dataclass(frozen=True)
class Picture:
    """What a path leads to, and a walk from there; of the size of a desk's or a telephone's window."""

    name: str
    path: str
    walk: Callable[[Any], None] = stay
    scheme: Literal["light", "dark"] = "light"
    size: tuple[int, int] = DESK
    signed_in: bool = True

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.webp"


SUMMED_UP = partial(see, words="30")
PICTURES = (
    Picture("overview", f"{ADMIN}/", SUMMED_UP),
    Picture("overview-dark", f"{ADMIN}/", SUMMED_UP, scheme="dark"),
    Picture("overview-phone", f"{ADMIN}/", SUMMED_UP, size=PHONE),
    Picture("search", f"{ADMIN}/", partial(look_for, words="mar"), scheme="dark"),
    Picture("person", f"{ADMIN}/people/", partial(follow, link="Priya Nair")),
    Picture("job", f"{ADMIN}/people/?q=a", choose_all),
    Picture("roles", f"{ADMIN}/organizations/northwind-rooms/roles/"),
    Picture("hubs", f"{FLEET}/"),
    Picture("hubs-phone", f"{FLEET}/", scheme="dark", size=PHONE),
    Picture("hub", f"{FLEET}/", partial(follow, link="NW-1001"), scheme="dark"),
    Picture("ticket", f"{PROGRAMME}/tickets/", partial(follow, link="Session is not ended")),
    Picture("figures", f"{PROGRAMME}/", scheme="dark"),
    Picture("risks", f"{PROGRAMME}/risks/"),
    Picture("audit", f"{ADMIN}/audit/"),
    Picture("system", f"{ADMIN}/system/", scheme="dark"),
    Picture("factors", "/accounts/mfa/", size=PHONE),
    Picture("sign-in", "/accounts/login/", size=PHONE, signed_in=False),
)


def main(names: list[str]) -> int:
    """Take the pictures; 1 where one grew too large for a page."""
    program = chromium()
    if program is None:
        print("No pictures are taken: there is no Chromium on this machine.")
        return 1
    asked = [one for one in PICTURES if not names or one.name.startswith(tuple(names))]
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mago-pictures-") as data, running(Path(data)) as site:
        # By its name: at an address in numbers pages say that no passkey can be had there.
        site.base = site.base.replace("127.0.0.1", "localhost")
        dora = json.loads(manage(site, "demo_data"))
        sizes = {one.name: size for one, size in taken(asked, site, dora, program)}
    for name, size in sizes.items():
        print(f"{name:16} {size / 1000:5.0f} kB{'  too large' if size > LARGEST else ''}")
    return int(any(size > LARGEST for size in sizes.values()))


def taken(
    pictures: list[Picture], site: Site, dora: dict[str, str], program: str
) -> list[tuple[Picture, int]]:
    """Each picture, and how many bytes it has."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        kept = signed_in(browser, site, dora)
        return [
            (one, take(one, browser, site, kept if one.signed_in else None)) for one in pictures
        ]


def signed_in(browser: Any, site: Site, dora: dict[str, str]) -> Any:
    """The cookies of a browser in which she is, by the two factors that are asked of her."""
    page = browser.new_context().new_page()
    give_password(page, site, dora)
    page.goto(f"{site.base}/accounts/mfa/add/totp/")
    page.get_by_label("Name").fill("Telephone")
    page.get_by_role("button", name="Go on").click()
    key = base64.b32decode(page.get_by_label("Key").input_value().replace(" ", ""))
    send(page, "Code", f"{totp(key):06d}")
    page.context.clear_cookies()
    give_password(page, site, dora)
    # A code is taken once, and that of the next half minute is taken early.
    send(page, "Code", f"{totp(key, t0=-30):06d}")
    page.wait_for_url("**/accounts/")
    return page.context.storage_state()


def give_password(page: Any, site: Site, dora: dict[str, str]) -> None:
    page.goto(f"{site.base}/accounts/login/")
    page.get_by_label("E-mail address").fill(dora["email"])
    send(page, "Password", dora["password"])


def send(page: Any, label: str, words: str) -> None:
    page.get_by_label(label, exact=True).fill(words)
    page.get_by_role("main").locator("form button[type=submit]").first.click()
    page.wait_for_load_state()


def take(picture: Picture, browser: Any, site: Site, kept: Any) -> int:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
        storage_state=kept,
    )
    page = context.new_page()
    page.goto(site.base + picture.path)
    picture.walk(page)
    # Playwright itself writes no WebP, which takes a third of PNG.
    shot = context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY}
    )
    context.close()
    return picture.file.write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
