import json
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mago.audit import selectors, services
from mago.audit.canonical import canonical_bytes, content_of, is_ours
from mago.audit.models import AuditEvent
from mago.audit.services import Outcome, Tag
from mago.core.context import Caller, calling
from mago.core.ids import new_id
from mago.core.models import LimitState
from tests.trail import record
from tests.turns import examples

pytestmark = pytest.mark.django_db


def stored(event: AuditEvent) -> AuditEvent:
    return selectors.event(event.id)


def test_it_costs_one_query(django_assert_num_queries: Any, alice: SimpleNamespace) -> None:
    with django_assert_num_queries(1):
        services.record(Tag.SIGN_IN_SUCCEEDED, actor=alice, method="password")


def test_it_says_who_did_what_to_what_from_where(alice: SimpleNamespace) -> None:
    organization = new_id()
    bob = SimpleNamespace(pk=new_id(), email="bob@example.com")
    with calling(Caller(request_id="r1", address="192.0.2.1", user_agent="Firefox")):
        event = stored(
            record(
                Tag.PERSON_DISABLED,
                actor=alice,
                on_behalf_of=bob,
                target=LimitState(key="k1"),
                outcome=Outcome.REFUSED,
                organization_id=organization,
                before={"is_active": True},
                after={"is_active": False},
            )
        )
    assert (event.tag, event.outcome) == (Tag.PERSON_DISABLED, Outcome.REFUSED)
    assert (event.actor_id, event.actor_label) == (alice.pk, "")
    assert (event.on_behalf_of_id, event.on_behalf_of_label) == (bob.pk, "")
    assert (event.target_type, event.target_id) == ("core.limitstate", "k1")
    assert event.target_label == "LimitState object (k1)"
    assert event.organization_id == organization
    assert (event.request_id, event.address, event.user_agent) == ("r1", "192.0.2.1", "Firefox")
    assert event.detail == {"before": {"is_active": True}, "after": {"is_active": False}}


def test_nobody_and_nothing_are_left_blank() -> None:
    anonymous = SimpleNamespace(pk=None)
    for actor in (None, anonymous):
        event = stored(record(Tag.SIGN_IN_FAILED, actor=actor))
        assert (event.actor_id, event.actor_label) == (None, "")
        assert (event.target_type, event.target_id, event.target_label) == ("", "", "")
        assert (event.request_id, event.address, event.user_agent) == ("", "", "")


def test_what_is_rolled_back_was_never_there() -> None:
    with transaction.atomic():
        record(Tag.PASSWORD_CHANGED)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "new_password",
        "client_secret",
        "refresh_token",
        "code",
        "apiKey",
        "session_key",
        "Cookie",
        "Authorization",
        "csrfmiddleware",
        "otp",
        "pin",
    ],
)
def test_secrets_are_masked_at_any_depth(name: str) -> None:
    detail = {name: "hunter2", "before": {name: "hunter2", "list": [{name: 123456}]}}
    event = stored(record(Tag.SIGN_IN_FAILED, **detail))
    assert "hunter2" not in str(event.detail)
    assert "123456" not in str(event.detail)
    assert event.detail[name] == event.detail["before"][name] == "[masked]"


@pytest.mark.parametrize(
    "value",
    [
        "Bearer hunter2hunter2hunter2",
        "Basic aHVudGVyMjpodW50ZXIy",
        "whsec_hunter2hunter2",
        "eyJhbGciOiJub25lIn0.hunter2.hunter2",
        "-----BEGIN EC PRIVATE KEY-----\nhunter2",
        "otpauth://totp/x?secret=hunter2",
        "https://example.com/?next=/&token=hunter2",
        "https://example.com/cb#access_token=hunter2",
        "smtp://user:hunter2@mail.example.com",
    ],
)
def test_what_looks_like_a_secret_is_masked_whatever_its_name(value: str) -> None:
    event = stored(record(Tag.SIGN_IN_FAILED, reason=value, before={"list": [f"x {value}"]}))
    assert "hunter2" not in str(event.detail)
    assert event.detail["reason"] == "[masked]"


