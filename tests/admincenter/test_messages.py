"""Messages: what became of each, never what it says; the dead may be tried again."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from time_machine import travel

from mago.audit.tags import Tag
from mago.messaging.models import Message, Status
from mago.messaging.titles import title_of
from tests.admincenter.conftest import has_frame


@pytest.mark.parametrize("status", Status.values)
def test_messages_are_listed_by_status(admin: Any, message: Any, status: str) -> None:
    for each in Status.values:
        message(each)
    rows = admin.get("/admincenter/messages/", {"status": status}).context["rows"].rows
    assert [row.status for row in rows] == [status]


def test_the_newest_come_first(admin: Any, message: Any) -> None:
    made = []
    for seconds in range(3):
        with travel(timezone.now() + timedelta(seconds=seconds), tick=False):
            made.append(message().pk)
    rows = admin.get("/admincenter/messages/").context["rows"].rows
    assert [row.pk for row in rows] == made[::-1]


def test_a_status_that_does_not_exist_is_refused(admin: Any) -> None:
    assert admin.get("/admincenter/messages/", {"status": "' OR 1=1"}).status_code == 400


def test_a_message_is_shown_but_for_what_it_says(admin: Any, message: Any) -> None:
    dead = message(gateway="smtp")
    page = admin.get(f"/admincenter/messages/{dead.pk}/").content.decode()
    for fact in ("charlie@example.com", "signin/no_account", "Dead", "refused", "smtp", "8"):
        assert fact in page
    assert "secret-in-the-body" not in page
    assert dead.sealed_context not in page


def test_the_way_to_a_message_names_it_as_its_page_does(admin: Any, message: Any) -> None:
    shown = admin.get(f"/admincenter/messages/{message().pk}/")
    ways = [str(crumb.title) for crumb in shown.context["crumbs"]]
    assert ways == ["Overview", "Messages", title_of("signin/no_account")]


def test_the_list_says_nothing_of_it_either(admin: Any, message: Any) -> None:
    dead = message()
    page = admin.get("/admincenter/messages/").content.decode()
    assert "Reset asked for an address without an account" in page
    assert "signin/no_account" not in page
    assert "secret-in-the-body" not in page
    assert dead.sealed_context not in page


def test_a_dead_message_is_tried_again_once(
    admin: Any, message: Any, dora: Any, events: Any
) -> None:
    dead = message()
    for _ in range(2):
        response = admin.post(f"/admincenter/messages/{dead.pk}/retry/")
        assert response["Location"] == f"/admincenter/messages/{dead.pk}/"
    dead.refresh_from_db()
    assert (dead.status, dead.attempts) == (Status.WAITING, 0)
    (event,) = events(Tag.MESSAGE_RETRIED)
    assert (event.actor_id, event.target_id) == (dora.pk, str(dead.pk))


@pytest.mark.parametrize("status", [Status.SENT, Status.WAITING, Status.EXPIRED])
def test_no_other_message_is_tried_again(
    admin: Any, message: Any, status: str, events: Any
) -> None:
    other = message(status)
    page = admin.post(f"/admincenter/messages/{other.pk}/retry/", follow=True).content.decode()
    assert "Only a message that is dead" in page
    assert not events(Tag.MESSAGE_RETRIED)


def test_all_dead_ones_are_tried_again(admin: Any, message: Any, events: Any) -> None:
    for _ in range(3):
        message()
    sent = message(Status.SENT)
    page = admin.post("/admincenter/messages/retry/", follow=True).content.decode()
    assert "3 messages wait to be sent again." in page
    assert len(events(Tag.MESSAGE_RETRIED)) == 3
    assert Message.objects.get(pk=sent.pk).status == Status.SENT


def test_what_has_nothing_left_to_say_stays_dead(admin: Any, message: Any) -> None:
    wiped = message(context="")
    page = admin.post("/admincenter/messages/retry/", follow=True).content.decode()
    assert "1 message stays dead" in page
    assert Message.objects.get(pk=wiped.pk).status == Status.DEAD
    assert "no longer of use" in admin.get(f"/admincenter/messages/{wiped.pk}/").content.decode()


def test_a_message_whose_seal_is_broken_is_listed(admin: Any, message: Any) -> None:
    from django.db import connection

    dead = message()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_message SET context = 'broken'")
    assert str(dead.pk) in admin.get("/admincenter/messages/").content.decode()
    assert admin.get(f"/admincenter/messages/{dead.pk}/").status_code == 200


def test_retrying_is_offered_where_there_is_something_to_retry(admin: Any, message: Any) -> None:
    assert (
        "/admincenter/messages/retry/" not in admin.get("/admincenter/messages/").content.decode()
    )
    message()
    assert "/admincenter/messages/retry/" in admin.get("/admincenter/messages/").content.decode()


def test_htmx_gets_the_rows_alone(admin: Any, message: Any) -> None:
    message()
    part = admin.get("/admincenter/messages/", headers={"HX-Request": "true"})
    assert not has_frame(part)
    assert b"charlie@example.com" in part.content


def test_the_secret_is_in_there(message: Any) -> None:
    """Or the tests above would look for nothing."""
    assert "secret-in-the-body" in json.dumps(message().variables())
