"""A dry run tells what would change, for whom and where: no more, and not twice. Without a database."""

from uuid import UUID

from accounts.access.permissions import Permission
from accounts.access.preview import Change, Held, changes
from accounts.access.scope import Scope

ACME, HALL, YARD = (Scope(UUID(int=1), site) for site in (None, UUID(int=2), UUID(int=3)))
READ, REBOOT = Permission.HUBS_READ, Permission.HUBS_REBOOT


def held(who: str, scope: Scope, *permissions: Permission) -> Held:
    return Held(who, scope, frozenset(permissions))


def test_nothing_changes_nothing() -> None:
    same = [held("alice", ACME, READ)]
    assert changes(same, same) == []


def test_gains_and_losses_are_told_for_everybody_concerned() -> None:
    before = [held("alice", ACME, READ), held("bob", ACME, READ), held("dora", ACME, READ)]
    after = [held("alice", ACME, REBOOT), held("bob", ACME, READ, REBOOT), held("dora", ACME, READ)]
    assert changes(before, after) == [
        Change("alice", ACME, [REBOOT], [READ]),
        Change("bob", ACME, [REBOOT], []),
    ]


def test_what_another_role_gives_is_not_lost() -> None:
    other = held("alice", ACME, READ)
    assert changes([held("alice", ACME, READ), other], [held("alice", ACME), other]) == []


def test_what_an_outer_place_gives_is_not_lost_inside() -> None:
    outer = held("alice", ACME, READ)
    assert changes([held("alice", HALL, READ), outer], [held("alice", HALL), outer]) == []


def test_what_is_lost_outside_is_told_once() -> None:
    inner = held("alice", HALL, REBOOT)
    lost = Change("alice", ACME, [], [READ])
    assert changes([held("alice", ACME, READ), inner], [held("alice", ACME), inner]) == [lost]


def test_what_stays_inside_is_told_apart() -> None:
    before = [held("alice", HALL, READ), held("alice", YARD, READ)]
    after = [held("alice", HALL, READ), held("alice", YARD)]
    assert changes(before, after) == [Change("alice", YARD, [], [READ])]


def test_where_nothing_changes_unlike_around_it_is_told() -> None:
    before = [held("alice", ACME, READ), held("alice", HALL, READ), held("alice", YARD, REBOOT)]
    after = [held("alice", HALL, READ), held("alice", YARD, REBOOT)]
    assert changes(before, after) == [
        Change("alice", ACME, [], [READ]),
        Change("alice", HALL, [], []),
    ]


def test_who_comes_anew_gains() -> None:
    assert changes([], [held("alice", HALL, READ)]) == [Change("alice", HALL, [READ], [])]
