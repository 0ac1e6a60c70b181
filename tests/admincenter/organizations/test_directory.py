"""Who sees which organizations, and the way to them."""

import re
from typing import Any

import pytest

from accounts.access.selectors.in_charge import owners_of
from accounts.organizations.models import Organization
from accounts.organizations.services import claim_domain, create_site
from mago.core import keyset
from tests.conftest import Browser

pytestmark = pytest.mark.one_database

LIST = "/admincenter/organizations/"
TABS = [
    "",
    "members/",
    "bindings/",
    "roles/",
    "conditions/",
    "sites/",
    "domains/",
    "policies/",
    "service-accounts/",
    "audit/",
    "explain/",
]


def names(browser: Any, **query: str) -> list[str]:
    response = browser.get(LIST, query)
    assert response.status_code == 200
    return [organization.name for organization in response.context["rows"].rows]


def test_everybody_sees_their_own(admin: Any, owner: Any, acme: Any, other: Any) -> None:
    assert names(admin) == ["Other", "Acme"]
    assert names(owner) == ["Acme"]


def test_one_is_found_by_its_short_name(admin: Any, acme: Any, other: Any) -> None:
    assert names(admin, q="ac") == ["Acme"]
    assert names(admin, q="zz") == []


def test_who_sees_none_is_refused(acme: Any, person: Any) -> None:
    assert Browser().as_person(person("eve")).get(LIST).status_code == 403


def test_an_owner_sees_nothing_else_of_the_admin_center(owner: Any) -> None:
    page = owner.get(LIST).content.decode()
    assert "New organization" not in page
    for section in ("people", "messages", "audit"):
        assert f'href="/admincenter/{section}/"' not in page
        assert owner.get(f"/admincenter/{section}/").status_code == 403
    assert owner.get("/admincenter/").status_code == 403


def test_the_menu_leads_to_where_one_may_go(owner: Any, admin: Any, person: Any) -> None:
    assert f'href="{LIST}"' in owner.get("/accounts/").content.decode()
    assert 'href="/admincenter/"' in admin.get("/accounts/").content.decode()
    page = Browser().as_person(person("eve")).get("/accounts/").content.decode()
    assert "Admin center" not in page


@pytest.mark.slow
def test_an_owner_sees_every_tab(owner: Any, robot: Any, hall: Any, night_shift: Any) -> None:
    titles = set()
    for tab in TABS:
        response = owner.get(f"{LIST}acme/{tab}")
        assert response.status_code == 200, tab
        assert b'aria-current="page"' in response.content, tab
        titles.update(re.findall("<title>(.+)</title>", response.text))
    # By their titles windows and bookmarks are told apart.
    assert len(titles) == len(TABS)


@pytest.mark.slow
def test_a_reporter_reads_and_changes_nothing(reporter: Any, robot: Any, hall: Any) -> None:
    for tab in TABS:
        response = reporter.get(f"{LIST}acme/{tab}")
        assert response.status_code == 200, tab
        forms = re.findall(r'method="post" action="(/admincenter/[^"]*)"', response.text)
        # To take a list along is to read it.
        assert [form for form in forms if not form.endswith("/export/")] == [], tab


def test_a_stranger_finds_nothing(acme: Any, other: Any, charlie: Any) -> None:
    browser = Browser().as_person(charlie)
    answers = {tab: browser.get(f"{LIST}acme/{tab}").status_code for tab in TABS}
    assert answers == dict.fromkeys(TABS, 404)


def test_dora_creates_one_for_its_owner(admin: Any, alice: Any) -> None:
    fields = {"name": "New Ltd", "owner": "ALICE@example.com"}
    response = admin.post("/admincenter/create-organization/", fields)
    assert response["Location"] == f"{LIST}new-ltd/"
    assert list(owners_of(Organization.objects.get(slug="new-ltd").pk)) == [alice]


def test_without_an_owner_none_is_created(admin: Any) -> None:
    fields = {"name": "New Ltd", "owner": "nobody@example.com"}
    response = admin.post("/admincenter/create-organization/", fields)
    assert response.status_code == 400
    assert response.context["form"].errors["owner"] == ["Nobody here has this address."]
    assert not Organization.objects.exists()


def test_an_owner_renames_theirs_and_cannot_disable_it(owner: Any, acme: Any) -> None:
    owner.post(f"{LIST}acme/rename/", {"name": "Acme AG"})
    acme.refresh_from_db()
    assert acme.name == "Acme AG"
    assert owner.post(f"{LIST}acme/disable/").status_code == 403


def test_in_a_disabled_one_nobody_may_do_anything(admin: Any, owner: Any, acme: Any) -> None:
    admin.post(f"{LIST}acme/disable/", {"reason": "unpaid"})
    assert owner.get(f"{LIST}acme/").status_code == 404
    admin.post(f"{LIST}acme/enable/")
    assert owner.get(f"{LIST}acme/").status_code == 200


def test_sites_are_listed_page_by_page_and_found(
    owner: Browser, acme: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset.KeysetPage.__init__, "__defaults__", ("", 2))
    for name in ("Rome", "Milan", "Turin"):
        create_site(organization=acme, name=name, actor=alice)

    def shown(url: str) -> list[str]:
        return [site.name for site in owner.get(url).context["rows"].rows]

    here = "/admincenter/organizations/acme/sites/"
    assert shown(here) == ["Milan", "Rome"]
    assert shown(here + owner.get(here).context["next_url"]) == ["Turin"]
    assert shown(f"{here}?q=UR") == ["Turin"]


def test_domains_are_listed_page_by_page_and_found(
    owner: Browser, acme: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset.KeysetPage.__init__, "__defaults__", ("", 2))
    claimed = [
        claim_domain(organization=acme, name=f"{name}.example", actor=alice)
        for name in ("rome", "milan", "turin")
    ]

    def shown(url: str) -> list[str]:
        return [domain.name for domain in owner.get(url).context["rows"].rows]

    here = "/admincenter/organizations/acme/domains/"
    assert shown(here) == ["milan.example", "rome.example"]
    assert shown(here + owner.get(here).context["next_url"]) == ["turin.example"]
    assert shown(f"{here}?q=UR") == ["turin.example"]
    name, text = claimed[2].record
    page = owner.get(f"{here}?q=UR").text
    assert f'value="{name}"' in page
    assert f'value="{text}"' in page
