"""Lists as files: what the filters find and nothing else, for whoever asked alone, for a day."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import (
    create_condition,
    create_custom_role,
    create_service_account,
    grant_role,
)
from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.openid.models import OpenIdSettings
from accounts.models import User
from accounts.organizations.models import SignInPolicy
from accounts.organizations.services import claim_domain, create_organization, create_site
from accounts.provider.services import create_application
from accounts.provider.services.api_tokens import create_api_token
from accounts.sessions.models import Session
from accounts.standing.services import lock_down_person
from admincenter.exports import services, work
from admincenter.security.models import PenetrationTest, Risk
from admincenter.security.selectors.programmes import programme_of
from admincenter.security.services.releases import create_release
from admincenter.security.services.tickets import create_ticket
from hubs.models import Hub
from hubs.operations.grouping import create_group
from hubs.services import create_enrolment_code, create_room
from mago.audit.models import AuditEvent
from mago.core.errors import NotFound
from mago.jobs import personal, running
from mago.jobs.models import Job, State
from mago.tls.models import Endpoint
from tests.conftest import Browser


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> Any:
    settings.EXPORT_DIR = tmp_path / "exports"
    return settings.EXPORT_DIR


@pytest.fixture
def acme(alice: Any, bob: Any) -> Any:
    organization = create_organization(name="Acme", owner=alice, actor=alice)
    Membership.objects.create(organization=organization, user=bob)
    return organization


def ask(browser: Browser, path: str, format: str = "csv", **filters: str) -> Job:
    response = browser.post(f"/admincenter/{path}export/", {"format": format, **filters})
    assert response.status_code == 302, response.content
    job = Job.objects.latest("created_at")
    assert response["Location"] == f"/admincenter/jobs/{job.pk}/"
    return job


def written(browser: Browser, job: Job) -> str:
    running.run(job.pk)
    answer: Any = browser.post(f"/admincenter/jobs/{job.pk}/file/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def refused(browser: Browser, job: Job) -> int:
    return browser.post(f"/admincenter/jobs/{job.pk}/file/").status_code


def test_dora_exports_whom_her_filters_find_page_by_page_and_nobody_else(
    admin: Browser, crowd: Any, alice: Any, folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(7)
    monkeypatch.setattr(work, "PAGE", 3)
    assert b"/admincenter/people/export/" in admin.get("/admincenter/people/").content
    job = ask(admin, "people/", q="crowd", state="active")
    going = admin.get(f"/admincenter/jobs/{job.pk}/progress/").content
    assert b"0 rows so far" in going
    assert b"<progress" in going
    found = rows(written(admin, job))
    assert [row["email"] for row in found] == [f"crowd{n:03}@example.com" for n in range(7)]
    assert (found[0]["is_active"], found[0]["last_sign_in_at"]) == ("true", "")
    page = admin.get(f"/admincenter/jobs/{job.pk}/").content
    # What became of its parts is of no use to anybody, unless one failed.
    assert b"<tbody>" not in page
    assert b"7 rows" in page
    assert b"can be downloaded until" in page
    assert [oct(one.stat().st_mode)[-3:] for one in (folder, *folder.iterdir())] == ["700", "600"]
    told = AuditEvent.objects.get(tag="jobs:list:exported").detail
    assert (told["list"], told["rows"], told["cut"]) == ("export.people", 7, False)
    assert told["filters"] == {"q": "crowd", "state": "active"}
    assert AuditEvent.objects.filter(tag="jobs:export:downloaded", target_id=str(job.pk)).exists()


def test_json_holds_the_same_and_a_formula_is_harmless_in_csv(admin: Browser, alice: Any) -> None:
    User.objects.filter(pk=alice.pk).update(name="=HYPERLINK(1)")
    (row,) = rows(written(admin, ask(admin, "people/", q="alice")))
    assert row["name"] == "'=HYPERLINK(1)"
    (line,) = written(admin, ask(admin, "people/", "jsonl", q="alice")).splitlines()
    told = json.loads(line)
    assert (told["name"], told["is_active"], told.keys()) == ("=HYPERLINK(1)", True, row.keys())


def test_who_may_not_export_people_is_shown_no_way_and_gets_no_job(
    browser: Browser, bob: Any, charlie: Any, acme: Any
) -> None:
    for person in (bob, charlie):
        one = Browser().as_person(person)
        assert one.post("/admincenter/people/export/", {"format": "csv"}).status_code == 403
        path = f"/admincenter/organizations/{acme.slug}/members/export/"
        assert one.post(path, {"format": "csv"}).status_code in (403, 404)
    assert not Job.objects.exists()


def test_another_administrator_neither_sees_nor_downloads_it(
    admin: Browser, person: Any, alice: Any
) -> None:
    job = ask(admin, "people/", q="alice")
    running.run(job.pk)
    other = person("otto")
    grant_role(user=other, role=RoleName.PLATFORM_ADMINISTRATOR, scope=PLATFORM, actor=None)
    otto = Browser().as_person(other)
    assert otto.get(f"/admincenter/jobs/{job.pk}/").status_code == 404
    assert refused(otto, job) == 404


def test_the_file_is_gone_after_its_time(admin: Browser, alice: Any, folder: Any) -> None:
    job = ask(admin, "people/", q="alice")
    assert refused(admin, job) == 404  # not yet written
    written(admin, job)
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        with pytest.raises(NotFound):
            services.open_file(services.export_of(Job.objects.get()))
        services.remove_old()
    assert list(folder.iterdir()) == []


def test_who_lost_the_permission_gets_nothing_written_or_not(
    admin: Browser, dora: Any, alice: Any, folder: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(work, "PAGE", 1)
    done = ask(admin, "people/", q="alice")
    running.run(done.pk)
    half = ask(admin, "people/")
    leased = running._lease(half.pk)
    assert leased
    export, file = services.export_of(leased), folder / f"{half.pk}.csv"
    running._do(export, half.items.get())
    assert file.exists()
    dora.role_bindings.all().delete()
    running._do(export, half.items.get(number=2))
    assert (half.items.get(number=2).outcome, half.items.count()) == ("refused", 2)
    assert not file.exists()
    running._run_items(leased, export)
    assert (refused(admin, done), refused(admin, half)) == (403, 403)


def test_a_disabled_askers_export_writes_nothing(admin: Browser, dora: Any, folder: Any) -> None:
    job = ask(admin, "people/")
    User.objects.filter(pk=dora.pk).update(is_active=False)
    running.run(job.pk)
    assert not folder.exists()


def test_who_follows_a_worker_that_died_repeats_and_loses_no_row(
    admin: Browser, crowd: Any, folder: Any, monkeypatch: Any
) -> None:
    """What was written after the last page that was finished is written over."""
    crowd(4)
    monkeypatch.setattr(work, "PAGE", 2)
    job = ask(admin, "people/", q="crowd")
    leased = running._lease(job.pk)
    assert leased
    running._do(services.export_of(leased), job.items.get())
    with (folder / f"{job.pk}.csv").open("a") as file:
        file.write("half a li")
    Job.objects.filter(pk=job.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert len(rows(written(admin, job))) == 4


def test_most_rows_are_a_limit_that_the_page_and_the_trail_tell(
    admin: Browser, crowd: Any, monkeypatch: Any
) -> None:
    crowd(5)
    monkeypatch.setattr(work, "PAGE", 2)
    monkeypatch.setattr(work, "MOST_ROWS", 4)
    job = ask(admin, "people/", q="crowd")
    assert len(rows(written(admin, job))) == 4
    assert (
        b"There are more rows than an export takes"
        in admin.get(f"/admincenter/jobs/{job.pk}/").content
    )
    assert AuditEvent.objects.get(tag="jobs:list:exported").detail["cut"] is True


def test_what_is_wrong_starts_nothing(admin: Browser, dora: Any) -> None:
    for sent in ({}, {"format": "xml"}, {"format": "csv", "state": "flying"}, {"format": "csv", "x": "y"}):  # fmt: skip
        answer = admin.post("/admincenter/people/export/", sent, follow=True)
        assert b"Nothing was exported" in answer.content
    Session.objects.filter(user=dora).update(proved_at=timezone.now() - timedelta(minutes=11))
    asked = admin.post("/admincenter/people/export/", {"format": "csv"})
    assert "reauthenticate" in asked["Location"]
    assert not Job.objects.exists()


def test_one_at_a_time_and_three_files_are_kept(admin: Browser, folder: Any) -> None:
    first = ask(admin, "people/")
    again = admin.post("/admincenter/people/export/", {"format": "csv"}, follow=True)
    assert b"not finished yet" in again.content
    running.run(first.pk)
    for _ in range(3):
        running.run(ask(admin, "people/").pk)
    assert len(list(folder.iterdir())) == services.KEPT
    assert refused(admin, first) == 404


def test_an_erasure_forgets_exports_that_were_narrowed_to_somebody(
    admin: Browser, alice: Any, bob: Any
) -> None:
    for searched in ("alice@example.com", "malice@example.com", "ali"):
        running.run(ask(admin, "people/", q=searched).pk)
    (jobs,) = personal.ELSEWHERE
    jobs.erase(alice, ["alice@example.com"])
    left = Job.objects.order_by("created_at").values_list("options__filters__q", flat=True)
    assert list(left) == ["malice@example.com", "ali"]
    # Who is named by an address is kept by key.
    job = ask(admin, "sessions/", person="bob@example.com")
    assert job.options["filters"] == {"person": str(bob.pk)}


def test_each_list_is_written_with_what_it_holds(
    admin: Browser, alice: Any, bob: Any, acme: Any, message: Any
) -> None:
    message()
    hall = create_site(organization=acme, name="Hall", actor=alice)
    Hub.objects.create(organization=acme, site=hall, serial="S1")
    account = create_service_account(organization=acme, name="Robot", actor=alice)
    create_api_token(account=account, name="Night", actor=alice)
    for whose in (None, acme):
        create_application(
            name="Wiki",
            type="public",
            redirect_uris=["https://wiki.example/back"],
            organization=whose,
            actor=None,
        )
    owner = Browser().as_person(alice)
    told = {
        path: rows(written(who, ask(who, path)))
        for who, path in (
            (admin, "sessions/"),
            (admin, "messages/"),
            (admin, "api-tokens/"),
            (admin, "applications/"),
            (admin, "hubs/_all/"),
            (owner, f"hubs/{acme.slug}/"),
            (owner, f"organizations/{acme.slug}/applications/"),
            (owner, f"organizations/{acme.slug}/members/"),
        )
    }
    assert {row["email"] for row in told["sessions/"]} == {"alice@example.com", "dora@example.com"}
    assert "secret-in-the-body" not in str(told["messages/"])
    assert told["messages/"][0]["recipient"] == "charlie@example.com"
    members = {row["email"]: row["roles"] for row in told[f"organizations/{acme.slug}/members/"]}
    assert members == {"alice@example.com": "organization-owner", "bob@example.com": ""}
    assert [len(found) for found in told.values()] == [2, 1, 1, 1, 1, 1, 1, 2]
    assert told["hubs/_all/"][0].items() >= {"organization": acme.slug, "site": "Hall"}.items()
    assert told["api-tokens/"][0]["service_account"] == "Robot"
    assert Job.objects.filter(state=State.DONE).count() == len(told)
    assert AuditEvent.objects.filter(tag="jobs:list:exported", organization_id=acme.pk).count() == 3


@pytest.fixture
def security(acme: Any, alice: Any) -> Any:
    """A programme that holds one of each."""
    programme = programme_of(acme)
    made = {"programme": programme, "actor": alice}
    create_ticket(**made, title="=Cookie survives", source="scanner", severity="high")
    create_release(**made, version="2.1", target_on=None, notes="")
    day = timezone.now().date()
    PenetrationTest.objects.create(
        programme=programme,
        firm="Locksmiths",
        methodology="WSTG",
        scope="All",
        starts_on=day,
        ends_on=day,
    )
    Risk.objects.create(
        programme=programme, asset="Hubs", threat="Theft", likelihood=3, impact=4,
        residual_likelihood=1, residual_impact=2, treatment="reduce", review_on=day, owner=alice,
    )  # fmt: skip
    return programme


@pytest.mark.usefixtures("security")
def test_every_other_list_has_its_export_beside_it(
    admin: Browser, alice: Any, bob: Any, dora: Any, acme: Any
) -> None:
    create_service_account(organization=acme, name="Robot", actor=alice)
    lock_down_person(person=bob, reason="Lost laptop", actor=dora)
    owner = Browser().as_person(alice)
    own, programme = f"organizations/{acme.slug}/", f"security/{acme.slug}/"
    told: dict[str, Any] = {}
    for who, page, export in (
        (admin, "organizations/", "organizations/_all/"),
        (admin, "administrators/", ""),
        (admin, "lockdowns/", ""),
        (owner, f"{own}bindings/", ""),
        (owner, f"{own}service-accounts/", ""),
        (owner, f"hubs/{acme.slug}/tasks/", ""),
        (owner, f"{programme}tickets/", ""),
        (owner, f"{programme}releases/", ""),
        (owner, f"{programme}penetration-tests/", ""),
        (owner, f"{programme}risks/", ""),
        (admin, "security/_platform/tickets/", ""),
    ):
        shown = who.get(f"/admincenter/{page}")
        path = export or page
        if shown.context["rows"].rows:
            assert f'action="/admincenter/{path}export/"' in shown.content.decode(), page
        told[page] = [
            json.loads(line) for line in written(who, ask(who, path, "jsonl")).splitlines()
        ]
    assert [len(found) for found in told.values()] == [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0]
    assert told["organizations/"][0]["slug"] == acme.slug
    assert told["administrators/"][0]["email"] == "dora@example.com"
    assert (
        told["lockdowns/"][0].items()
        >= {"person": "bob@example.com", "reason": "Lost laptop"}.items()
    )
    assert told[f"{own}bindings/"][0]["role"] == "organization-owner"
    assert told[f"{own}service-accounts/"][0]["live_tokens"] == 0
    assert told[f"{programme}tickets/"][0].items() >= {"key": "SEC-1", "state": "reported"}.items()
    assert (
        told[f"{programme}risks/"][0].items() >= {"score": 12, "owner": "alice@example.com"}.items()
    )
    # In a spreadsheet nothing is a formula.
    (row,) = rows(written(owner, ask(owner, f"{programme}tickets/", severity="high")))
    assert row["title"] == "'=Cookie survives"
    assert not rows(written(owner, ask(owner, f"{programme}tickets/", severity="low")))


SECRET = "never-in-a-file"
ORGANIZATIONS_OWN = (
    "organizations/acme/sites/", "organizations/acme/roles/", "organizations/acme/conditions/",
    "organizations/acme/domains/", "organizations/acme/policies/",
    "organizations/acme/service-accounts/tokens/", "identity-providers/acme/", "hubs/acme/rooms/",
    "hubs/acme/groups/", "hubs/acme/codes/",
)  # fmt: skip


def set_up(organization: Any, owner: Any, name: str) -> list[Any]:
    """One of each of what is set up, and the texts that no file may hold."""
    made: Any = {"organization": organization, "actor": owner}
    hall = create_site(**made, name=f"{name} hall", attributes={"country": "IT"})
    create_room(site=hall, name=f"{name} room", actor=owner)
    create_group(organization=organization, name=f"{name} pilots", actor=owner)
    _row, code = create_enrolment_code(organization=organization, site=hall, actor=owner)
    create_custom_role(**made, name=f"{name} caretakers", permissions=["hubs:read"])
    rule = {"network": ["192.0.2.0/24"]}
    create_condition(**made, name=f"{name} office", rule=rule)
    domain = claim_domain(**made, name=f"{name}.example")
    # Not yet: it concerns its owner, too, who came with a password.
    made_of = {"site": hall, "strength": 2, "grace_until": timezone.now() + timedelta(days=1)}
    SignInPolicy.objects.create(organization=organization, **made_of)
    account = create_service_account(**made, name=f"{name} robot")
    _row, token = create_api_token(account=account, name="Night", actor=owner)
    provider = IdentityProvider.objects.create(
        organization=organization, kind="oidc", name=f"{name} Entra", slug="entra"
    )
    OpenIdSettings.objects.create(
        provider=provider, issuer="https://login.example", client_id=SECRET, secret=SECRET
    )
    return [domain.challenge, token, code, SECRET]


def test_what_is_set_up_is_written_without_anothers_rows_and_without_secrets(
    alice: Any, bob: Any, acme: Any, folder: Any
) -> None:
    secrets = set_up(acme, alice, "acme")
    set_up(create_organization(name="Globex", owner=bob, actor=bob), bob, "globex")
    owner, told, files = Browser().as_person(alice), {}, ""
    for page in (*ORGANIZATIONS_OWN, "identity-providers/_all/"):
        at = page.replace("_all/", "")
        assert f'action="/admincenter/{page}export/"' in owner.get(f"/admincenter/{at}").text, at
        file = written(owner, ask(owner, page, "jsonl"))
        files += file
        told[page] = [json.loads(line) for line in file.splitlines()]
    assert {page: len(found) for page, found in told.items()} == dict.fromkeys(told, 1)
    assert "globex" not in files.casefold()
    assert [secret for secret in secrets if secret in files] == []
    (site,) = rows(written(owner, ask(owner, ORGANIZATIONS_OWN[0])))
    assert site["attributes"] == '{"country": "IT"}'
    (policy,) = told["organizations/acme/policies/"]
    assert policy.items() >= {"site": "acme hall", "strength": "two_factors"}.items()


def test_who_sees_one_site_exports_that_one(alice: Any, bob: Any, acme: Any) -> None:
    set_up(acme, alice, "acme")
    gym = create_site(organization=acme, name="Gym", actor=alice)
    grant_role(user=bob, role=RoleName.SITE_ADMINISTRATOR, scope=gym.access_scope, actor=alice)
    keeper = Browser().as_person(bob)
    (site,) = rows(written(keeper, ask(keeper, "organizations/acme/sites/")))
    assert site["name"] == "Gym"
    for page in ("rooms", "codes"):
        assert rows(written(keeper, ask(keeper, f"hubs/acme/{page}/"))) == []
    path = "/admincenter/organizations/acme/domains/export/"
    assert keeper.post(path, {"format": "csv"}).status_code == 403


def test_dora_exports_certificates_that_were_looked_at_and_the_policies_of_the_platform(
    admin: Browser, acme: Any, settings: Any
) -> None:
    settings.TLS_ENDPOINTS = ("id.example.com:443", "new.example.com:443")
    seen: Any = {
        "not_after": timezone.now() + timedelta(days=9, hours=1),
        "scanned_at": timezone.now(),
    }
    Endpoint.objects.create(
        host="id.example.com", port=443, findings=[["version-offered", "TLS 1.0"]], **seen
    )
    Endpoint.objects.create(host="gone.example.com", port=443, **seen)
    SignInPolicy.objects.create(idle_minutes=30)
    SignInPolicy.objects.create(organization=acme, strength=2)
    for page in ("certificates/", "policies/"):
        assert f'action="/admincenter/{page}export/"' in admin.get(f"/admincenter/{page}").text
    (row,) = rows(written(admin, ask(admin, "certificates/")))
    expected = {"host": "id.example.com", "days_left": "9", "findings": "version-offered TLS 1.0"}
    assert row.items() >= expected.items()
    (policy,) = rows(written(admin, ask(admin, "policies/")))
    assert (policy["idle_minutes"], policy["strength"]) == ("30", "")


def test_an_export_of_a_programme_is_for_who_may_read_it(
    admin: Browser, bob: Any, charlie: Any, acme: Any, security: Any
) -> None:
    for person in (bob, charlie):
        path = f"/admincenter/security/{acme.slug}/tickets/export/"
        answer = Browser().as_person(person).post(path, {"format": "csv"})
        assert answer.status_code in (403, 404)
    assert not Job.objects.exists()
