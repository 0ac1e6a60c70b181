"""The trail as administrators read it: found along indexes, shown whole, and the reader recorded."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.organizations.services import create_organization
from mago.audit import append_only, search
from mago.audit.models import AuditEvent, AuditLink
from mago.audit.services import Outcome, seal
from mago.audit.tags import Tag
from mago.core.context import Caller, calling
from mago.core.ids import new_id
from mago.jobs.models import Job
from tests.admincenter.conftest import has_frame
from tests.trail import record


@pytest.fixture
def acme(alice: Any) -> Any:
    return create_organization(name="Acme", owner=alice, actor=alice)


@pytest.fixture
def trail(alice: Any, bob: Any) -> list[AuditEvent]:
    """What happened: alice came in, failed elsewhere two days ago, and disabled bob."""
    with (
        calling(Caller("request-2", "2001:db8::7", "curl")),
        time_machine.travel(timezone.now() - timedelta(days=2)),
    ):
        failed = record(Tag.SIGN_IN_FAILED, target=alice, outcome=Outcome.FAILURE)
    with calling(Caller("request-1", "192.0.2.1", "Firefox")):
        opened = record(Tag.SIGN_IN_SUCCEEDED, actor=alice, target=alice)
        changed = record(
            Tag.PROFILE_CHANGED,
            actor=alice,
            target=alice,
            before={"name": "A"},
            after={"name": "Alice"},
        )
    disabled = record(Tag.PERSON_DISABLED, actor=alice, target=bob, reason="left")
    return [opened, changed, failed, disabled]


def found(admin: Any, **query: str) -> set[str]:
    response = admin.get("/admincenter/audit/", query)
    assert response.status_code == 200, response.context["filters"].errors
    return {event.tag for event in response.context["rows"].rows}


def rows(admin: Any, **query: str) -> list[AuditEvent]:
    """What is found, but for the searches themselves."""
    response = admin.get("/admincenter/audit/", query)
    assert response.status_code == 200, response.context["filters"].errors
    found = response.context["rows"].rows
    return [event for event in found if event.tag != Tag.AUDIT_SEARCHED]


def test_the_newest_come_first(admin: Any, trail: Any) -> None:
    rows = admin.get("/admincenter/audit/").context["rows"].rows
    assert [row.pk for row in rows] == sorted((row.pk for row in rows), reverse=True)
    assert [row for row in rows if row in trail] == [trail[3], trail[1], trail[0], trail[2]]


@pytest.mark.slow
def test_events_are_found_by_each_filter(admin: Any, trail: Any, alice: Any, bob: Any) -> None:
    assert found(admin, tag=Tag.SIGN_IN_FAILED) == {Tag.SIGN_IN_FAILED}
    assert found(admin, outcome="failure") == {Tag.SIGN_IN_FAILED}
    alices = {Tag.SIGN_IN_SUCCEEDED, Tag.PROFILE_CHANGED, Tag.PERSON_DISABLED}
    assert found(admin, actor="Alice@Example.com") == alices
    assert found(admin, actor=str(alice.pk)) == alices
    assert found(admin, about="bob@example.com") == {Tag.PERSON_DISABLED}
    assert found(admin, address="192.0.2.1") == {Tag.SIGN_IN_SUCCEEDED, Tag.PROFILE_CHANGED}
    assert found(admin, address="2001:DB8:0::7") == {Tag.SIGN_IN_FAILED}
    assert (
        found(admin, actor="alice@example.com", about="bob@example.com", outcome="failure") == set()
    )


def test_events_are_found_by_when_they_happened(admin: Any, trail: Any) -> None:
    then = timezone.now() - timedelta(days=2)
    assert found(admin, until=f"{then + timedelta(hours=1):%Y-%m-%d %H:%M}") == {Tag.SIGN_IN_FAILED}
    assert found(admin, since=f"{then:%Y-%m-%d}", until=f"{then:%Y-%m-%d}") == {
        Tag.SIGN_IN_FAILED
    }  # that whole day
    assert Tag.SIGN_IN_FAILED not in found(
        admin, since=f"{then + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    )


def test_events_are_found_by_request_organization_and_text(
    admin: Any, alice: Any, trail: Any, acme: Any
) -> None:
    key = new_id()
    with calling(Caller(key.hex, "192.0.2.1", "Firefox")):
        told = record(Tag.SIGN_OUT, actor=alice)
    for spelt in (key.hex, str(key)):
        assert rows(admin, request_id=spelt) == [told]
    assert rows(admin, request_id=key.hex, actor="bob@example.com") == []
    mine = rows(admin, organization=acme.slug)
    assert mine == rows(admin, organization=str(acme.pk))
    assert {event.organization_id for event in mine} == {acme.pk}
    lately = f"{timezone.now() - timedelta(days=1):%Y-%m-%d}"
    assert set(rows(admin, text="cm", since=lately)) == {
        event for event in mine if "Acme" in event.target_label
    }
    assert rows(admin, text="bob@example.com", since=lately, actor="alice@example.com") == [
        trail[3]
    ]


def test_a_text_takes_a_period_of_a_month_at_most(admin: Any, trail: Any) -> None:
    now = timezone.now()
    ago = {days: f"{now - timedelta(days=days):%Y-%m-%d %H:%M}" for days in (1, 30, 40)}
    for query in ({}, {"since": ago[40]}, {"until": ago[1]}):
        response = admin.get("/admincenter/audit/", {"text": "x", **query})
        assert (response.status_code, list(response.context["filters"].errors)) == (400, ["since"])
    for query in ({"since": ago[30]}, {"since": ago[40], "until": ago[30]}):
        assert rows(admin, text="x", **query) == []
    wrong = admin.get("/admincenter/audit/", {"text": "x", "since": "yesterday"})
    assert "Write 2026-11-22" in str(wrong.context["filters"].errors["since"])


def test_a_page_that_stopped_says_so_and_goes_on(
    admin: Any, trail: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOKS_AT", 1)
    query = {"text": "bob@example.com", "since": f"{timezone.now() - timedelta(days=1):%Y-%m-%d}"}
    page = admin.get("/admincenter/audit/", query)
    # What is newest is this search itself, in which the address stands, though it is not about it.
    assert "Nothing found so far" in page.text
    assert "looking at 1 rows" in page.text
    (link,) = re.findall(r'href="([^"]*)">Look further', page.text)
    further = admin.get("/admincenter/audit/" + html.unescape(link))
    assert further.context["rows"].rows == [trail[3]]
    assert "looking at 1 rows" in further.text


@pytest.mark.parametrize(
    "query",
    [
        {"tag": "nonsense"},
        {"request_id": "nonsense"},
        {"request_id": "0" * 32},
        {"request_id": "a\x00b"},
        {"organization": "nobody"},
        {"organization": "a\x00b"},
        {"tag": "signin:session:failed' OR 1=1"},
        {"outcome": "maybe"},
        {"actor": "nobody@example.com"},
        {"actor": "a\x00b"},
        {"actor": "%"},
        {"about": "x" * 255},
        {"address": "192.0.2.256"},
        {"address": "localhost"},
        {"since": "yesterday"},
        {"since": "2026-13-01"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31T23:59:59-14:00"},
        {"until": "9999-12-31"},
        {"until": "2999-12-32"},
        {"until": "1" * 5000},
    ],
)
def test_a_filter_that_makes_no_sense_is_said_beside_its_field(
    admin: Any, trail: Any, query: dict[str, str]
) -> None:
    response = admin.get("/admincenter/audit/", query)
    assert response.status_code == 400
    assert list(response.context["filters"].errors) == list(query)


def test_a_search_is_recorded_and_a_look_is_not(
    admin: Any, dora: Any, trail: Any, events: Any
) -> None:
    admin.get("/admincenter/audit/")
    admin.get("/admincenter/audit/", {"tag": "", "outcome": ""})
    admin.get("/admincenter/audit/", {"tag": "nonsense"})
    assert not events(Tag.AUDIT_SEARCHED)
    admin.get("/admincenter/audit/", {"about": "bob@example.com", "outcome": "success"})
    (event,) = events(Tag.AUDIT_SEARCHED)
    assert event.actor_id == dora.pk
    assert set(event.detail["filters"]) == {"about", "outcome"}


def test_each_page_of_a_search_is_recorded(admin: Any, alice: Any, events: Any) -> None:
    """Else whoever writes a cursor by hand reads the first one unseen."""
    for _ in range(60):
        record(Tag.SIGN_IN_SUCCEEDED, actor=alice)
    query = "?tag=signin:session:opened"
    shown = 0
    while query:
        response = admin.get(f"/admincenter/audit/{query}")
        shown += len(response.context["rows"])
        query = response.context["next_url"]
    assert shown == 60
    assert len(events(Tag.AUDIT_SEARCHED)) == 2
    admin.get("/admincenter/audit/?tag=signin:session:opened&page=")
    assert len(events(Tag.AUDIT_SEARCHED)) == 3


def test_htmx_gets_the_rows_alone(admin: Any, trail: Any) -> None:
    part = admin.get("/admincenter/audit/", headers={"HX-Request": "true"})
    assert not has_frame(part)
    assert b"Sign-in failed" in part.content


class TestEvent:
    def test_about_a_job_says_what_the_job_does(self, admin: Any, dora: Any) -> None:
        job = Job(kind="people.delete", actor_id=dora.pk)
        event = record(Tag.JOB_STARTED, actor=dora, target=job)
        for path in ("", f"{event.pk}/"):
            page = admin.get(f"/admincenter/audit/{path}").content.decode()
            assert "<bdi>Delete people into the recycle bin</bdi>" in page
            assert str(job) not in page
        event.refresh_from_db()
        assert event.target_name == str(job), "the trail keeps the job's own name"

    def test_about_a_job_of_another_version_names_its_kind(self, admin: Any, dora: Any) -> None:
        event = record(Tag.JOB_STARTED, actor=dora, target=Job(kind="people.greet"))
        page = admin.get(f"/admincenter/audit/{event.pk}/").content.decode()
        assert "<bdi>people.greet</bdi>" in page

    def test_is_shown_whole(self, admin: Any, trail: Any) -> None:
        page = admin.get(f"/admincenter/audit/{trail[3].pk}/").content.decode()
        for fact in (
            "Account disabled",
            "people:person:disabled",
            "alice@example.com",
            "bob@example.com",
            "left",
        ):
            assert fact in page

    def test_shows_what_changed(self, admin: Any, trail: Any) -> None:
        page = admin.get(f"/admincenter/audit/{trail[1].pk}/").content.decode()
        assert re.search(r">name</th><td[^>]*><del>A</del></td><td[^>]*><ins>Alice</ins>", page)

    def test_leads_to_the_rest_of_its_request(self, admin: Any, trail: Any) -> None:
        response = admin.get(f"/admincenter/audit/{trail[0].pk}/")
        assert [event.pk for event in response.context["beside"]] == [trail[1].pk]
        assert f"/admincenter/audit/{trail[1].pk}/" in response.content.decode()

    def test_shows_its_seal(self, admin: Any, trail: Any) -> None:
        assert "Not sealed yet" in admin.get(f"/admincenter/audit/{trail[0].pk}/").content.decode()
        seal()
        page = admin.get(f"/admincenter/audit/{trail[0].pk}/").content.decode()
        assert bytes(AuditLink.objects.get(event=trail[0]).hash).hex() in page

    def test_that_was_changed_says_so(self, admin: Any, trail: Any) -> None:
        assert (
            "not what was recorded"
            not in admin.get(f"/admincenter/audit/{trail[3].pk}/").content.decode()
        )
        with append_only.lifted(connection):
            AuditEvent.objects.filter(pk=trail[3].pk).update(outcome="failure")
        assert (
            "not what was recorded"
            in admin.get(f"/admincenter/audit/{trail[3].pk}/").content.decode()
        )

    @pytest.mark.parametrize(
        "detail", [[], [1], "text", {"before": 1, "after": [2]}, {"a": {"b": [None]}}]
    )
    def test_that_somebody_forged_is_shown_too(self, admin: Any, trail: Any, detail: Any) -> None:
        with append_only.lifted(connection):
            AuditEvent.objects.filter(pk=trail[3].pk).update(
                detail=detail, tag="no:such:tag", target_id="x", target_type="y"
            )
        assert admin.get(f"/admincenter/audit/{trail[3].pk}/").status_code == 200
        assert admin.get("/admincenter/audit/").status_code == 200

    def test_reading_it_is_recorded(self, admin: Any, dora: Any, trail: Any, events: Any) -> None:
        admin.get(f"/admincenter/audit/{trail[0].pk}/")
        (event,) = events(Tag.AUDIT_EVENT_READ)
        assert (event.actor_id, event.target_id) == (dora.pk, str(trail[0].pk))
        # Pages name what was read as they name it where it stands itself, and not by its tag.
        told = f"<bdi>{trail[0].label} ({trail[0].pk})</bdi>"
        assert told in admin.get("/admincenter/audit/").text
        assert told in admin.get(f"/admincenter/audit/{event.pk}/").text

    def test_holds_text_and_not_markup(self, admin: Any, alice: Any) -> None:
        with calling(Caller("r", "192.0.2.1", "<script>alert(1)</script>")):
            event = record(
                Tag.PROFILE_CHANGED,
                actor=alice,
                note="<script>alert(2)</script>",
                before={"<i>": "<b>"},
                after={},
            )
        page = admin.get(f"/admincenter/audit/{event.pk}/").text
        assert "&lt;script&gt;alert(1)" in page
        assert "&lt;script&gt;alert(2)" in page
        assert "<script>alert" not in page
