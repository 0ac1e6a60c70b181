"""Releases, penetration tests, risks and the policy, for programs: as on the pages, by the same services."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.access.roles import RoleName
from accounts.access.services import create_service_account, grant_role
from accounts.provider.services import create_api_token
from admincenter.security.models import PLATFORM_ID, Risk, Ticket
from admincenter.security.models.tickets import today
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag
from tests.admincenter.api.conftest import app_of, nothing_is_remembered
from tests.conftest import App

from .conftest import Crew

__all__ = ["app_of", "nothing_is_remembered"]

pytestmark = pytest.mark.one_database

RISK = {
    "asset": "Hubs",
    "threat": "Theft",
    "likelihood": 3,
    "impact": 4,
    "treatment": "mitigate",
    "residual_likelihood": 1,
    "residual_impact": 4,
    "review_on": "2027-01-05",
}


@pytest.fixture
def at(acme: Any) -> str:
    return f"organizations/{acme.pk}"


@pytest.fixture
def owner(app_of: Any, alice: Any, acme: Any) -> App:
    return app_of(alice)  # type: ignore[no-any-return]


def path_of(response: Any) -> str:
    assert response.status_code == 201, response.text
    return str(response["Location"]).removeprefix("/api/v1/")


def send_file(app: App, path: str, name: str, content: bytes, **more: Any) -> Any:
    form = {"file": SimpleUploadedFile(name, content), **more}
    headers = {"Authorization": f"Bearer {app.token}"}
    return app.client.post(f"/api/v1/{path}", form, headers=headers)


def test_a_release_is_deployed_once_each_gate_was_signed_by_a_person(
    owner: App, at: str, acme: Any, alice: Any
) -> None:
    one = path_of(owner.post(f"{at}/releases", {"version": "2.6.0"}))
    assert owner.change(one, {"target_on": "2027-01-05"}).json()["version"] == "2.6.0"
    assert owner.post(f"{one}/deploy").json()["code"] == "open_gate"
    robot = create_service_account(organization=acme, name="CI", actor=alice)
    grant_role(user=robot, role=RoleName.ORGANIZATION_OWNER, actor=alice, scope=acme.access_scope)
    program = App()
    program.token = create_api_token(account=robot, name="CI", read_only=False, actor=alice)[1]
    for gate in ("quality-assurance", "staged-deployment", "review"):
        assert program.post(f"{one}/checkpoints/{gate}/sign").status_code == 403
        signed = owner.post(f"{one}/checkpoints/{gate}/sign", {"note": "Looked at."})
        assert signed.status_code == 200
    assert owner.post(f"{one}/checkpoints/coffee/sign").status_code == 404
    assert program.post(f"{one}/deploy").json()["state"] == "deployed"
    assert owner.post(f"{one}/cancel", {"reason": "Late."}).status_code == 409


def test_a_penetration_test_is_planned_held_and_shown_to_a_customer(owner: App, at: str) -> None:
    day = str(today() - timedelta(days=9))
    plan = {"firm": "Firm", "methodology": "WSTG", "scope": "All", "starts_on": day}
    wrong = owner.post(f"{at}/penetration-tests", plan | {"ends_on": "2020-01-01"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["ends_on"])
    one = path_of(owner.post(f"{at}/penetration-tests", plan | {"ends_on": day, "notes": "Inner"}))
    assert owner.get(f"{one}/summary").status_code == 404
    found = owner.post(f"{one}/findings", {"title": "Old library", "severity": "high"}).json()
    assert found["source"] == "penetration-test"
    assert owner.get(f"{one}/findings").json()["results"] == [found]
    assert owner.post(f"{one}/hold").json()["state"] == "held"
    shown = owner.get(f"{one}/summary")
    assert shown.json()["counts"] == [{"severity": "high", "found": 1, "remediated": 0}]
    assert "Inner" not in shown.text
    again = {"retested_on": str(today()), "retest_result": "Fine"}
    assert owner.post(f"{one}/retest", again).json()["retest_result"] == "Fine"
    assert owner.post(f"{one}/cancel").status_code == 409


def test_a_report_is_taken_by_whoever_may_read_it_and_that_is_recorded(
    owner: App, app_of: Any, at: str, crew: Crew, charlie: Any
) -> None:
    day = str(today())
    plan = {"firm": "F", "methodology": "W", "scope": "A", "starts_on": day, "ends_on": day}
    one = path_of(owner.post(f"{at}/penetration-tests", plan))
    made = send_file(owner, f"{one}/reports", "report.pdf", b"%PDF-1.7 \xff\x00")
    assert (made.status_code, made.json()["content_type"]) == (201, "application/pdf")
    # What a browser would run is none of what can be kept; what is no file at all is said so.
    assert send_file(owner, f"{one}/reports", "x.bin", b"\xff\x00\xfe").status_code == 400
    assert owner.post(f"{one}/reports", {"file": "text"}).status_code == 400
    path = f"{one}/reports/{made.json()['id']}/file"
    taken = owner.get(path)
    assert b"".join(taken.streaming_content) == b"%PDF-1.7 \xff\x00"
    assert taken["Content-Disposition"].startswith("attachment")
    assert AuditEvent.objects.filter(tag=Tag.TEST_REPORT_TAKEN).count() == 1
    assert app_of(charlie).get(path).status_code == 404


def test_a_risk_is_registered_linked_and_closed(
    owner: App, at: str, ticket: Any, alice: Any, charlie: Any
) -> None:
    one = path_of(owner.post(f"{at}/risks", RISK | {"owner": alice.email}))
    worse = owner.send("PATCH", one, {"residual_impact": 5}, {"If-Match": owner.get(one)["ETag"]})
    assert (worse.status_code, list(worse.json()["errors"])) == (400, ["residual_impact"])
    # Who does not work here cannot be told from who is nobody.
    refused = owner.post(f"{at}/risks", RISK | {"owner": charlie.email}).json()["errors"]
    assert refused == owner.post(f"{at}/risks", RISK | {"owner": "no@no.example"}).json()["errors"]
    link = {"ticket": str(ticket().pk)}
    assert owner.post(f"{one}/tickets", link).status_code == 201
    assert owner.post(f"{one}/tickets", link).status_code == 409
    assert owner.delete(f"{one}/tickets/{link['ticket']}").status_code == 204
    assert owner.get(f"{one}/tickets").json()["results"] == []
    hottest = max(owner.get(f"{at}/risks/map").json()["before"], key=lambda cell: cell["count"])
    assert (hottest["likelihood"], hottest["impact"], hottest["heat"]) == (3, 4, "high")
    assert owner.post(f"{one}/close").json()["closed_at"]
    assert owner.get(f"{at}/risks").json()["results"] == []
    assert Risk.objects.everywhere(reason="a test").count() == 1


def test_an_assessment_is_signed_by_somebody_else(
    owner: App, app_of: Any, at: str, crew: Crew
) -> None:
    held = owner.post(f"{at}/risk-assessments", {"held_on": str(today()), "summary": "Fine\nyes"})
    one = path_of(held)
    assert owner.post(f"{one}/sign").json()["code"] == "own_work"
    assert app_of(crew.rita).post(f"{one}/sign").status_code == 403
    assert app_of(crew.officer).post(f"{one}/sign").json()["signed_at"]
    assert [row["id"] for row in owner.get(f"{at}/risk-assessments").json()["results"]] == [
        held.json()["id"]
    ]


def test_the_policy_is_changed_and_the_figures_and_the_evidence_are_read(
    owner: App, app_of: Any, at: str, crew: Crew, ticket: Any
) -> None:
    ticket()
    assert owner.change(f"{at}/patch-policy", {"critical_days": 5}).json()["critical_days"] == 5
    senseless = owner.send(
        "PATCH",
        f"{at}/patch-policy",
        {"low_days": 1},
        {"If-Match": owner.get(f"{at}/patch-policy")["ETag"]},
    )
    assert senseless.status_code == 400
    figures = app_of(crew.rita).get(f"{at}/security-figures").json()
    worst = figures["by_severity"][0]
    assert (worst["severity"], worst["owed"]) == ("critical", 1)
    pack = owner.get(f"{at}/evidence")
    assert pack["Content-Type"].startswith("text/html")
    assert "SEC-1" in pack.text
    assert AuditEvent.objects.filter(tag=Tag.EVIDENCE_TAKEN).count() == 1
    assert app_of(crew.rita).get(f"{at}/evidence").status_code == 403


def test_tickets_are_assigned_related_watched_shared_and_filed(
    owner: App, app_of: Any, at: str, crew: Crew, ticket: Any
) -> None:
    first, other = ticket(), ticket("Other")
    one = f"{at}/tickets/{first.pk}"
    assert owner.change(one, {"assignee": crew.officer.email}).json()["assignee"]["name"] == "Bob"
    assert owner.change(one, {"assignee": None}).json()["assignee"] is None
    assert owner.post(f"{one}/related", {"other": str(other.pk)}).status_code == 201
    (related,) = owner.get(f"{one}/related").json()["results"]
    assert related["id"] == str(other.pk)
    assert owner.delete(f"{one}/related/{other.pk}").status_code == 204
    assert app_of(crew.rita).post(f"{one}/watch", {"watching": True}).json()["watching"] is True
    assert first.watchers.filter(pk=crew.rita.pk).exists()
    made = send_file(owner, f"{one}/attachments", "../../proof.txt", b"seen")
    assert made.json()["name"] == "proof.txt"
    file = f"{one}/attachments/{made.json()['id']}"
    assert b"".join(owner.get(f"{file}/file").streaming_content) == b"seen"
    assert app_of(crew.rita).delete(file).status_code == 403
    assert owner.delete(file).status_code == 204
    assert owner.get(f"{file}/file").status_code == 404
    assert owner.post(f"{one}/share").status_code == 201
    assert owner.post(f"{one}/share").status_code == 409
    assert Ticket.objects.of(PLATFORM_ID).get().title == first.title


def test_findings_come_in_after_a_look_and_go_out(owner: App, at: str, programme: Any) -> None:
    text = b"title,severity\nOld library,high\n"
    looked = send_file(owner, f"{at}/tickets/import", "f.csv", text, format="csv").json()
    assert (looked["imported"], looked["counts"]["new"]) == (False, 1)
    assert not Ticket.objects.of(programme).exists()
    done = send_file(owner, f"{at}/tickets/import", "f.csv", text, format="csv", dry_run="false")
    assert done.json()["rows"][0]["ticket"] == "SEC-1"
    # OSV tells of the packages that the platform runs with: nothing of an organization's.
    osv = send_file(owner, f"{at}/tickets/import", "f.json", b"[]", format="osv")
    assert osv.status_code == 404
    file = owner.get(f"{at}/tickets/export?severity=high")
    assert "Old library" in b"".join(file.streaming_content).decode()
    assert owner.get(f"{at}/tickets/export?type=sarif").json()["version"] == "2.1.0"
    assert owner.get(f"{at}/tickets/export?severity=awful").status_code == 400
