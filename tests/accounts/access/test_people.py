"""People are disabled, enabled and signed out everywhere."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.selectors.in_charge import administrators
from accounts.access.services import grant_role, set_active, sign_out_everywhere
from accounts.models import User
from mago.core.errors import Conflict, Refused
from tests.accounts.conftest import is_signed_in, sign_in
from tests.conftest import Browser
from tests.races import at_once

Events = Callable[..., list[Any]]
Mails = Callable[..., list[Any]]


def test_a_disabled_person_cannot_sign_in_and_an_enabled_one_can(alice: User, dora: User) -> None:
    set_active(user=alice, active=False, actor=dora)
    assert sign_in(Browser(), alice.email).status_code == 403
    set_active(user=alice, active=True, actor=dora)
    assert sign_in(Browser(), alice.email).status_code == 302


def test_it_is_told_with_who_did_it_and_why(alice: User, dora: User, events: Events) -> None:
    set_active(user=alice, active=False, actor=dora, reason="left")
    (event,) = events("people:person:disabled")
    assert (event.actor_id, event.target_id) == (dora.pk, str(alice.pk))
    assert event.detail["reason"] == "left"


def test_the_person_is_told_by_mail(alice: User, dora: User, mails: Mails) -> None:
    set_active(user=alice, active=False, actor=dora)
    set_active(user=alice, active=True, actor=dora)
    assert [(m.template, m.recipient) for m in mails()] == [
        ("access/account_disabled", alice.email),
        ("access/account_enabled", alice.email),
    ]


def test_doing_it_twice_changes_and_tells_nothing_more(
    alice: User, dora: User, events: Events, mails: Mails
) -> None:
    for _ in range(2):
        set_active(user=alice, active=False, actor=dora)
    assert len(events("people:person:disabled")) == 1
    assert len(mails()) == 1


def test_nobody_disables_themselves(dora: User) -> None:
    with pytest.raises(Conflict) as refused:
        set_active(user=dora, active=False, actor=dora)
    assert refused.value.code == "self"
    assert administrators().count() == 1


def test_the_last_administrator_stays(dora: User, alice: User) -> None:
    with pytest.raises(Refused):
        set_active(user=dora, active=False, actor=alice)
    dora.refresh_from_db()
    assert dora.is_active


def test_what_is_refused_leaves_no_trace(dora: User, events: Events, mails: Mails) -> None:
    before = len(events())
    with pytest.raises(Conflict):
        set_active(user=dora, active=False, actor=dora)
    assert len(events()) == before
    assert not mails()


def test_signed_out_everywhere_is_told(alice: User, dora: User, events: Events) -> None:
    browser = Browser()
    sign_in(browser, alice.email)
    sign_out_everywhere(alice, actor=dora, reason="lost laptop")
    assert not is_signed_in(browser)
    assert [event.detail["reason"] for event in events("sessions:all:ended")] == ["lost laptop"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_database")
@pytest.mark.parametrize("attempt", range(3))
def test_two_administrators_cannot_disable_each_other_at_once(
    dora: User, alice: User, attempt: int
) -> None:
    grant_role(user=alice, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    pairs = [(dora, alice), (alice, dora)]

    def disable(number: int) -> str:
        actor, person = pairs[number]
        try:
            set_active(user=person, active=False, actor=actor)
        except Refused as refused:
            return refused.code
        return "done"

    answers = at_once(disable, 2)
    assert answers.count("done") == 1
    assert administrators().count() == 1
