"""What each page asks of the database. A number that grows with the rows shows here, and in the diff."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.provider.models import TokenFamily
from accounts.sessions.models import Session
from mago.audit.models import AuditJob, AuditStream
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import Caller, calling
from mago.messaging.models import Message
from tests.architecture.test_permission_matrix import everywhere, fill  # noqa: F401 - the fixture

# How many queries each page may ask; MAGO_COUNT_QUERIES=1 writes it anew, for somebody to read the diff.
BASELINE = Path(__file__).with_name("queries.json")

pytestmark = pytest.mark.one_database

ROWS = 50


@pytest.fixture
def full(crowd: Any, alice: Any) -> Any:
    """Fifty people, messages and events; alice is signed in fifty times in two ways."""
    crowd(ROWS)
    now = timezone.now()
    later = {
        "user": alice,
        "proved_at": now,
        "last_seen_at": now,
        "expire_date": now + timedelta(hours=1),
    }
    Session.objects.bulk_create([Session(session_key=str(n), **later) for n in range(ROWS)])
    family = {"user": alice, "last_used_at": now, "expires_at": now + timedelta(hours=1)}
    TokenFamily.objects.bulk_create([TokenFamily(**family) for _ in range(ROWS)])
    Message.objects.bulk_create(
        [Message(recipient="a@example.com", status="dead") for _ in range(ROWS)]
    )
    stream = {"kind": "webhook", "address": "https://siem.example.com/", "created_at": now}
    AuditStream.objects.bulk_create([AuditStream(name=str(n), **stream) for n in range(ROWS)])
    verified = {"kind": "verification", "state": "done", "created_at": now}
    jobs = [AuditJob(actor_id=uuid4(), answer={"links": 7}, **verified) for _ in range(ROWS)]
    AuditJob.objects.bulk_create(jobs)
    with calling(Caller(request_id="one")):
        for _ in range(ROWS):
            record(Tag.SIGN_IN_SUCCEEDED, actor=alice, target=alice)
    return alice


@pytest.fixture
def costs(admin: Any, full: Any, django_assert_num_queries: Any) -> Any:
    """How many queries a page makes of its own, beside those for session, policy and roles."""
    with CaptureQueriesContext(connection) as queries:
        assert admin.get(f"/admincenter/messages/{uuid4()}/").status_code == 404
    frame = len(queries) - 1  # to look for the message
    return lambda own: django_assert_num_queries(frame + own)


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("begin/invite_member/?q=", 2),  # whether there is but one, and the organizations
        ("people/", 1),
        ("people/?q=crowd", 2),
        ("people/?state=administrators", 1),
        ("people/?state=signed-in", 1),
        ("applications/", 1),
        ("api-tokens/", 1),
        ("sessions/", 1),
        ("lockdowns/", 1),
        ("audit/", 2),
        # Whose key, the record of the search, where marks end, the newest and the older events, their people.
        ("audit/?actor=alice@example.com", 6),
        ("audit/exports/", 1),
        ("audit/streams/", 2),  # the streams, and where the chain ends
        ("audit/verification/", 3),  # the verifications, the checkpoint, the keys
        ("messages/", 2),  # the messages, and how many are dead
    ],
)
def test_a_list(admin: Any, costs: Any, path: str, own: int) -> None:
    with costs(own):
        assert admin.get(f"/admincenter/{path}").status_code == 200


def test_a_person(admin: Any, costs: Any, alice: Any) -> None:
    # The person, what there is of them, roles, sessions, programs, events by and about, old and new, where
    # marks end, whom the events mean; and that somebody looked is written.
    with costs(10):
        assert admin.get(f"/admincenter/people/{alice.pk}/").status_code == 200


def test_an_event(admin: Any, costs: Any, events: Any) -> None:
    event = events(Tag.SIGN_IN_SUCCEEDED)[0]
    with costs(
        6
    ):  # the event, whom it means, the record of its being read, its link, what else the request did and to whom
        assert admin.get(f"/admincenter/audit/{event.pk}/").status_code == 200


def test_a_message(admin: Any, costs: Any) -> None:
    message = Message.objects.first()
    assert message
    with costs(1):
        assert admin.get(f"/admincenter/messages/{message.pk}/").status_code == 200


def test_the_overview(admin: Any, costs: Any) -> None:
    # Events by hour and before, factors, sessions, four about hubs, findings; what needs somebody, by its sources.
    shared = 9 + 16
    # Endpoints; which notices were read; the newest events, and whom they name.
    own = 4
    with costs(shared + own):
        assert admin.get("/admincenter/").status_code == 200
    # What all share is known by now.
    for headers in ({}, {"HX-Request": "true"}):
        with costs(own):
            assert admin.get("/admincenter/", headers=headers).status_code == 200


@pytest.mark.slow
def test_no_page_asks_more_than_it_did(
    admin: Any,
    dora: Any,
    full: Any,
    fill: Any,  # noqa: F811 - the fixture
) -> None:
    """Every page that a GET shows, over an organization that has one of everything."""
    asked = {}
    as_made_for_dora = {"Mago-Made-For": str(dora.pk)}
    for route in everywhere():
        with CaptureQueriesContext(connection) as queries:
            answer = admin.get(fill(route), headers=as_made_for_dora)
        if answer.status_code == 200:
            asked[route.pattern.removeprefix("admincenter/")] = len(queries)
    if os.environ.get("MAGO_COUNT_QUERIES"):
        BASELINE.write_text(json.dumps(asked, indent=1) + "\n")
    allowed = json.loads(BASELINE.read_text())
    assert asked.keys() == allowed.keys()
    more = {page: (asked[page], allowed[page]) for page in asked if asked[page] > allowed[page]}
    assert more == {}
