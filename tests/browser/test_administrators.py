"""What administrators do most, in an installation with demonstration data: dora at her desk."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from hubs.agent.client import enrol, prepare
from hubs.agent.device import Device
from hubs.agent.wire import Wire
from tests.journeys.visitor import Visitor
from tests.pictures import give_password
from tests.running import Site, manage, running

from .conftest import PASSWORD, watched
from .test_accessibility import broken
from .test_second_factors import is_fine

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

ORGANIZATION = "/admincenter/organizations/northwind-rooms"
FLEET = "/admincenter/hubs/northwind-rooms"
PROGRAMME = "/admincenter/security/northwind-rooms"
PEOPLE = "Post;Ruolo\nzoe@example.com;guest\nnobody;guest\n"
SERIOUS = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation of its own: the demonstration's people would be in the way of other tests."""
    with running(Path(tmp_path_factory.mktemp("house"))) as site:
        yield site


@pytest.fixture(scope="module")
def cookies(house: Site, chrome: Any) -> Any:
    """Of a browser in which dora has just signed in."""
    dora = json.loads(manage(house, "demo_data"))
    page = chrome.new_context().new_page()
    give_password(page, house, dora)
    page.wait_for_url("**/accounts/")
    return page.context.storage_state()


@pytest.fixture
def desk(house: Site, chrome: Any, cookies: Any) -> Iterator[Any]:
    with watched(chrome, storage_state=cookies, base_url=house.base) as page:
        yield page


def says(page: Any, words: str) -> None:
    page.get_by_role("main").get_by_text(words).first.wait_for()


def send(page: Any) -> None:
    """The form of the page goes; it is the first in it."""
    page.get_by_role("main").locator("form button[type=submit]").first.click()


def confirm(page: Any, button: str, *, reason: str = "", then: str = "") -> None:
    """A button that unfolds a form, and the form."""
    asked = page.get_by_role("main").locator("details.confirm", has=page.locator("summary", has_text=button)).first  # fmt: skip
    asked.locator("summary").click()
    if reason:
        asked.get_by_label("Reason").fill(reason)
    asked.get_by_role("button", name=then or button, exact=True).click()


def person(page: Any, name: str) -> None:
    """Found by how the name begins, and opened."""
    page.goto(f"/admincenter/people/?q={name}")
    page.get_by_role("main").get_by_role("link", name=name).first.click()
    page.get_by_role("heading", name=name).wait_for()


def test_somebody_is_invited_by_keyboard_alone(house: Site, desk: Any) -> None:
    desk.goto(f"{ORGANIZATION}/members/invite/")
    desk.get_by_label("E-mail address").focus()
    desk.keyboard.type("xaver@example.com")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/members/")
    says(desk, "xaver@example.com")
    assert house.link_to("xaver@example.com", "invitations/")


def test_a_list_of_people_is_looked_at_before_they_are_invited(house: Site, desk: Any) -> None:
    desk.goto(f"{ORGANIZATION}/members/import/")
    desk.get_by_label("Or the list itself").fill(PEOPLE)
    desk.get_by_role("button", name="Go on").click()
    # No name of a column says that it holds addresses.
    desk.get_by_label("E-mail address").select_option("Post")
    desk.get_by_role("button", name="Look at it").click()
    desk.wait_for_url("**/jobs/**")
    says(desk, "This is no e-mail address.")
    desk.get_by_label("Reason").fill("they begin on Monday")
    desk.get_by_role("button", name="Do it: 1 item").click()
    desk.get_by_role("button", name="Undo what was done").wait_for()
    assert house.link_to("zoe@example.com", "invitations/")


def test_who_is_ticked_stays_so_while_one_goes_on_looking(desk: Any) -> None:
    desk.goto("/admincenter/people/?q=ada")
    desk.get_by_label("Choose all on this page").check()
    says(desk, "Ticked: 1.")
    desk.get_by_label("E-mail address or name").fill("marcus")
    desk.get_by_label("Choose marcus.kane@example.com").check()
    says(desk, "Ticked: 2, 1 of them not on this page.")
    # Whoever loads the page anew, or goes away and comes back, finds them ticked.
    desk.reload()
    says(desk, "Ticked: 2, 1 of them not on this page.")
    desk.get_by_role("button", name="Those that are ticked").click()
    says(desk, "Do it: 2 items")
    says(desk, "ada.lindqvist@example.com")
    desk.goto("/admincenter/people/?q=marcus")
    desk.get_by_label("Choose marcus.kane@example.com").check()
    desk.get_by_role("button", name="Untick all").click()
    assert not desk.get_by_label("Choose marcus.kane@example.com").is_checked()
    assert not desk.get_by_text("Ticked:").is_visible()


