"""Who reads may be told what was true a second ago, and no more than a second."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from time_machine import Traveller

from accounts.access import principals
from accounts.access.models import Membership
from accounts.access.services import (
    create_condition,
    create_custom_role,
    delete_custom_role,
    edit_condition,
    edit_custom_role,
    grant_role,
    set_active,
    sign_out_everywhere,
)
from accounts.api.serializers import MeSerializer, me
from accounts.models import User
from accounts.organizations.services import create_organization
from accounts.provider.models import TokenFamily
from tests.conftest import App

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Traveller]:
    """The memory is that of the product, and time stands still."""
    monkeypatch.setattr(principals, "SECONDS", 1.0)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def phone(app: App, alice: User, clock: Traveller) -> App:
    """Alice's, whose token was used just now."""
    app.sign_in(alice)
    assert app.get("me").status_code == 200
    return app


def test_what_was_asked_a_moment_ago_is_not_asked_again(
    phone: App, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert phone.get("me").json()["email"] == "alice@example.com"


def test_what_a_role_or_a_condition_gives_no_longer_is_over_at_once(
    app: App, alice: User, bob: User, clock: Traveller
) -> None:
    """In the process that changed it."""
    acme = create_organization(name="Acme", owner=alice, actor=None)
    Membership.objects.create(organization=acme, user=bob)
    made: dict[str, Any] = {"organization": acme, "actor": alice}
    role = create_custom_role(**made, name="Reader", permissions=["organizations:read"])
    rule = {"email_domain": ["example.com"]}
    condition = create_condition(**made, name="Ours", rule=rule)
    scope = acme.access_scope
    grant_role(user=bob, role=role, actor=alice, scope=scope, condition=condition)
    app.sign_in(bob)

    def status() -> int:
        code: int = app.get(f"organizations/{acme.pk}").status_code
        return code

    assert status() == 200
    edit: dict[str, Any] = {"condition": condition, "name": "Ours", "actor": alice}
    edit_condition(**edit, rule={"email_domain": ["example.org"]})
    assert status() == 404
    edit_condition(**edit, rule=rule)
    assert status() == 200
    edit_custom_role(role=role, name="Reader", permissions=[], actor=alice)
    assert status() == 404
    edit_custom_role(role=role, name="Reader", permissions=["organizations:read"], actor=alice)
    assert status() == 200
    delete_custom_role(role=role, actor=alice)
    assert status() == 404


@pytest.mark.parametrize(
    "end",
    [
        lambda: TokenFamily.objects.update(revoked_at=timezone.now()),
        lambda: User.objects.update(is_active=False),
        lambda: User.objects.update(signed_out_at=timezone.now()),
    ],
)
def test_what_another_process_ended_is_over_a_second_later(
    phone: App, clock: Traveller, end: Callable[[], None]
) -> None:
    clock.shift(0.3)
    end()
    clock.shift(0.69)
    assert phone.get("me").status_code == 200
    clock.shift(0.01)
    assert phone.get("me").status_code == 401


def test_using_a_token_does_not_make_it_live_longer(phone: App, clock: Traveller) -> None:
    TokenFamily.objects.update(revoked_at=timezone.now())
    for _ in range(2):
        clock.shift(0.5)
        answer = phone.get("me")
    assert answer.status_code == 401


def test_what_changes_something_asks_each_time(phone: App) -> None:
    TokenFamily.objects.update(revoked_at=timezone.now())
    assert phone.patch("me", {"name": "Eve"}).status_code == 401
    assert User.objects.get().name == "Alice"


def test_what_this_process_ended_is_over_at_once(
    phone: App, alice: User, dora: User, clock: Traveller
) -> None:
    clock.shift(0.1)
    sign_out_everywhere(alice, actor=dora)
    assert phone.get("me").status_code == 401


def test_who_was_disabled_in_this_process_is_out_at_once(
    phone: App, alice: User, dora: User
) -> None:
    set_active(user=alice, active=False, actor=dora)
    assert phone.get("me").status_code == 401


def test_who_signed_out_is_out_at_once(phone: App) -> None:
    phone.post("auth/logout")
    assert phone.get("me").status_code == 401


def test_one_s_own_change_shows_at_once(phone: App) -> None:
    phone.patch("me", {"name": "Alice Liddell"})
    assert phone.get("me").json()["name"] == "Alice Liddell"


def test_what_was_read_before_the_commit_is_forgotten_after_it(
    phone: App, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        principals.forget()
        phone.get("me")  # Somebody reads while the change is under way …
    assert not principals._memory.known  # … and what they read is forgotten with its commit.


def test_a_token_that_is_unknown_is_not_remembered_as_such(clock: Traveller) -> None:
    assert principals.remembered("key", lambda: None) is None
    assert principals.remembered("key", lambda: "Alice") == "Alice"


def test_a_clock_that_was_set_back_keeps_nothing_alive(clock: Traveller) -> None:
    principals.remembered("key", lambda: "Alice")
    clock.shift(-3600)
    assert principals.remembered("key", lambda: None) is None


def test_the_memory_has_an_end(clock: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(principals, "MOST", 2)
    for key in "abc":
        principals.remembered(key, lambda: "somebody")
    assert len(principals._memory.known) <= 2


def test_the_quick_shape_is_the_documented_one(alice: User) -> None:
    assert me(alice) == MeSerializer(alice).data


def test_a_head_is_answered_as_a_get_is(phone: App) -> None:
    head = phone.client.head("/api/v1/me", headers={"Authorization": f"Bearer {phone.token}"})
    assert (head.status_code, head["Content-Type"]) == (200, phone.get("me")["Content-Type"])


def test_what_was_asked_before_and_is_answered_after_an_end_is_not_kept(clock: Traveller) -> None:
    def slowly() -> str:
        principals.forget()
        return "alive"

    assert principals.remembered("token", slowly) == "alive"
    assert principals.remembered("token", lambda: None) is None
