"""Two people save the same form in one moment: the second is compared with what the first has saved."""

import inspect
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from accounts.organizations.models import Site
from admincenter.security.models import Risk
from admincenter.security.services.risks import register_risk
from mago.core.edit_forms import EditForm
from mago.core.errors import NotFound
from mago.core.holding import hold
from tests.admincenter.organizations.conftest import acme, other
from tests.admincenter.security.conftest import AT, _files, owner, programme, ticket
from tests.conftest import Browser
from tests.races import at_once, real_database
from tests.routes import routes

__all__ = ["_files", "acme", "other", "owner", "programme", "real_database", "ticket"]

RISK = {
    "asset": "Keys", "threat": "Theft", "likelihood": 3, "impact": 3, "treatment": "mitigate",
    "plan": "", "residual_likelihood": 1, "residual_impact": 1, "review_on": "2027-03-01",
}  # fmt: skip


def opened(browser: Browser, path: str) -> str:
    mark = re.search(r'name="opened" value="([^"]+)"', browser.get(path).text)
    assert mark is not None
    return mark[1]


def send_at_once(owner: Browser, path: str, typed: Callable[[int], dict[str, Any]]) -> list[int]:
    """What each of many is answered who opened the page before any of them sent it."""
    mark = opened(owner, path)

    def send(number: int) -> int:
        browser = Browser()
        browser.cookies = owner.cookies
        return browser.post(path, typed(number) | {"opened": mark}).status_code

    return sorted(at_once(send))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_database")
def test_of_many_who_save_in_one_moment_one_saves_and_the_others_are_asked(
    owner: Browser, programme: Any, ticket: Any, acme: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = EditForm._post_clean

    def compare_slowly(form: EditForm) -> None:
        compare(form)
        time.sleep(0.02)  # Others compare meanwhile, if they may.

    monkeypatch.setattr(EditForm, "_post_clean", compare_slowly)
    one = ticket("Old title")
    words = {"description": "", "component": "", "source": "scanner"}
    path = f"{AT}tickets/{one.number}/edit/"
    assert send_at_once(owner, path, lambda n: words | {"title": f"Title {n}"}) == [302] + [400] * 7

    risk = register_risk(programme=programme, actor=None, **RISK)
    path = f"{AT}risks/{risk.pk}/edit/"
    assert send_at_once(owner, path, lambda n: RISK | {"asset": f"Key {n}"}) == [302] + [400] * 7
    assert Risk.objects.of(programme).get().asset.startswith("Key ")

    site = Site.objects.create(organization=acme, name="Porto")
    path = f"/admincenter/organizations/acme/sites/{site.pk}/"
    known = {"time_zone": "UTC", "attributes": ""}
    assert send_at_once(owner, path, lambda n: known | {"name": f"Site {n}"}) == [302] + [400] * 7


@pytest.mark.django_db
def test_what_is_held_is_as_it_is_stored_now(acme: Any) -> None:
    site = Site.objects.create(organization=acme, name="Old")
    Site.objects.of(acme).update(name="New")
    hold(site)
    assert (site.name, site.organization) == ("New", acme)
    Site.objects.of(acme).delete()
    with pytest.raises(NotFound):
        hold(site)


@pytest.mark.one_database
def test_whatever_takes_a_form_back_over_what_is_there_holds_it() -> None:
    def shows_edit_form(view: Any) -> bool:
        inner = inspect.unwrap(view)
        named = [inner.__globals__.get(name) for name in inner.__code__.co_names]
        return any(isinstance(one, type) and issubclass(one, EditForm) for one in named)

    taking = [
        (path, view)
        for path, view in routes()
        if path.startswith("/admincenter/")
        and shows_edit_form(view)
        and not hasattr(view, "makes_once")
    ]
    assert len(taking) > 10
    assert [path for path, view in taking if not hasattr(view, "holds")] == []