def test_a_list_is_sorted_without_losing_the_place_or_what_is_ticked(desk: Any) -> None:
    desk.goto(f"{FLEET}/")
    desk.locator("tbody input[type=checkbox]").first.check()
    head = desk.locator("#sort-serial")
    head.focus()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**order=serial")
    desk.locator("th[aria-sort=ascending] a:focus").wait_for()
    says(desk, "Ticked: 1.")
    # The filters above go on in that order.
    desk.get_by_label("Serial number or name").fill("NW-1")
    desk.wait_for_url("**q=NW-1**order=serial")


def test_who_forgot_a_password_gets_a_link_and_is_signed_out_elsewhere(
    house: Site, desk: Any
) -> None:
    person(desk, "Ada Lindqvist")
    confirm(desk, "Send a password reset", reason="called, and was known", then="Send the link")
    ada = Visitor(house.base)
    link = house.link_to("ada.lindqvist@example.com", "password/reset/")
    ada.submit(link, password1=PASSWORD)
    fields = {"login": "ada.lindqvist@example.com", "password": PASSWORD}
    assert ada.submit("/accounts/login/", **fields).url.endswith("/accounts/")
    person(desk, "Ada Lindqvist")
    assert desk.get_by_text("Not signed in with a browser").count() == 0
    confirm(desk, "Sign out everywhere", reason="left the laptop in a train")
    says(desk, "Not signed in with a browser")
    assert "/accounts/login/" in ada.get("/accounts/").url


def test_who_lost_every_factor_gets_a_code_for_once(desk: Any) -> None:
    person(desk, "Marcus Kane")
    confirm(desk, "Let in without a second factor", reason="stood before me", then="Make the code")
    desk.get_by_role("heading", name="Recovery code").wait_for()
    assert len(desk.get_by_label("Code").input_value()) > 8


def test_a_role_is_granted_and_explained(desk: Any) -> None:
    desk.goto(f"{ORGANIZATION}/explain/?permission=hubs:reboot&member=tomas.herrera@example.com")
    says(desk, "Refused:")
    desk.goto(f"{ORGANIZATION}/bindings/grant/")
    desk.get_by_label("Member").fill("tomas.herrera@example.com")
    desk.get_by_label("Role").select_option("technician")
    send(desk)
    says(desk, "The role is granted.")
    desk.goto(f"{ORGANIZATION}/explain/?permission=hubs:reboot&member=tomas.herrera@example.com")
    says(desk, "Allowed:")


def test_a_hub_comes_in_by_a_code_while_the_page_counts(house: Site, desk: Any) -> None:
    desk.goto(f"{FLEET}/enrol/")
    desk.get_by_label("Room").fill("Milan · Cedar")
    desk.get_by_role("button", name="Make the code").click()
    code = desk.get_by_label("Code", exact=True).input_value()
    says(desk, "0 of 1 have come in")
    with closing(Wire(house.base)) as wire:
        enrol(wire, code, Device(serial="NW-3001").identity(), prepare(wire))
    says(desk, "All are in")
    desk.get_by_role("link", name="To the hubs").click()
    says(desk, "NW-3001")
    desk.get_by_role("checkbox", name="NW-3001").check()
    desk.get_by_label("Serial number or name").fill("of nobody")
    says(desk, "Nothing found")
    says(desk, "Ticked: 1, 1 of them not on this page.")
    desk.get_by_role("button", name="New task").click()
    says(desk, "To 1 hub: NW-3001")


def test_what_happened_is_found_and_taken_along(desk: Any) -> None:
    desk.goto("/admincenter/audit/?event=risk:register:registered")
    desk.get_by_role("link", name="Export what was found").click()
    desk.get_by_label("CSV, for a spreadsheet").check()
    desk.get_by_role("button", name="Export").last.click()
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Download").first.click()
    assert "dora@example.com" in Path(download.value.path()).read_text()


