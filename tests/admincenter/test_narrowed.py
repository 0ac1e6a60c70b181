"""Lists that are narrowed by a state or a name, each to those alone."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.organizations.models import Organization
from accounts.provider.services import create_api_token
from accounts.standing.services import lock_down_person
from admincenter.security.models.tickets import today
from admincenter.security.selectors.programmes import programme_of
from admincenter.security.services.penetration_tests import cancel_test, plan_test
from admincenter.security.services.releases import cancel_release, create_release
from mago.jobs.services import Draft, draft_job
from mago.messaging.models import Message
from tests.admincenter.bulk.jobs import drafted
from tests.admincenter.organizations.conftest import acme, other, owner, robot
from tests.conftest import Browser

__all__ = ["acme", "other", "owner", "robot"]


def shown(browser: Browser, path: str) -> list[str]:
    page = browser.get(f"/admincenter/{path}")
    assert page.status_code == 200
    return [str(row) for row in page.context["rows"].rows]


def test_organizations_by_state(admin: Browser, acme: Any, other: Any) -> None:
    Organization.objects.filter(pk=other.pk).update(is_active=False)
    assert shown(admin, "organizations/?state=disabled") == ["Other"]
    assert shown(admin, "organizations/?state=active") == ["Acme"]


@pytest.mark.parametrize("q", ["bo", "bob@", "example.com"])
def test_roles_by_who_holds_them(owner: Browser, acme: Any, q: str) -> None:
    found = shown(owner, f"organizations/acme/bindings/?q={q}")
    assert "Bob: Reporter" in found
    assert len(found) == (2 if q == "example.com" else 1)


def test_tokens_by_name(owner: Browser, admin: Browser, acme: Any, robot: Any, alice: Any) -> None:
    grant_role(user=robot, role=RoleName.REPORTER, scope=acme.access_scope, actor=alice)
    for name in ("Nightly build", "Deploy"):
        create_api_token(account=robot, name=name, actor=alice)
    assert shown(admin, "api-tokens/?q=night") == ["Nightly build"]
    at = "organizations/acme/service-accounts/"
    assert shown(owner, f"{at}tokens/?q=BUILD") == ["Nightly build"]
    assert shown(owner, f"{at}{robot.pk}/?q=dep") == ["Deploy"]


def test_releases_and_penetration_tests_by_state(owner: Browser, acme: Any, alice: Any) -> None:
    programme = programme_of(acme)
    releases = [
        create_release(programme=programme, version=version, actor=alice)
        for version in ("1.0.0", "2.0.0")
    ]
    cancel_release(release=releases[0], actor=alice)
    assert shown(owner, "security/acme/releases/?state=planned") == ["2.0.0"]
    assert shown(owner, "security/acme/releases/?order=created") == ["1.0.0", "2.0.0"]
    assert shown(owner, "security/acme/releases/?state=deployed") == []
    held = [
        plan_test(
            programme=programme, actor=alice, tester="firm", firm=firm, methodology="OWASP WSTG",
            scope="all", starts_on=today(), ends_on=today() + timedelta(days=3),
        )
        for firm in ("Oak", "Elm")
    ]  # fmt: skip
    cancel_test(test=held[0], actor=alice)
    found = shown(owner, "security/acme/penetration-tests/?state=cancelled")
    assert [one.partition(",")[0] for one in found] == ["Oak"]


def test_jobs_by_state(admin: Browser, dora: Any) -> None:
    draft_job("people.disable", [Draft("x", "x")], actor=dora)
    assert len(shown(admin, "jobs/?state=draft")) == 1
    assert shown(admin, "jobs/?state=done") == []


def test_messages_by_whom_they_went_to(admin: Browser, message: Any) -> None:
    mine = message()
    Message.objects.filter(pk=message().pk).update(recipient="+390212345")
    assert shown(admin, "messages/?q=Charlie@Example.com") == [str(mine)]
    assert len(shown(admin, "messages/?q=%2B39+02+12345")) == 1
    assert shown(admin, "messages/?q=nobody@example.com") == []


def test_lockdowns_and_administrators_by_their_person(
    admin: Browser, alice: Any, bob: Any, dora: Any
) -> None:
    for person in (alice, bob):
        lock_down_person(person=person, reason="odd", actor=dora)
    assert shown(admin, "lockdowns/?q=ali") == ["Alice"]
    assert len(shown(admin, "administrators/?q=dora")) == 1
    assert shown(admin, "administrators/?q=alice") == []


def test_a_job_leads_back_to_its_list(
    admin: Browser, owner: Browser, acme: Any, robot: Any
) -> None:
    job = drafted(owner, "organizations/acme/service-accounts/", "service_accounts.disable", robot)
    back = '<a href="/admincenter/organizations/acme/service-accounts/">Back to the list</a>'
    assert back in owner.get(f"/admincenter/jobs/{job.pk}/").text
    job = drafted(admin, "people/", "people.end_sessions", everything="on")
    assert '<a href="/admincenter/people/">Back' in admin.get(f"/admincenter/jobs/{job.pk}/").text
