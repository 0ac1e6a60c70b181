"""The audit trail by programs: searched, read, exported, verified, sent on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.roles import RoleName
from mago.audit import search
from mago.audit.jobs.running import due_jobs, run
from mago.audit.models import AuditDeadLetter, AuditEvent, AuditStream, StreamKind
from mago.audit.services import seal
from mago.audit.streams import following
from mago.audit.streams.connecting import ContentRefused, Step
from mago.audit.streams.services import create_stream
from mago.audit.tags import Tag
from mago.core.context import Caller, calling
from mago.core.ids import new_id
from tests.conftest import App
from tests.trail import record


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.AUDIT_EXPORT_DIR = tmp_path


@pytest.fixture
def admin(app_of: Callable[..., App], dora: Any) -> App:
    return app_of(dora)


@pytest.fixture
def here(acme: Any) -> str:
    return f"organizations/{acme.pk}/audit"


def test_the_trail_is_searched_and_who_searched_is_in_it(
    admin: App, alice: Any, acme: Any, events: Any
) -> None:
    found = admin.get(f"audit?about={alice.email}&tag=access:role:granted").json()["results"]
    assert [one["target"]["id"] for one in found] == [str(alice.pk)]
    (told,) = events("audit:trail:searched")
    assert told.detail["filters"]["about"] == str(alice.pk)
    newest = admin.get("audit").json()["results"][0]
    assert newest["tag"] == "audit:trail:searched"
    # To look at the newest events is no search.
    assert len(events("audit:trail:searched")) == 1


def test_it_is_searched_by_request_organization_and_text(
    *, admin: App, owner: App, acme: Any, other: Any, here: str, monkeypatch: Any
) -> None:
    key = new_id().hex
    with calling(Caller(request_id=key)):
        told = record(Tag.SITE_CREATED, target=acme, organization_id=acme.pk)
        record(Tag.SITE_CREATED, target=other, organization_id=other.pk)

    def found(app: App, query: str) -> list[int]:
        answer = app.get(query).json()
        assert answer["next"] is None
        return [one["id"] for one in answer["results"]]

    assert len(found(admin, f"audit?request_id={key}")) == 2
    assert found(owner, f"{here}?request_id={key}") == [told.pk]
    for name in (acme.slug, acme.pk):
        assert found(admin, f"audit?request_id={key}&organization={name}") == [told.pk]
    since = f"{timezone.now() - timedelta(days=1):%Y-%m-%dT%H:%MZ}"
    by_text = f"text=acm&tag=organizations:site:created&since={since}"
    assert found(admin, f"audit?{by_text}") == found(owner, f"{here}?{by_text}") == [told.pk]
    monkeypatch.setattr(search, "LOOKS_AT", 2)
    stopped = admin.get(f"audit?text=no-such-thing&since={since}").json()
    assert stopped["results"] == []
    assert "cursor=" in stopped["next"]
    wrong = owner.get(f"{here}?organization={other.slug}")
    assert list(wrong.json()["errors"]) == ["organization"]


@pytest.mark.parametrize(
    "query",
    ["request_id=x", "organization=nowhere", "tag=none", "outcome=x", "actor=nobody@example.com", "address=here", "since=0001-01-01",
     "until=soon", "colour=red"],
)  # fmt: skip
def test_what_makes_no_sense_is_named(admin: App, query: str) -> None:
    response = admin.get(f"audit?{query}")
    assert (response.status_code, list(response.json()["errors"])) == (
        400,
        [query.split("=", maxsplit=1)[0]],
    )


def test_a_text_takes_a_period(admin: App, owner: App, here: str) -> None:
    for query in ("text=x", "text=x&since=2026-01-01T00:00Z&until=2026-03-01T00:00Z"):
        for asked in (
            admin.get(f"audit?{query}"),
            owner.get(f"{here}?{query}"),
            admin.post("audit/exports", {"format": "csv", "text": "x"}),
        ):
            assert (asked.status_code, list(asked.json()["errors"])) == (400, ["since"])


def test_an_event_is_read_whole_with_its_seal(admin: App, alice: Any, events: Any) -> None:
    event = record(Tag.SITE_CREATED, actor=alice, target=alice)
    assert admin.get(f"audit/{event.pk}").json()["seal"] is None
    seal()
    whole = admin.get(f"audit/{event.pk}").json()
    assert (whole["is_genuine"], len(whole["seal"]["hash"])) == (True, 64)
    assert events("audit:event:read")
    assert admin.get("audit/999999999").status_code == 404
    assert admin.get(f"audit/{10**30}").status_code == 404


def test_an_organization_sees_its_own_part(
    owner: App, stranger: App, here: str, other: Any, works_as: Any
) -> None:
    found = owner.get(here).json()["results"]
    assert found
    assert all(one["organization"] in here for one in found)
    theirs = AuditEvent.objects.filter(organization_id=other.pk).first()
    assert theirs
    assert owner.get(f"{here}/{theirs.pk}").status_code == 404
    assert stranger.get(here).status_code == 404
    assert works_as(RoleName.GUEST).get(here).status_code == 403
    # Who has an account elsewhere is nobody's business here.
    wrong = owner.get(f"{here}?actor=charlie@example.com")
    assert list(wrong.json()["errors"]) == ["actor"]


def test_an_export_is_asked_for_fetched_and_deleted(
    owner: App, here: str, works_as: Any, events: Any
) -> None:
    asked = owner.post(f"{here}/exports", {"format": "jsonl", "tag": "access:role:granted"})
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    again = owner.post(f"{here}/exports", {"format": "csv"})
    assert (again.status_code, again.json()["code"]) == (409, "still_running")
    path = f"{here}/exports/{asked.json()['id']}"
    assert owner.get(f"{path}/file").status_code == 404
    for job in due_jobs():
        run(job)
    assert owner.get(path).json()["state"] == "done"
    file = owner.get(f"{path}/file")
    assert file["Content-Type"] == "application/jsonl"
    assert b"access:role:granted" in file.getvalue()
    assert events("audit:export:downloaded")
    # Each has their own.
    officer = works_as(RoleName.SECURITY_OFFICER)
    assert officer.get(f"{path}/file").status_code == 404
    assert officer.get(f"{here}/exports").json()["results"] == []
    assert owner.delete(path).status_code == 204
    assert owner.get(path).status_code == 404
    assert events("audit:export:deleted")
    assert list(owner.post(f"{here}/exports", {}).json()["errors"]) == ["format"]


def test_the_trail_is_verified_and_signed(admin: App) -> None:
    assert admin.get("audit/checkpoint").status_code == 404
    assert admin.post("audit/verifications").status_code == 202
    seal()
    for job in due_jobs():
        run(job)
    (found,) = admin.get("audit/verifications").json()["results"]
    assert (found["state"], found["answer"]["problem"]) == ("done", None)


def test_a_stream_is_made_paused_resumed_and_deleted(admin: App) -> None:
    body = {"name": "SIEM", "kind": "webhook", "address": "https://siem.example/in/secret-path"}
    made = admin.post("audit/streams", body, {"Idempotency-Key": "one"})
    assert made.status_code == 201
    again = admin.post("audit/streams", body, {"Idempotency-Key": "one"})
    assert (made.json()["secret"] is None, again.json()["secret"]) == (False, None)
    path = made["Location"].removeprefix("/api/v1/")
    shown = admin.get(path)
    assert shown.json()["place"] == "https://siem.example"
    assert "secret-path" not in shown.text
    assert admin.change(path, {"name": "Security"}).json()["name"] == "Security"
    elsewhere = admin.change(path, {"address": "https://evil.example/in"})
    assert (elsewhere.status_code, list(elsewhere.json()["errors"])) == (400, ["secret"])
    assert admin.post(f"{path}/pause").json()["state"] == "paused"
    assert admin.post(f"{path}/resume").json()["state"] == "sending"
    assert admin.post(f"{path}/secret").json()["secret"] != made.json()["secret"]
    assert admin.delete(path).status_code == 204
    assert not AuditStream.objects.exists()


def test_dead_letters_are_listed_sent_again_and_discarded(
    admin: App, dora: Any, monkeypatch: pytest.MonkeyPatch, events: Any
) -> None:
    stream, _ = create_stream(
        name="SIEM", kind="webhook", address="https://siem.example/in", from_the_start=True, actor=dora
    )  # fmt: skip
    record(Tag.SIGN_OUT)
    seal()
    values: Any = {"stream": stream, "reason": "answer: 422", "attempts": 5}
    now = timezone.now()
    first, second, third = (
        AuditDeadLetter.objects.create(
            first=n, last=n, created_at=now + timedelta(minutes=age), **values
        )
        for age, n in enumerate((1, 2, 0))
    )
    at = f"audit/streams/{stream.pk}"
    assert admin.get(at).json()["dead_letters"] == 3
    assert [row["dead_letters"] for row in admin.get("audit/streams").json()["results"]] == [3]
    rows = admin.get(f"{at}/dead-letters").json()["results"]
    assert [(row["last"], row["is_removed"]) for row in rows] == [(0, True), (2, False), (1, False)]
    assert admin.get(f"{at}/dead-letters/{first.pk}").json()["event"] == rows[2]["event"] > 0

    answers: list[Exception] = [ContentRefused(Step.ANSWER, "400 Bad Request")]

    def send(*args: Any) -> None:
        if answers:
            raise answers.pop()

    monkeypatch.setattr(following, "SENDERS", dict.fromkeys(StreamKind, send))
    trial = admin.post(f"{at}/dead-letters/{first.pk}/send").json()
    assert (trial["failed"], trial["reason"]) == ("answer", "400 Bad Request")
    assert admin.post(f"{at}/dead-letters/{first.pk}/send").json()["failed"] is None
    assert admin.get(f"{at}/dead-letters/{first.pk}").status_code == 404
    gone = admin.post(f"{at}/dead-letters/{third.pk}/send")
    assert (gone.status_code, gone.json()["code"]) == (409, "events_removed")
    assert admin.delete(f"{at}/dead-letters/{second.pk}").status_code == 400
    answer = admin.send("DELETE", f"{at}/dead-letters/{second.pk}", {"reason": "known"})
    assert answer.status_code == 204
    assert [event.detail["reason"] for event in events(Tag.AUDIT_LETTER_DISCARDED)] == ["known"]
    assert AuditDeadLetter.objects.get() == third