def test_a_vulnerability_is_reported_triaged_and_given_to_somebody(desk: Any) -> None:
    desk.goto(f"{PROGRAMME}/tickets/create/")
    desk.get_by_label("Title").fill("The door stays open")
    desk.get_by_label("CVSS vector").fill(SERIOUS)
    send(desk)
    desk.get_by_role("heading", name="The door stays open").wait_for()
    says(desk, "Critical 9.3")
    desk.goto(f"{PROGRAMME}/tickets/?state=reported&severity=critical")
    desk.locator("tbody input[type=checkbox]").check()
    desk.get_by_label("With several tickets").select_option("triage")
    desk.get_by_role("button", name="Those that are ticked").click()
    desk.get_by_label("Reason").fill("seen in the lobby")
    desk.get_by_role("button", name="Do it: 1 item").click()
    desk.locator("td .chip.success").wait_for()
    desk.goto(f"{PROGRAMME}/tickets/?state=triaged&severity=critical")
    says(desk, "The door stays open")


def test_who_is_signed_out_while_writing_loses_nothing(desk: Any) -> None:
    desk.goto(f"{PROGRAMME}/tickets/create/")
    desk.get_by_label("Title").fill("Written for an hour")
    (session,) = [one for one in desk.context.cookies() if one["name"] == "session"]
    desk.context.clear_cookies(name="session")
    desk.evaluate("dispatchEvent(new Event('focus'))")
    desk.get_by_text("You are signed out").wait_for()
    is_fine(desk)
    desk.context.add_cookies([session])
    desk.evaluate("dispatchEvent(new Event('focus'))")
    desk.get_by_text("You are signed out").wait_for(state="detached")
    send(desk)
    desk.get_by_role("heading", name="Written for an hour").wait_for()


def test_a_form_keeps_the_mark_by_which_its_second_sending_is_known(desk: Any) -> None:
    """As long as it is good: not each time somebody comes back to the window."""
    desk.goto(f"{PROGRAMME}/tickets/create/")
    asked = "new Promise(done => { document.addEventListener('mago:here', done); dispatchEvent(new Event('focus')); })"
    mark = "document.querySelector('main input[name=csrfmiddlewaretoken]').value"
    first = desk.evaluate(mark)
    desk.evaluate(f"{asked}.then(() => true)")
    assert desk.evaluate(mark) == first
    # Whoever signs in again has another secret, and what was opened before needs its mark.
    desk.context.clear_cookies(name="csrf")
    desk.evaluate(f"{asked}.then(() => true)")
    assert desk.evaluate(mark) != first


def test_somebody_is_locked_down_and_let_in_again(desk: Any) -> None:
    person(desk, "Kofi Mensah")
    confirm(desk, "Lock down", reason="signed in from nowhere", then="Lock this person down")
    desk.goto("/admincenter/lockdowns/")
    says(desk, "signed in from nowhere")
    confirm(desk, "Lift", reason="it was a journey")
    says(desk, "Nobody is locked down")
    person(desk, "Kofi Mensah")
    says(desk, "Active")


def test_a_release_is_signed_off_and_a_penetration_test_is_recorded(desk: Any) -> None:
    desk.goto(f"{PROGRAMME}/releases/create/")
    desk.get_by_label("Version").fill("3.0.0")
    send(desk)
    desk.get_by_role("link", name="3.0.0").click()
    desk.get_by_role("heading", name="3.0.0").wait_for()
    confirm(desk, "Sign off")
    says(desk, "Signed off")
    today = timezone.now().date()
    desk.goto(f"{PROGRAMME}/penetration-tests/create/")
    desk.get_by_label("Firm").fill("Lighthouse")
    desk.get_by_label("Scope").fill("Everything that listens")
    desk.get_by_label("Begins").fill((today - timedelta(days=9)).isoformat())
    desk.get_by_label("Ends").fill((today - timedelta(days=2)).isoformat())
    send(desk)
    desk.get_by_role("link", name="Lighthouse").click()
    desk.get_by_role("heading", name="Lighthouse").wait_for()
    confirm(desk, "Held")
    says(desk, "Summary for customers")


