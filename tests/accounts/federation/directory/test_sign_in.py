"""A password is shown to the directory seldom, bounded, and never empty; the answer tells a stranger nothing."""

from typing import Any

import pytest

from accounts.federation.directory import limits
from accounts.federation.directory.client import Cause
from accounts.federation.directory.models import Directory
from accounts.federation.directory.services import (
    DirectoryDown,
    WrongCredentials,
    check_password,
)
from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.services import Refused, provision
from accounts.models import User
from mago.core.errors import Busy, TooMany

from .fake import GROUPS, PEOPLE, FakeDirectory

pytestmark = pytest.mark.django_db
ADA, PASSWORD = f"uid=ada,{PEOPLE}", "ada counts on her engine"


@pytest.fixture
def staff(fake: FakeDirectory) -> FakeDirectory:
    fake.person("ada", PASSWORD)
    fake.person("grace", "grace found a moth")
    fake.group("engineers", ADA)
    fake.group("users", f"cn=engineers,{GROUPS}")
    return fake


def check(
    provider: Any, login: str = "ada@example.com", password: str = PASSWORD, **how: Any
) -> Any:
    return check_password(provider=provider, login=login, password=password, **how)


def told(events: Any) -> str:
    return str(events("signin:session:failed")[-1].detail["cause"])


def test_the_right_password_says_who_it_is_and_in_which_groups(
    staff: FakeDirectory, provider: Any
) -> None:
    asserted = check(provider)
    assert (asserted.issuer, asserted.subject) == ("ldap:entryuuid", "id-of-ada")
    assert (asserted.email, asserted.name) == ("ada@example.com", "Ada")
    assert asserted.groups == ("engineers", "users")
    assert staff.binds() == [ADA]


def test_wrong_unknown_disabled_and_ambiguous_look_alike(
    staff: FakeDirectory, provider: Any, events: Any
) -> None:
    staff.person("shut", PASSWORD, nsAccountLock="TRUE")
    staff.person("ad", PASSWORD)
    staff.refusals[f"uid=ad,{PEOPLE}"] = Cause.LOCKED
    staff.person("twin", PASSWORD, mail="grace@example.com")
    expected = {
        ("ada", "wrong"): "password",
        ("nobody", PASSWORD): "password",
        ("shut", PASSWORD): "disabled in the directory",
        ("ad", PASSWORD): "locked",
        ("grace", "grace found a moth"): "ambiguous",
    }
    for (name, password), cause in expected.items():
        with pytest.raises(WrongCredentials) as refused:
            check(provider, f"{name}@example.com", password)
        assert str(refused.value.detail) == str(WrongCredentials.detail)
        assert told(events) == cause


def test_an_unknown_name_costs_a_bind_as_a_known_one_does(
    staff: FakeDirectory, provider: Any
) -> None:
    with pytest.raises(WrongCredentials):
        check(provider, "nobody@example.com")
    (bound,) = staff.binds()
    assert bound.startswith("cn=")


@pytest.mark.parametrize("password", ["", "\0", "\0right", "a\0", "x" * 1025])
def test_an_empty_or_impossible_password_reaches_no_directory(
    staff: FakeDirectory, provider: Any, password: str
) -> None:
    with pytest.raises(WrongCredentials):
        check(provider, password=password)
    assert staff.asked == []


@pytest.mark.parametrize("login", ["*", "*)(uid=*", "a)(|(mail=*", "x)(uid=ada", "\\2a"])
def test_an_injection_is_a_name_that_nobody_has(
    staff: FakeDirectory, provider: Any, login: str
) -> None:
    with pytest.raises(WrongCredentials):
        check(provider, login)
    assert ADA not in staff.binds()


def test_strangers_reach_our_limit_before_the_lock_out_of_the_directory(
    staff: FakeDirectory, provider: Any, events: Any
) -> None:
    for _ in range(3):
        with pytest.raises(WrongCredentials):
            check(provider, password="wrong")
    # By whatever name the directory knows them.
    for login in ("ada@example.com", "ADA@example.com ", "ada", "ada@elsewhere.example"):
        with pytest.raises(TooMany):
            check(provider, login)
    assert len(staff.binds()) == 3
    assert events("signin:session:limited")[-1].detail["limit"] == "directory:account"
    # The person's own browser still gets in, and others do, too.
    assert check(provider, browser="of-ada")
    assert check(provider, "grace@example.com", "grace found a moth")


def test_who_succeeds_is_never_limited(staff: FakeDirectory, provider: Any) -> None:
    for _ in range(8):
        check(provider)


def test_an_outage_is_told_as_one_and_locks_nobody_out(
    staff: FakeDirectory, provider: Any, events: Any
) -> None:
    staff.dead = {"one.example.com:636", "two.example.com:389"}
    for _ in range(5):
        with pytest.raises(DirectoryDown):
            check(provider)
    assert len(events("directory:server:failed")) == 1
    assert events("directory:server:failed")[0].detail["reason"] == "connect"
    staff.dead = {"one.example.com:636"}
    assert check(provider)


def test_a_wrong_password_of_ours_is_our_fault_and_not_the_persons(
    staff: FakeDirectory, provider: Any, events: Any
) -> None:
    staff.passwords["cn=reader,dc=mago,dc=test"] = "changed"
    with pytest.raises(DirectoryDown):
        check(provider)
    assert events("directory:server:failed")[0].detail["reason"] == "service_refused"


def test_a_slow_directory_holds_a_few_connections_and_no_more(
    staff: FakeDirectory, provider: Any, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LONGEST_WAIT", 0.001)
    held = [limits.lane(directory) for _ in range(limits.AT_ONCE)]
    for one in held:
        one.__enter__()
    for _ in range(5):
        with pytest.raises(Busy):
            check(provider)
    assert staff.asked == []
    for one in held:
        one.__exit__(None, None, None)
    # Nothing of that was counted against anybody.
    assert check(provider)


def test_whoever_is_found_shut_out_at_the_door_is_out_everywhere(
    staff: FakeDirectory, provider: Any
) -> None:
    provision(provider=provider, asserted=check(provider))
    staff.person("ada", nsAccountLock="TRUE")
    with pytest.raises(WrongCredentials):
        check(provider, password="whatever it was")
    assert not User.objects.get(email="ada@example.com").is_active


def test_nobody_comes_by_a_provider_that_is_closed(staff: FakeDirectory, provider: Any) -> None:
    IdentityProvider.objects.of(provider.organization).update(state="disabled")
    with pytest.raises(Refused):
        check(provider)
    assert staff.asked == []


def test_a_password_is_in_no_event(staff: FakeDirectory, provider: Any, events: Any) -> None:
    for password in (PASSWORD, "another wrong one"):
        try:
            check(provider, password=password)
        except WrongCredentials:
            continue
    assert not any(word in str(vars(e)) for e in events() for word in (PASSWORD, "another wrong"))
