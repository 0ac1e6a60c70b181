"""Groups in groups, in circles, named from either side."""

import pytest

from accounts.federation.directory import groups
from accounts.federation.directory.client import DirectoryFailed, Entry
from accounts.federation.directory.groups import GroupSettings, NamedBy, Nesting

from .fake import GROUPS, PEOPLE, FakeDirectory, FakeSession

ADA = f"uid=ada,{PEOPLE}"


@pytest.fixture
def directory() -> FakeDirectory:
    made = FakeDirectory()
    made.person("ada")
    made.person("grace")
    made.group("engineers", ADA.upper())
    made.group("users", f"cn=engineers,{GROUPS}", f"uid=grace,{PEOPLE}")
    made.group("ring", f"cn=users,{GROUPS}", f"cn=round,{GROUPS}")
    made.group("round", f"cn=ring,{GROUPS}")
    made.group("others", f"uid=grace,{PEOPLE}")
    return made


def asked(directory: FakeDirectory, settings: GroupSettings, dn: str = ADA) -> list[str]:
    person = directory.entries[dn.lower()]
    one = groups.groups_of(FakeSession(directory), person, settings)
    known = groups.all_groups(FakeSession(directory), settings)
    # In a sync everybody's are told from one list, and are the same.
    assert known.of(person) == one
    return list(one)


def settings(nesting: Nesting = Nesting.WALK, named_by: NamedBy = NamedBy.CN) -> GroupSettings:
    return GroupSettings(base=GROUPS, nesting=nesting, named_by=named_by)


def test_a_circle_of_groups_has_an_end(directory: FakeDirectory) -> None:
    above = ["engineers", "ring", "round", "users"]
    assert asked(directory, settings(Nesting.WALK)) == above
    assert asked(directory, settings(Nesting.CHAIN)) == above
    assert asked(directory, settings(Nesting.NONE)) == ["engineers"]
    assert asked(directory, settings(named_by=NamedBy.DN))[0] == f"cn=engineers,{GROUPS}"
    assert asked(directory, GroupSettings()) == []


def test_a_group_that_only_the_person_names_counts_where_it_is_one_of_ours(
    directory: FakeDirectory,
) -> None:
    there, elsewhere, gone = f"cn=others,{GROUPS}", f"uid=grace,{PEOPLE}", f"cn=gone,{GROUPS}"
    directory.person("ada", memberOf=[there, elsewhere, gone])
    assert asked(directory, settings(Nesting.NONE)) == ["engineers", "others"]


def test_posix_groups_name_people_by_their_short_name(directory: FakeDirectory) -> None:
    directory.add(f"cn=posix,{GROUPS}", objectClass="group", cn="posix", memberUid=["ada", "x"])
    assert "posix" in asked(directory, settings())


def test_endless_groups_are_refused_and_not_walked_through(
    directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MOST_OF_ONE", 3)
    ada: Entry = directory.entries[ADA]
    with pytest.raises(DirectoryFailed):
        groups.groups_of(FakeSession(directory), ada, settings())