def test_a_domain_is_claimed_and_says_what_is_to_be_set(desk: Any) -> None:
    desk.goto(f"{ORGANIZATION}/domains/claim/")
    desk.get_by_label("Domain").fill("northwind.example")
    send(desk)
    says(desk, "Not proved")
    assert desk.get_by_label("Text").input_value()


# Everything on the page that a keyboard is to reach, each with its number; of radio buttons one of a name.
STOPS = """() => {
  const seen = new Set();
  const all = document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]');
  return [...all].filter(one => {
    if (one.disabled || one.type === 'hidden' || one.tabIndex < 0 || !one.checkVisibility({visibilityProperty: true})) return false;
    if (one.closest('[inert], [hidden], dialog:not([open])')) return false;
    if (one.type === 'radio' && (one.form?.querySelector(`[name="${one.name}"]:checked`) ?? one) !== one) return false;
    return true;
  }).map((one, number) => { one.dataset.stop = number; return one.outerHTML.slice(0, 90); });
}"""
# Where the focus is now, and what is wrong with it.
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const ringed = [one, one.parentElement, one.labels?.[0]].filter(Boolean).some(shown => {
    const style = getComputedStyle(shown);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0);
  });
  const at = document.elementFromPoint(
    Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 1), box.y + Math.min(box.height / 2, 20));
  const shown = at && (one.contains(at) || at.contains(one) || at.closest('label')?.control === one);
  return {stop: one.dataset.stop ?? '', ringed, shown: Boolean(shown), html: one.outerHTML.slice(0, 90)};
}"""

PARTS = 12


@pytest.mark.parametrize(
    "path",
    [
        "/admincenter/",
        "/admincenter/people/",
        f"{ORGANIZATION}/members/",
        f"{ORGANIZATION}/roles/create/",
        f"{FLEET}/",
        f"{PROGRAMME}/tickets/",
        f"{PROGRAMME}/tickets/1/",
        "/admincenter/audit/",
        "/accounts/mfa/",
    ],
)
def test_the_keyboard_alone_reaches_everything_and_sees_where_it_is(desk: Any, path: str) -> None:
    desk.goto(path)
    stops = desk.evaluate(STOPS)
    reached: list[str] = []
    wrong = []
    # A field for a date takes several steps: one for each part of it.
    for _step in range(len(stops) + PARTS):
        desk.keyboard.press("Tab")
        now = desk.evaluate(FOCUS)
        if reached and now and now["stop"] == reached[-1]:
            continue
        if now is None or now["stop"] in reached:
            break
        reached.append(now["stop"])
        wrong += [f"{what} not: {now['html']}" for what in ("ringed", "shown") if not now[what]]
    missed = [html for number, html in enumerate(stops) if str(number) not in reached]
    assert (missed, wrong) == ([], [])


# Pages with something in them; and of lists, what their first row leads to.
FILLED = [
    "/admincenter/administrators/",
    "/admincenter/policies/",
    "/admincenter/certificates/",
    "/admincenter/identity-providers/",
    f"{ORGANIZATION}/members/",
    f"{PROGRAMME}/",
    f"{PROGRAMME}/tickets/1/",
    f"{PROGRAMME}/tickets/1/edit/",
]
LISTS = [
    "/admincenter/audit/",
    "/admincenter/messages/",
    f"{FLEET}/",
    f"{FLEET}/tasks/",
    f"{PROGRAMME}/releases/",
    f"{PROGRAMME}/penetration-tests/",
    f"{PROGRAMME}/risks/?likelihood=4",
]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_pages_with_something_in_them_break_no_rule(
    house: Site, chrome: Any, cookies: Any, scheme: str, width: int
) -> None:
    look = {"color_scheme": scheme, "storage_state": cookies, "base_url": house.base}
    with watched(chrome, **look) as page:
        page.set_viewport_size({"width": width, "height": 800})
        found = {}
        for path in FILLED + LISTS:
            page.goto(path)
            if path in LISTS:
                page.locator("tbody").last.get_by_role("link").first.click()
                page.wait_for_load_state()
            if wrong := broken(page):
                found[page.url] = wrong
        assert found == {}
