"""Tickets for programs."""

from typing import Any

import pytest

from admincenter.security.models import Ticket
from admincenter.security.services.releases import create_release
from tests.admincenter.api.conftest import app_of, nothing_is_remembered
from tests.conftest import App

from .conftest import CRITICAL, Crew

__all__ = ["app_of", "nothing_is_remembered"]


@pytest.fixture
def program(app_of: Any, alice: Any) -> App:
    app: App = app_of(alice)
    return app


def test_a_ticket_is_reported_read_and_edited(program: App, acme: Any) -> None:
    here = f"organizations/{acme.pk}/tickets"
    wrong = program.post(here, {"title": "Hole", "source": "scanner", "vector": "CVSS:4.0/x"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["vector"])
    made = program.post(here, {"title": "Hole", "source": "scanner", "vector": CRITICAL})
    assert made.status_code == 201
    ticket = made.json()
    assert (ticket["key"], ticket["score"], ticket["severity"]) == ("SEC-1", "9.3", "critical")
    assert ticket["moves"] == ["triage", "reject"]
    read = program.get(f"{here}/{ticket['id']}")
    assert read.json() == ticket
    sent = {"If-Match": read["ETag"], **program._headers()}
    changed = program.client.patch(
        f"/api/v1/{here}/{ticket['id']}",
        {"component": "hubs", "severity": "low", "vector": ""},
        content_type="application/json",
        headers=sent,
    ).json()
    assert (changed["component"], changed["severity"], changed["vector"]) == ("hubs", "low", "")
    assert program.patch(f"{here}/{ticket['id']}", {"title": "x"}).status_code == 428
    assert [one["key"] for one in program.get(f"{here}?severity=low").json()["results"]] == [
        "SEC-1"
    ]
    assert program.get(f"{here}?severity=x").status_code == 400


def test_a_ticket_moves_on_by_the_same_rules(
    program: App, acme: Any, app_of: Any, crew: Crew, fixed: Any
) -> None:
    _alice, officer, rita = crew
    here = f"organizations/{acme.pk}/tickets/{fixed.pk}/transitions"
    own = program.post(here, {"move": "verify"})
    assert (own.status_code, own.json()["code"]) == (400, "own_fix")
    assert app_of(rita).post(here, {"move": "verify"}).status_code == 403
    assert app_of(officer).post(here, {"move": "verify"}).json()["state"] == "verified"
    again = app_of(officer).post(here, {"move": "verify"})
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert program.post(here, {"move": "expire"}).status_code == 400
    assert program.post(here, {"move": "close"}).json()["state"] == "closed"


def test_a_ticket_is_planned_for_a_release_and_found_by_it(
    program: App, acme: Any, programme: Any, ticket: Any, crew: Crew
) -> None:
    release, one = create_release(programme=programme, version="2", actor=crew.alice), ticket()
    at = f"organizations/{acme.pk}/tickets"
    program.post(f"{at}/{one.pk}/transitions", {"move": "triage"})
    sent = {"move": "plan", "release": str(release.pk)}
    moved = program.post(f"{at}/{one.pk}/transitions", sent)
    assert (moved.status_code, moved.json()["state"]) == (200, "planned")
    found = program.get(f"{at}?release={release.pk}").json()["results"]
    assert [row["id"] for row in found] == [str(one.pk)]
    many = {"kind": "tickets.plan", "tickets": [str(one.pk)], "release": str(release.pk)}
    assert program.post(f"{at}/jobs", many).status_code == 201


def test_a_severity_alone_does_not_take_the_vector_away(
    program: App, acme: Any, ticket: Any
) -> None:
    here = f"organizations/{acme.pk}/tickets/{ticket().pk}"

    def patch(**words: str) -> Any:
        sent = {"If-Match": program.get(here)["ETag"], **program._headers()}
        return program.client.patch(
            f"/api/v1/{here}", words, content_type="application/json", headers=sent
        )

    refused = patch(severity="low")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["severity"])
    assert patch(severity="critical").json()["vector"] == CRITICAL
    assert patch(severity="low", vector="").json()["severity"] == "low"


def test_comments_are_read_and_written(
    program: App, acme: Any, ticket: Any, rita: Any, app_of: Any
) -> None:
    here = f"organizations/{acme.pk}/tickets/{ticket().pk}/comments"
    assert program.post(here, {"body": "First\nline"}).status_code == 201
    assert program.post(here, {"body": "a\x00b"}).status_code == 400
    (found,) = program.get(here).json()["results"]
    assert (found["body"], found["actor"]["name"]) == ("First\nline", "Alice")
    assert app_of(rita).post(here, {"body": "x"}).status_code == 403


def test_another_organizations_and_the_platforms_tickets_are_not_there(
    ticket: Any, other: Any, charlie: Any, app_of: Any, dora: Any
) -> None:
    one, stranger = ticket(), app_of(charlie)
    acme, program = one.programme.organization, app_of(one.reporter)
    assert stranger.get(f"organizations/{acme.pk}/tickets").status_code == 404
    assert stranger.get(f"organizations/{other.pk}/tickets/{one.pk}").status_code == 404
    assert program.get("tickets").status_code == 403
    assert app_of(dora).get("tickets").json()["results"] == []
    assert app_of(dora).get(f"tickets/{one.pk}").status_code == 404
    assert program.client.get("/api/v1/tickets").status_code == 401


def test_a_program_fixes_and_does_not_verify(acme: Any, alice: Any, fixed: Any, robot: Any) -> None:
    from accounts.provider.services import create_api_token

    app = App()
    app.token = create_api_token(account=robot, name="CI", actor=alice, read_only=False)[1]
    refused = app.post(
        f"organizations/{acme.pk}/tickets/{fixed.pk}/transitions", {"move": "verify"}
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "own_fix")
    made = app.post(f"organizations/{acme.pk}/tickets", {"title": "Scan", "source": "scanner"})
    assert made.status_code == 201
    assert Ticket.objects.of(fixed.programme).get(pk=made.json()["id"]).reporter is None
