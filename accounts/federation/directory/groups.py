"""Who is in which group, groups in groups among them: asked for one person, or read once for all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from . import filters
from .client import DirectoryFailed, Entry, Reason, Session
from .names import is_below, normal

# Of one person; and of a directory, where all are read.
MOST_OF_ONE = 2000
MOST = 20_000
# So many names stand in one question.
BATCH = 40
_MEMBERS = ("member", "uniqueMember")


class Nesting(TextChoices):
    """Whether whoever is in a group is also in those that the group is in."""

    NONE = "none", _("Only those that name the person")
    CHAIN = "chain", _("Groups in groups; the directory finds them (Active Directory)")
    WALK = "walk", _("Groups in groups; we look for them")


class NamedBy(TextChoices):
    """What a group is called where roles are given to it."""

    DN = "dn", _("its whole name (DN), which is one of a kind")
    CN = "cn", _("its short name (cn)")


@dataclass(frozen=True)
class GroupSettings:
    """Where groups are. Without a `base` nobody is in any."""

    base: str = ""
    filter: str = "(|(objectClass=group)(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))"
    nesting: Nesting = Nesting.WALK
    named_by: NamedBy = NamedBy.DN

    def name_of(self, group: Entry) -> str:
        return group.dn if self.named_by == NamedBy.DN else group.text("cn")

    def names(self, groups: Iterable[Entry]) -> tuple[str, ...]:
        return tuple(sorted({name for group in groups if (name := self.name_of(group))}))


def groups_of(session: Session, person: Entry, settings: GroupSettings) -> tuple[str, ...]:
    """The groups of one person, by name. DirectoryFailed where they are too many to be told apart from an attack."""
    if not settings.base:
        return ()
    found: dict[str, Entry] = {}
    for group in _direct(session, person, settings):
        found.setdefault(normal(group.dn), group)
    if settings.nesting == Nesting.WALK:
        _walk_up(session, settings, found)
    return settings.names(found.values())


def _direct(session: Session, person: Entry, settings: GroupSettings) -> Iterator[Entry]:
    """Groups that name the person, groups that the person names, and in a chain all above those."""
    if settings.nesting == Nesting.CHAIN:
        naming = filters.in_chain("member", person.dn)
    else:
        named = [filters.equals(attribute, person.dn) for attribute in _MEMBERS]
        named += [filters.equals("memberUid", uid) for uid in person.values("uid")[:5]]
        naming = filters.either(named)
    seen = set()
    for group in _search(session, settings, naming):
        seen.add(normal(group.dn))
        yield group
    for name in person.texts("memberOf")[:MOST_OF_ONE]:
        if normal(name) not in seen and is_below(name, settings.base):
            yield from _read(session, settings, name)


def _walk_up(session: Session, settings: GroupSettings, found: dict[str, Entry]) -> None:
    """`found` grows by every group above; each is asked for once, so that a circle has an end."""
    level = [group.dn for group in found.values()]
    while level:
        above: list[str] = []
        for start in range(0, len(level), BATCH):
            batch = level[start : start + BATCH]
            naming = filters.either(filters.equals(a, dn) for dn in batch for a in _MEMBERS)
            for group in _search(session, settings, naming):
                if (key := normal(group.dn)) not in found:
                    found[key] = group
                    above.append(group.dn)
        if len(found) > MOST_OF_ONE:
            raise DirectoryFailed(
                Reason.TOO_MANY, f"one person is in more than {MOST_OF_ONE} groups"
            )
        level = above


def _search(session: Session, settings: GroupSettings, naming: str) -> Iterator[Entry]:
    asked = filters.both(settings.filter, naming)
    return session.search(settings.base, asked, ("cn",), most=MOST_OF_ONE)


def _read(session: Session, settings: GroupSettings, dn: str) -> list[Entry]:
    """The group of that name, where it is one of those that count; a name may be left over from one that is gone."""
    try:
        return list(session.search(dn, settings.filter, ("cn",), most=1, only_base=True))
    except DirectoryFailed as failed:
        if failed.reason == Reason.NO_SUCH_BASE:
            return []
        raise


@dataclass
class AllGroups:
    """All groups of a directory, to be asked for many people without asking the directory again."""

    settings: GroupSettings
    _groups: dict[str, Entry] = field(default_factory=dict)
    # By member: the groups that name it.
    _above: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _by_uid: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, group: Entry) -> None:
        key = normal(group.dn)
        # Its members are known by their names: the entry is kept without them.
        self._groups[key] = Entry(group.dn, {"cn": group.values("cn")})
        for attribute in _MEMBERS:
            for member in group.texts(attribute):
                self._above[normal(member)].add(key)
        for uid in group.texts("memberUid"):
            self._by_uid[uid].add(key)

    def of(self, person: Entry) -> tuple[str, ...]:
        """As `groups_of`."""
        named = (normal(name) for name in person.texts("memberOf"))
        level = {key for key in named if key in self._groups}
        level |= self._above.get(normal(person.dn), set())
        for uid in person.texts("uid")[:5]:
            level |= self._by_uid.get(uid, set())
        found = set(level)
        while level and self.settings.nesting != Nesting.NONE:
            level = {above for one in level for above in self._above.get(one, ())} - found
            found |= level
        return self.settings.names(self._groups[key] for key in found)


def all_groups(session: Session, settings: GroupSettings) -> AllGroups:
    """Every group and its members, read once."""
    known = AllGroups(settings)
    if settings.base:
        asked = ("cn", *_MEMBERS, "memberUid")
        for group in session.search(settings.base, settings.filter, asked, most=MOST):
            known.add(group)
    return known
