"""Every list of which something can be done to many rows offers it to who may, and to nobody else."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from accounts.organizations.services import claim_domain, create_site
from accounts.provider.services import create_application
from admincenter.bulk.rows import Rows, RowsWork
from mago.jobs.models import Job
from tests.conftest import Browser

from .jobs import drafted, told


def lists(of: type[Rows] = Rows) -> Iterator[type[Rows]]:
    for one in of.__subclasses__():
        if hasattr(one, "page"):
            yield one
        yield from lists(one)


def works(of: type[RowsWork] = RowsWork) -> Iterator[type[RowsWork]]:
    for one in of.__subclasses__():
        if "kind" in vars(one):
            yield one
        yield from works(one)


def test_each_kind_is_found_by_its_name_and_so_is_what_takes_it_back() -> None:
    found = {work.kind: work for work in works()}
    assert len(found) == len(list(works())) > 20
    for kind, work in found.items():
        assert import_string(settings.BULK_WORK[kind]) is work
        assert work.undone_by in {"", *settings.BULK_WORK}
        assert work.rows in {*lists()}


def test_each_list_has_an_address_to_choose_at_and_something_to_do() -> None:
    pages = [rows.page for rows in lists()]
    assert len(pages) == len(set(pages)) > 20
    for rows in lists():
        assert rows.kinds, rows
        for args in ([], ["acme"]):
            try:
                assert reverse(f"admincenter:choose_{rows.page}", args=args)
                break
            except NoReverseMatch:  # Of an organization, or of the platform.
                continue
        else:
            pytest.fail(f"{rows.page} cannot be chosen from")


@pytest.fixture
def full(acme: Any, alice: Any, hall: Any, robot: Any) -> None:
    """Acme has one of everything."""
    claim_domain(organization=acme, name="acme.test", actor=alice)
    create_application(
        organization=acme,
        name="Wiki",
        type="public",
        redirect_uris=["https://wiki.test/cb"],
        actor=alice,
    )


@pytest.mark.parametrize(
    ("path", "work"),
    [
        ("organizations/acme/members/", "members.remove"),
        ("organizations/acme/bindings/", "roles.revoke"),
        ("organizations/acme/sites/", "sites.remove"),
        ("organizations/acme/domains/", "domains.remove"),
        ("organizations/acme/service-accounts/", "service_accounts.disable"),
        ("organizations/acme/applications/", "applications.disable"),
    ],
)
def test_it_is_shown_to_who_may_and_done_for_nobody_else(
    path: str, work: str, owner: Browser, reporter: Browser, full: None
) -> None:
    page = owner.get(f"/admincenter/{path}")
    row = page.context["rows"].rows[0]
    assert f'name="row" value="{row.pk}" form="chosen"' in page.text
    assert f'<option value="{work}">' in page.text
    assert f'action="/admincenter/{path}choose/"' in page.text
    sent = {"work": work, "row": str(row.pk)}
    assert 'id="chosen"' not in reporter.get(f"/admincenter/{path}").text
    assert Browser().post(f"/admincenter/{path}choose/", sent).status_code == 302
    assert reporter.post(f"/admincenter/{path}choose/", sent).status_code in {302, 403}
    assert not Job.objects.exists()


def test_rows_of_others_are_not_there(owner: Browser, other: Any, charlie: Any) -> None:
    theirs = create_site(organization=other, name="Theirs", actor=charlie)
    answer = owner.post(
        "/admincenter/organizations/acme/sites/choose/",
        {"work": "sites.remove", "row": str(theirs.pk)},
        follow=True,
    )
    assert "what was ticked is not there any more" in answer.text
    stranger = Browser().as_person(charlie)
    assert (
        stranger.post(
            "/admincenter/organizations/acme/sites/choose/",
            {"work": "sites.remove", "everything": "on"},
        ).status_code
        == 404
    )


def test_all_that_the_filters_find_are_meant_in_the_order_of_the_list(
    owner: Browser, acme: Any, alice: Any
) -> None:
    for name in ("North 2", "South", "North 1"):
        create_site(organization=acme, name=name, actor=alice)
    job = drafted(owner, "organizations/acme/sites/", "sites.remove", everything="on", q="north")
    assert list(told(job)) == ["North 1", "North 2"]
    page = owner.get("/admincenter/organizations/acme/sites/?q=north").text
    assert '<input type="hidden" name="q" value="north">' in page
    assert "All that these filters find" in page


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"work": "sites.remove"},
        {"work": "sites.remove", "row": "x"},
        {"work": "people.disable", "everything": "on"},
        {"work": "sites.fly", "everything": "on"},
    ],
    ids=str,
)
def test_a_choice_that_is_none_does_nothing(
    owner: Browser, hall: Any, data: dict[str, str]
) -> None:
    answer = owner.post("/admincenter/organizations/acme/sites/choose/", data, follow=True)
    assert answer.status_code == 200
    assert "Nothing was done" in answer.text
    assert not Job.objects.exists()


def test_programs_draft_start_and_take_back_the_same(
    app_of: Any, acme: Any, alice: Any, hall: Any
) -> None:
    app = app_of(alice)
    at = f"organizations/{acme.pk}/sites/jobs"
    both = {"kind": "sites.remove", "rows": [str(hall.pk)], "filters": {}}
    assert app.post(at, both).json()["errors"].keys() == {"rows"}
    wrong = app.post(at, {"kind": "sites.remove", "filters": {"w": "x"}})
    assert (wrong.status_code, wrong.json()["errors"].keys()) == (400, {"w"})
    made = app.post(at, {"kind": "sites.remove", "filters": {"q": "ha"}})
    assert (made.status_code, made.json()["total"], made.json()["state"]) == (201, 1, "draft")
    assert app.post(at, {"kind": "sites.remove", "rows": [str(hall.pk)]}).status_code == 201


def test_what_was_refused_leads_back_to_the_same_list(owner: Browser, hall: Any) -> None:
    at = "/admincenter/organizations/acme/sites/"
    sent = {"work": "sites.remove", "q": "ha", "order": "-name"}
    assert owner.post(f"{at}choose/", sent)["Location"] == f"{at}?q=ha&order=-name"


def test_who_was_signed_out_meanwhile_comes_back_to_the_list(hall: Any) -> None:
    at = "/admincenter/organizations/acme/sites/"
    answer = Browser().post(
        f"{at}choose/", {"work": "sites.remove"}, headers={"Referer": f"http://testserver{at}?q=ha"}
    )
    assert parse_qs(urlsplit(answer["Location"]).query) == {"next": [f"{at}?q=ha"]}


def test_a_draft_says_what_goes_with_it(owner: Browser, hall: Any) -> None:
    job = drafted(owner, "organizations/acme/sites/", "sites.remove", hall)
    assert "go with them. This cannot be undone." in owner.get(f"/admincenter/jobs/{job.pk}/").text
