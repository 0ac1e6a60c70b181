"""The trail names nobody by itself; what is behind its pseudonyms can be deleted, and the proof stands."""

import json
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from mago.audit import pseudonyms, selectors
from mago.audit.exporting import Format, lines_after, lines_of, piece
from mago.audit.models import AuditEvent, AuditName
from mago.audit.pseudonyms import erase, pseudonym
from mago.audit.search import find
from mago.audit.services import Tag, record, seal
from mago.audit.verification import verify


@pytest.fixture
def bob() -> User:
    return User.objects.create_user(
        "bob@example.com", name="Bob", signed_out_at="2020-01-01T00:00Z"
    )


def told(bob: User) -> AuditEvent:
    with transaction.atomic():
        record(
            Tag.PROFILE_CHANGED,
            actor=bob,
            target=bob,
            email="Bob@Example.com",
            before={"name": pseudonym("Bob B.", of=bob), "list": ["was bob@old.example."]},
        )
    return selectors.events()[0]


@pytest.mark.django_db
def test_people_and_addresses_are_pseudonyms_in_it_and_names_where_it_is_read(bob: User) -> None:
    event = told(bob)
    stored = str(AuditEvent.objects.values().get())
    assert "example" not in stored
    assert "Bob" not in stored
    assert (event.actor_name, event.target_name) == ("bob@example.com", "bob@example.com")
    assert event.told_detail == {
        "email": "bob@example.com",
        "before": {"name": "Bob B.", "list": ["was bob@old.example."]},
    }
    for text in ("Bob@example.com", "bob@old.example"):
        assert find(text=text).newest(9) == ([event] if "@example" in text else [])


@pytest.mark.django_db
def test_once_erased_nothing_is_behind_them_and_the_chain_still_holds(bob: User) -> None:
    told(bob)
    seal()
    assert '"Bob B."' in "".join(lines_of(Format.JSONL))
    assert "bob@example.com" in "".join(lines_of(Format.CSV))
    assert "bob@example.com" in "".join(lines_after(0, 10)[0])
    assert "example.com" not in "".join(piece(1, 1, named=False))
    erase(bob.pk, ["bob@example.com", "bob@old.example"])
    key = str(bob.pk)
    bob.delete()
    assert not AuditName.objects.exists()
    event = selectors.events()[0]
    assert (event.actor_name, event.target_name) == (key, key)
    lines = "".join(lines_of(Format.JSONL))
    assert "Bob" not in lines
    assert "names" not in json.loads(lines.splitlines()[-3])
    assert verify().first_break is None


@pytest.mark.django_db(transaction=True)
def test_a_text_is_kept_once_a_day_and_never_thought_kept_after_a_rollback(
    django_assert_num_queries: Any,
) -> None:
    pseudonyms._known.clear()
    with transaction.atomic():
        record(Tag.SIGN_IN_FAILED, email="eve@example.com")
        transaction.set_rollback(True)
    record(Tag.SIGN_IN_FAILED, email="eve@example.com")
    assert AuditName.objects.get().text == "eve@example.com"
    with django_assert_num_queries(1):
        record(Tag.SIGN_IN_FAILED, email="eve@example.com")
    pseudonyms._known.clear()


@pytest.mark.django_db
def test_a_page_of_events_is_named_by_two_queries(
    bob: User, django_assert_num_queries: Any
) -> None:
    told(bob), told(bob), told(bob)
    with django_assert_num_queries(3):
        page = list(selectors.events())
        assert {event.actor_name for event in page} == {"bob@example.com"}
        assert all(event.told_detail for event in page)


@pytest.mark.django_db
def test_whose_address_is_the_end_or_the_beginning_of_a_longer_one_takes_nobody_s_name_along(
    bob: User,
) -> None:
    others = (
        "jacob@example.com",
        "j.bob@example.com",
        "bob@example.com.au",
        "bob@example.com-x.org",
    )
    theirs = ("BOB@example.com", "<bob@example.com>", "was bob@example.com.", "bob@example.com, x")
    for text in (*others, *theirs):
        pseudonym(text)
    erase(bob.pk, ["bob@example.com"])
    assert set(AuditName.objects.values_list("text", flat=True)) == set(others)
