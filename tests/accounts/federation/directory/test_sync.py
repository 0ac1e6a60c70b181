"""What is in the directory is taken over; what is not read whole changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import Membership
from accounts.federation.directory import comparing, tasks
from accounts.federation.directory.client import Reason
from accounts.federation.directory.models import (
    Action,
    Directory,
    Problem,
    RunState,
    SyncChange,
    SyncRun,
)
from accounts.federation.directory.selectors import changes_of, run_for
from accounts.federation.directory.services import (
    applying,
    ask_due,
    configure,
    confirm,
    drop,
    due_runs,
    forget_old,
    leasing,
    request,
    runs,
    work,
)
from accounts.federation.enterprise.models import EnterpriseIdentity, GroupRole, IdentityProvider
from accounts.models import User
from mago.core.errors import Conflict, Forbidden, NotFound, Refused
from tests.conftest import App, Browser

from .fake import GROUPS, PEOPLE, FakeDirectory

pytestmark = pytest.mark.django_db
Sync = Callable[..., SyncRun]


@pytest.fixture
def staff(fake: FakeDirectory) -> FakeDirectory:
    """Ten people, ada and grace among them."""
    for name in ("ada", "grace", *(f"p{number}" for number in range(8))):
        fake.person(name)
    return fake


def people() -> set[str]:
    return set(Membership.objects.everywhere(reason="test").values_list("user__email", flat=True))


def active(name: str) -> bool:
    return User.objects.get(email=f"{name}@example.com").is_active


def test_people_of_the_directory_are_members_here_and_the_next_run_finds_nothing_to_do(
    staff: FakeDirectory, sync: Sync, provider: Any, events: Any
) -> None:
    first = sync()
    assert (first.state, first.read, first.applied, first.failures) == (RunState.DONE, 10, 10, 0)
    assert {"ada@example.com", "grace@example.com"} <= people()
    again = sync()
    assert (again.unchanged, again.applied, again.counts) == (10, 0, {})
    assert [event.detail["applied"] for event in events("directory:sync:finished")] == [10]


def test_names_and_groups_follow_the_directory(
    staff: FakeDirectory, sync: Sync, provider: Any
) -> None:
    GroupRole.objects.create(provider=provider, group="engineers", role="technician")
    sync()
    staff.person("ada", displayName="Ada Lovelace")
    staff.group("engineers", f"uid=ada,{PEOPLE}")
    run = sync()
    ada = User.objects.get(email="ada@example.com")
    assert (ada.name, run.counts) == ("Ada Lovelace", {Action.UPDATE: 1})
    assert [binding.role for binding in ada.role_bindings.all()] == ["technician"]
    staff.group("engineers", f"uid=grace,{PEOPLE}")
    sync()
    assert not ada.role_bindings.exists()


def test_a_role_that_is_given_to_a_group_later_reaches_who_is_unchanged(
    staff: FakeDirectory, sync: Sync, provider: Any, alice: Any
) -> None:
    staff.group("engineers", f"uid=ada,{PEOPLE}")
    sync()
    GroupRole.objects.create(provider=provider, group="engineers", role="technician")
    configure(provider=provider, actor=alice, every=30)
    assert sync().counts == {Action.UPDATE: 10}
    assert User.objects.get(email="ada@example.com").role_bindings.exists()


def test_whoever_leaves_the_directory_is_out_of_every_session_and_token_at_once(
    staff: FakeDirectory, sync: Sync, browser: Browser, app: App
) -> None:
    sync()
    ada = User.objects.get(email="ada@example.com")
    ada.set_password("seven geese cross a wet meadow")
    ada.save()
    browser.as_person(ada)
    app.sign_in(ada)
    assert browser.get("/accounts/").status_code == app.get("me").status_code == 200
    staff.remove(f"uid=ada,{PEOPLE}")
    run = sync()
    assert (run.state, run.counts) == (RunState.DONE, {Action.DISABLE: 1})
    assert not active("ada")
    assert browser.get("/accounts/").status_code == 302
    assert app.get("me").status_code == 401
    assert "ada@example.com" not in people()
    # Back in the directory, they are back here.
    staff.person("ada")
    sync()
    assert active("ada")
    assert "ada@example.com" in people()


@pytest.mark.parametrize(
    "shut", [{"nsAccountLock": "TRUE"}, {"pwdAccountLockedTime": "000001010000Z"}]
)
def test_whoever_the_directory_disables_is_disabled_also_between_full_readings(
    staff: FakeDirectory, sync: Sync, shut: dict[str, Any]
) -> None:
    sync()
    staff.person("ada", modifyTimestamp="20260301000000Z", **shut)
    run = sync(is_full=False)
    assert run.counts == {Action.DISABLE: 1}
    assert not active("ada")
    assert active("grace")


def test_a_reading_between_asks_only_for_what_was_changed_and_takes_nobody_for_gone(
    staff: FakeDirectory, sync: Sync, provider: Any
) -> None:
    sync()
    staff.remove(f"uid=grace,{PEOPLE}")
    staff.person("ada", displayName="Ada L", modifyTimestamp="20260301000000Z")
    for name in [f"p{number}" for number in range(8)]:
        staff.person(name, modifyTimestamp="20251201000000Z")
    run = sync(is_full=False)
    assert (run.read, run.counts) == (1, {Action.UPDATE: 1})
    assert active("grace")
    assert sync().counts == {Action.DISABLE: 1}


def test_a_reading_that_breaks_off_disables_nobody(
    staff: FakeDirectory, sync: Sync, events: Any
) -> None:
    sync()
    staff.breaks_after = 6
    run = sync()
    assert (run.state, run.reason, run.counts) == (RunState.FAILED, Reason.LOST, {})
    assert User.objects.filter(email__endswith="@example.com", is_active=False).count() == 0
    assert events("directory:sync:failed")[-1].detail["reason"] == "lost"


def test_a_directory_that_names_nobody_is_taken_for_a_mistake(
    staff: FakeDirectory, sync: Sync
) -> None:
    Directory.objects.update(brake=100)
    sync()
    staff.entries.clear()
    run = sync()
    assert (run.state, run.reason) == (RunState.FAILED, Problem.EMPTY)
    # As long as nobody knows what was changed since when, everything is read, and the same holds.
    Directory.objects.update(changed_until=None)
    assert sync(is_full=False).reason == Problem.EMPTY
    assert active("ada")


def test_what_a_full_reading_was_held_for_waits_also_while_changes_are_read(
    staff: FakeDirectory, sync: Sync, provider: Any
) -> None:
    sync()
    for name in ("ada", "grace"):
        staff.remove(f"uid={name},{PEOPLE}")
    full = sync()
    for name in ("p0", "p1"):
        staff.person(name, nsAccountLock="TRUE", modifyTimestamp="20260301000000Z")
    first, second = sync(is_full=False), sync(is_full=False)
    states = [run_for(provider, run.pk).state for run in (full, first, second)]
    assert states == [RunState.HELD, RunState.DROPPED, RunState.HELD]
    assert active("p0")


def test_while_somebody_has_no_identifier_nobody_is_taken_for_gone(
    staff: FakeDirectory, sync: Sync
) -> None:
    sync()
    staff.person("ada", entryUUID=[])
    run = sync()
    assert (run.unidentified, run.counts) == (1, {})
    assert active("ada")
    for dn in [one.dn for one in staff.entries.values()]:
        staff.person(dn.partition(",")[0][4:], entryUUID=[])
    assert sync().reason == Problem.NO_IDENTIFIER


def test_two_entries_of_one_identifier_change_nobody(staff: FakeDirectory, sync: Sync) -> None:
    sync()
    staff.person("grace", entryUUID="id-of-ada", nsAccountLock="TRUE")
    run = sync()
    assert run.counts == {Action.IGNORE: 1, Action.DISABLE: 1}
    assert active("ada")


def test_the_brake_stops_a_run_that_would_disable_too_many_until_somebody_confirms(
    staff: FakeDirectory, sync: Sync, alice: Any, bob: Any, events: Any
) -> None:
    sync()
    for name in ("ada", "grace"):
        staff.remove(f"uid={name},{PEOPLE}")
    staff.person("p0", displayName="Renamed")
    run = sync()
    assert (run.state, run.counts[Action.DISABLE], run.known) == (RunState.HELD, 2, 10)
    assert events("directory:sync:held")[-1].detail == {
        "disabled": 2,
        "known": 10,
        "run": str(run.pk),
    }
    # Nothing of it was done, and nobody does it later by themselves.
    assert active("ada")
    assert run.applied == 0
    assert due_runs() == []
    assert User.objects.get(email="p0@example.com").name == "P0"
    with pytest.raises(Forbidden):
        confirm(run=run, actor=bob)
    confirm(run=run, actor=alice)
    with pytest.raises(Conflict):
        confirm(run=run, actor=alice)
    work(run.pk)
    assert not active("ada")
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert User.objects.get(email="p0@example.com").name == "Renamed"


def test_what_the_brake_has_stopped_can_be_dropped_and_a_later_reading_decides_anew(
    staff: FakeDirectory, sync: Sync, provider: Any, alice: Any
) -> None:
    sync()
    gone = [staff.entries[f"uid={name},{PEOPLE}"] for name in ("ada", "grace")]
    for one in gone:
        staff.remove(one.dn)
    held, again = sync(), sync()
    assert run_for(provider, held.pk).state == RunState.DROPPED
    drop(run=again, actor=alice)
    with pytest.raises(Conflict):
        confirm(run=again, actor=alice)
    assert active("ada")
    assert not SyncChange.objects.exclude(told=None).exists()


def test_the_brake_counts_exactly() -> None:
    assert not comparing.is_braked(1, 10, 10)
    assert comparing.is_braked(2, 10, 10)
    assert comparing.is_braked(1, 9, 10)
    assert not comparing.is_braked(0, 0, 0)
    assert comparing.is_braked(1, 1000, 0)
    assert not comparing.is_braked(10, 10, 100)


def test_a_dry_run_shows_what_would_happen_and_changes_nothing(
    staff: FakeDirectory, sync: Sync, alice: Any, provider: Any
) -> None:
    run = sync(is_dry=True, actor=alice)
    assert (run.state, run.counts) == (RunState.DONE, {Action.CREATE: 10})
    assert changes_of(run).count() == 10
    assert people() == {"alice@example.com"}
    # Also of a provider by which nobody comes in yet.
    IdentityProvider.objects.of(provider.organization).update(state="draft")
    assert sync(is_dry=True).state == RunState.DONE
    with pytest.raises(Refused):
        sync()


def test_settings_that_are_changed_meanwhile_stop_a_run(
    staff: FakeDirectory, sync: Sync, provider: Any, alice: Any
) -> None:
    asked = request(provider=provider, actor=None)
    configure(provider=provider, actor=alice, every=20)
    work(asked.pk)
    assert run_for(provider, asked.pk).reason == Problem.CHANGED
    asked = request(provider=provider, actor=None)
    IdentityProvider.objects.of(provider.organization).update(state="disabled")
    work(asked.pk)
    assert run_for(provider, asked.pk).reason == Problem.CLOSED
    assert people() == {"alice@example.com"}


def test_somebody_who_cannot_be_taken_over_does_not_keep_the_others(
    staff: FakeDirectory, sync: Sync
) -> None:
    staff.person("evil", mail="evil@elsewhere.example")
    staff.person("broken", mail="no address")
    run = sync()
    assert (run.state, run.applied, run.failures) == (RunState.DONE, 10, 2)
    assert "elsewhere.example" in changes_of(run, applied="no").get(subject="id-of-evil").why
    assert not User.objects.filter(email="evil@elsewhere.example").exists()


def test_only_who_is_in_a_required_group_is_taken_over(
    staff: FakeDirectory, sync: Sync, provider: Any
) -> None:
    staff.group("users", f"uid=ada,{PEOPLE}", f"cn=more,{GROUPS}")
    staff.group("more", f"uid=grace,{PEOPLE}")
    IdentityProvider.objects.of(provider.organization).update(required_groups=["users"])
    assert sync().applied == 2
    Directory.objects.update(brake=50)
    staff.group("more")
    assert sync().counts == {Action.DISABLE: 1}
    assert not active("grace")


def test_a_worker_that_dies_leaves_the_rest_to_the_next_one(
    staff: FakeDirectory, sync: Sync, provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "BATCH", 2)
    monkeypatch.setattr(applying, "LONGEST", -1.0)
    asked = request(provider=provider, actor=None)
    assert work(asked.pk)
    half = run_for(provider, asked.pk)
    assert (half.state, half.applied) == (RunState.APPLYING, 2)
    # Whoever still believes to be on it writes nothing any more.
    stale = run_for(provider, asked.pk)
    SyncRun.objects.update(leased_until=timezone.now() + timedelta(seconds=30))
    assert due_runs() == []
    assert not work(asked.pk)
    SyncRun.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    while work(asked.pk):
        pass
    with pytest.raises(leasing.Stopped):
        leasing.write(stale, applied=99)
    done = run_for(provider, asked.pk)
    assert (done.state, done.applied) == (RunState.DONE, 10)


def test_a_run_that_kills_each_worker_is_given_up(staff: FakeDirectory, provider: Any) -> None:
    asked = request(provider=provider, actor=None)
    SyncRun.objects.update(attempts_made=leasing.MOST_ATTEMPTS)
    assert not work(asked.pk)
    assert run_for(provider, asked.pk).reason == Problem.INTERRUPTED


def test_the_clock_reads_what_is_due_and_one_directory_is_read_once_at_a_time(
    staff: FakeDirectory, provider: Any
) -> None:
    ask_due()
    assert not SyncRun.objects.exists()
    Directory.objects.update(syncs=True)
    tasks.sync_due()
    assert SyncRun.objects.get().is_full
    tasks.sync_due()
    assert SyncRun.objects.count() == 1
    Directory.objects.update(read_at=timezone.now() - timedelta(minutes=16))
    tasks.sync_due()
    assert list(SyncRun.objects.order_by("created_at").values_list("is_full", flat=True)) == [
        True,
        False,
    ]
    request(provider=provider, actor=None)
    with pytest.raises(Conflict):
        request(provider=provider, actor=None)


def test_of_old_runs_it_is_kept_how_many_were_concerned_and_then_nothing(
    staff: FakeDirectory, sync: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "KEPT", 2)
    monkeypatch.setattr(runs, "KEPT_IN_DETAIL", 1)
    first = sync(is_dry=True)
    second, third = sync(is_dry=True), sync(is_dry=True)
    forget_old()
    assert set(SyncRun.objects.values_list("pk", flat=True)) == {second.pk, third.pk}
    assert set(SyncChange.objects.values_list("run_id", flat=True)) == {third.pk}
    assert first.pk


def test_another_organization_does_not_see_a_run(
    staff: FakeDirectory, sync: Sync, provider: Any, charlie: Any
) -> None:
    run = sync()
    with pytest.raises(Forbidden):
        request(provider=provider, actor=charlie)
    with pytest.raises(NotFound):
        run_for(IdentityProvider(), run.pk)


def test_an_older_entry_of_somebody_who_has_another_disables_nobody(
    staff: FakeDirectory, sync: Sync, provider: Any
) -> None:
    sync()
    ada = User.objects.get(email="ada@example.com")
    EnterpriseIdentity.objects.create(
        provider=provider, issuer="ldap:entryuuid", subject="older", user=ada
    )
    assert sync().counts == {Action.IGNORE: 1}
    assert active("ada")