@pytest.mark.parametrize(
    "value",
    [
        "the bearer was tired",
        "https://example.com/accounts/?page=2&q=token",
        "key management and token rotation",
        "alice@example.com:8000",
        "a code of conduct = fine",
    ],
)
def test_what_only_speaks_of_secrets_is_kept(value: str) -> None:
    assert stored(record(Tag.SIGN_IN_FAILED, reason=value)).told_detail == {"reason": value}


def test_that_something_is_or_is_not_there_is_no_secret() -> None:
    event = stored(record(Tag.SIGN_IN_FAILED, password=None, has_token=True, shipping="x"))
    assert event.detail == {"password": None, "has_token": True, "shipping": "x"}


def test_a_client_cannot_write_a_line_of_its_own() -> None:
    agent = "x\r\nadmin signed in\x1b[2K\x85\u2028\u202e"
    with calling(Caller(user_agent=agent, address=agent, request_id=agent)):
        event = stored(record(Tag.SIGN_IN_FAILED, email=agent))
    for text in (event.user_agent, event.address, event.request_id, event.detail["email"]):
        assert text.isprintable()
    assert event.user_agent == "x␍␊admin signed in␛[2K���"


def test_what_a_database_cannot_keep_is_made_visible() -> None:
    event = stored(record(Tag.SIGN_IN_FAILED, **{"a\x00b": "c\x00d\ud800"}))
    assert event.detail == {"a␀b": "c␀d�"}


def test_long_and_deep_and_many_become_short() -> None:
    deep: list[Any] = []
    deep.append(deep)
    with calling(Caller(user_agent="a" * 9999)):
        event = stored(record(Tag.SIGN_IN_FAILED, text="b" * 9999, deep=deep, many=range(9999)))
    assert event.user_agent == "a" * 299 + "…"
    assert event.detail["text"] == "b" * 499 + "…"
    assert len(str(event.detail)) < 2000


def test_what_was_left_out_of_many_is_said() -> None:
    many = {f"n{number:03}": number for number in range(60)}
    event = stored(record(Tag.SIGN_IN_FAILED, many=many, names=list(many)))
    assert event.detail["names"][48:] == ["n048", "n049", "… +10"]
    assert list(event.detail["many"].items())[48:] == [("n048", 48), ("n049", 49), ("…", "+10")]


def test_what_lies_below_what_is_told_gives_no_secret_away() -> None:
    deep: Any = {"client_secret": "hunter2hunter2"}
    for _level in range(40):
        event = stored(record(Tag.SIGN_IN_FAILED, before=deep))
        assert "hunter2" not in str(event.detail)
        deep = {"all": [deep]}


def test_what_another_program_would_read_differently_is_text() -> None:
    detail = {"yes": True, "whole": 2**53 - 1, "large": 2**53, "part": 0.5, "none": None}
    event = stored(record(Tag.SIGN_IN_FAILED, **detail))
    assert json.dumps(event.detail, sort_keys=True) == json.dumps(
        detail | {"large": "9007199254740992", "part": "0.5"}, sort_keys=True
    )


def test_what_cannot_be_shown_does_not_lose_the_event() -> None:
    class Broken:
        def __str__(self) -> str:
            raise ValueError

    assert stored(record(Tag.SIGN_IN_FAILED, thing=Broken())).detail == {"thing": "<Broken>"}


def test_a_name_that_is_an_address_is_no_reason_to_doubt_the_event() -> None:
    event = record(Tag.PROFILE_CHANGED, before={"bob@example.com": 1, "carol": 2})
    assert is_ours(event)
    assert event.told_detail == {"before": {"bob@example.com": 1, "carol": 2}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.uuids() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=10,
)


@pytest.mark.slow
@settings(max_examples=examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(detail=st.dictionaries(st.text(), JSON), text=st.text(), actor_id=st.uuids())
def test_whatever_it_is_told_reads_back_as_the_same_bytes(
    detail: dict[str, Any], text: str, actor_id: UUID
) -> None:
    taken = {"tag", "actor", "on_behalf_of", "target", "outcome", "organization_id"}
    detail = {name: value for name, value in detail.items() if name not in taken}
    with calling(Caller(text, text, text)):
        event = record(Tag.SIGN_IN_FAILED, actor=SimpleNamespace(pk=actor_id, email=text), **detail)
    assert is_ours(event)
    assert canonical_bytes(content_of(event)) == canonical_bytes(content_of(stored(event)))
