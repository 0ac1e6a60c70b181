"""Who has which second factor: of very many people the worker counts it."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from itertools import takewhile
from operator import and_, or_
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.access.models import Membership
from accounts.mfa.models import EmailDevice, Kind, Passkey, SmsDevice, TotpDevice
from accounts.models import User
from accounts.organizations.models import Organization

from .asked import REMEMBERED, ask_for
from .figures import A_MINUTE, FEW, MOST, shared

# Before anybody joined.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What shows that somebody has something or is somebody, the strongest first; a code by mail shows neither.
STRONG = (Kind.PASSKEY, Kind.TOTP, Kind.SMS)
_MODELS = {
    Kind.PASSKEY: Passkey,
    Kind.TOTP: TotpDevice,
    Kind.SMS: SmsDevice,
    Kind.EMAIL: EmailDevice,
}

FACTORS = tuple(_MODELS)


@dataclass(frozen=True)
class Coverage:
    """People by the strongest second factor that they have; of all, or of those who came last where that says `cut`."""

    people: int
    by_kind: dict[str, int]
    cut: bool = False

    @property
    def covered(self) -> int:
        return sum(self.by_kind.get(kind, 0) for kind in STRONG)

    @property
    def bare(self) -> int:
        """How many have no second factor at all."""
        return self.people - sum(self.by_kind.values())

    def share(self, number: int) -> int:
        """In percent, rounded down: all is all."""
        return 100 * number // self.people if self.people else 0


def coverage(organization: Organization | None = None) -> Coverage:
    """Who has which factor: what the worker counted of all people, else what the newest FEW show."""
    key = organization.pk if organization else None
    counted: Coverage | None = cache.get(_name_of_coverage(key))
    if counted:
        return counted
    found = shared(f"coverage:{key or ''}", lambda: _coverage(key, FEW), A_MINUTE)
    if found.cut and key:
        ask_for(key)
    return found


def count_coverage(organization: UUID | None = None) -> None:
    """All people are counted, for `coverage`; a worker's work, as it takes seconds among a million."""
    cache.set(
        _name_of_coverage(organization), _coverage(organization, None), REMEMBERED.total_seconds()
    )


def _name_of_coverage(organization: UUID | None) -> str:
    return f"admincenter:coverage:counted:{organization or ''}"


def _coverage(organization: UUID | None, most: int | None) -> Coverage:
    people, person, is_active = _newest(organization)
    people = people.annotate(strongest=_strongest_of(person))
    if most is None:
        rows = people.filter(**{is_active: True}).order_by().values_list("strongest")
        return _counted(Counter(dict(rows.annotate(Count("pk")))), cut=False)
    # Counted here: to group them, the database would look for these rows among all.
    looked_at = list(people.values_list(is_active, "strongest")[:most])
    return _counted(
        Counter(kind for active, kind in looked_at if active), cut=len(looked_at) >= most
    )


def _counted(found: Counter[str], *, cut: bool) -> Coverage:
    """Of people by their strongest factor, "" being none."""
    return Coverage(found.total(), {kind: n for kind, n in found.items() if kind}, cut)


def _newest(organization: UUID | None) -> tuple[QuerySet[Any], str, str]:
    """Everybody, or the members of an organization, the newest first along an index; the columns of their key and standing."""
    if organization is None:
        return User.objects.order_by("-created_at"), "pk", "is_active"
    members = Membership.objects.of(organization).order_by("-joined_at", "-id")
    return members, "user", "user__is_active"


def _strongest_of(person: str) -> Case:
    """The strongest factor of the person of that column, or ""."""
    kinds = (When(_has(kind, person), then=Value(kind.value)) for kind in _MODELS)
    return Case(*kinds, default=Value(""))


def _has(kind: Kind, person: str = "pk") -> Exists:
    return Exists(_MODELS[kind]._default_manager.filter(user=OuterRef(person), confirmed=True))


def has_strong_factor(person: str) -> Q:
    """Whether the person of that column has a second factor that is more than a code by mail."""
    return reduce(or_, (Q(_has(kind, person)) for kind in STRONG))


def strongest_is(kind: Kind | None, person: str = "pk") -> Q:
    """Whether the strongest second factor of the person of that column is of this kind; of None, whether they have none."""
    stronger = takewhile(lambda one: one is not kind, _MODELS)
    weaker_than = [~Q(_has(one, person)) for one in stronger]
    return reduce(and_, weaker_than, Q(_has(kind, person)) if kind else Q())


def without_factor(people: QuerySet[User], most: int = MOST) -> QuerySet[User]:
    """Of these people the active ones among the `most` who joined last, less those who have a second factor."""
    return _newest_of(people, most).filter(strongest_is(None))


def with_factor(people: QuerySet[User], most: int = MOST) -> QuerySet[User]:
    """As `without_factor`, those who have one that is more than a code by mail."""
    return _newest_of(people, most).filter(has_strong_factor("pk"))


def with_strongest(people: QuerySet[User], kind: Kind, most: int = MOST) -> QuerySet[User]:
    """As `without_factor`, those whose strongest second factor is of this kind."""
    return _newest_of(people, most).filter(strongest_is(kind))


def _newest_of(people: QuerySet[User], most: int) -> QuerySet[User]:
    """Told by the moment at which the first of those joined, which an index knows by itself, so that a page is read along it."""
    joined = User.objects.order_by("-created_at").values("created_at")
    last = Subquery(joined[most - 1 : most])
    return people.filter(is_active=True, created_at__gte=Coalesce(last, EPOCH))
