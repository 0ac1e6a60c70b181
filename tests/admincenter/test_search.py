"""One field finds people, organizations, hubs and pages; and nothing that the searcher may not see."""

from typing import Any

import pytest

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.organizations.models import Site
from accounts.organizations.services import create_organization, create_site
from hubs.models import Hub, State
from tests.admincenter.conftest import has_frame
from tests.conftest import Browser


def found(browser: Browser, q: str = "") -> dict[str, list[str]]:
    response = browser.get("/admincenter/search/", {"q": q})
    assert response.status_code == 200
    return {
        str(kind.title): [one.title for one in kind.found] for kind in response.context["kinds"]
    }


@pytest.fixture
def acme(alice: Any) -> Any:
    organization = create_organization(name="Acme", owner=alice, actor=alice)
    site = create_site(organization=organization, name="Hall", actor=alice)
    for serial in ("ZX-1", "ZX-2"):
        Hub.objects.create(
            organization=organization, site=site, model="P", serial=serial, state=State.ACTIVE
        )
    return organization


@pytest.fixture
def umbra(charlie: Any) -> Any:
    """Another tenant, whose hub begins alike."""
    organization = create_organization(name="Acumen", owner=charlie, actor=charlie)
    site = create_site(organization=organization, name="Attic", actor=charlie)
    Hub.objects.create(
        organization=organization, site=site, model="P", serial="ZX-9", state=State.ACTIVE
    )
    return organization


def test_an_administrator_finds_everything_by_how_it_begins(
    admin: Browser, bob: Any, acme: Any, umbra: Any
) -> None:
    assert found(admin, "bo")["People"] == ["Bob"]
    assert found(admin, "ac")["Organizations"] == ["Acme", "Acumen"]
    assert found(admin, "ZX")["Hubs"] == ["ZX-1", "ZX-2", "ZX-9"]
    assert found(admin, "verify tr")["Pages"] == ["Verify the audit trail"]


def test_an_owner_finds_their_own_and_nothing_of_anybody_else(
    browser: Browser, alice: Any, bob: Any, acme: Any, umbra: Any
) -> None:
    browser.as_person(alice)
    assert found(browser, "ZX") == {"Hubs": ["ZX-1", "ZX-2"]}
    assert found(browser, "ac")["Organizations"] == ["Acme"]
    # Of people, the members; neither bob nor charlie is one.
    assert found(browser, "al")["Members"] == ["Alice"]
    assert found(browser, "bo") == {}
    assert "People" not in found(browser)["Pages"]


def test_who_looks_after_one_site_finds_its_hubs(
    browser: Browser, alice: Any, bob: Any, acme: Any
) -> None:
    hall = Site.objects.of(acme).get()
    other = create_site(organization=acme, name="Cellar", actor=alice)
    Hub.objects.create(organization=acme, site=other, model="P", serial="ZX-3", state=State.ACTIVE)
    Membership.objects.create(organization=acme, user=bob)
    grant_role(user=bob, role=RoleName.TECHNICIAN, scope=hall.access_scope, actor=None)
    assert found(browser.as_person(bob), "ZX")["Hubs"] == ["ZX-1", "ZX-2"]


def test_one_letter_finds_pages_only(admin: Browser, alice: Any) -> None:
    assert list(found(admin, "a")) == ["Pages"]
    assert "Overview" in found(admin)["Pages"]


def test_the_palette_gets_the_findings_alone(admin: Browser, alice: Any) -> None:
    response = admin.get("/admincenter/search/", {"q": "alice"}, headers={"HX-Request": "true"})
    assert not has_frame(response)
    assert b"alice@example.com" in response.content


def test_a_stranger_searches_nothing(browser: Browser, charlie: Any, alice: Any) -> None:
    response = browser.as_person(charlie).get("/admincenter/search/", {"q": "alice"})
    assert response.status_code == 403


@pytest.mark.parametrize("q", ["a\x00b", "x" * 201])
def test_what_nobody_types_is_refused(admin: Browser, q: str) -> None:
    assert admin.get("/admincenter/search/", {"q": q}).status_code == 400


def test_the_number_of_queries_does_not_grow(
    admin: Browser, acme: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20):
        found(admin, "ZX")
