"""What somebody holds: the bindings that count, and how far they reach."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from mago.core.columns import Columns
from mago.core.sql import Statement

from .. import principals
from ..conditions import asks_for_attributes
from ..models import Condition, CustomRole, RoleBinding, ServiceAccount
from ..permissions import Permission
from ..scope import Scope


def live_bindings(actor: User | ServiceAccount) -> list[RoleBinding]:
    """The bindings of a person or service account that count: not expired, of no disabled organization.

    One query for each object of `actor`; a request has one.
    """
    kept: list[RoleBinding] | None = getattr(actor, "_live_bindings", None)
    if kept is None:
        statement = _of_kind("user_id" if isinstance(actor, User) else "service_account_id")
        kept = [_with_its_parts(row) for row in statement.all([actor.pk, timezone.now()])]
        actor._live_bindings = kept  # type: ignore[union-attr]
    return kept


# Asked at each request of somebody who has signed in.
# ruff: noqa: S608 - the names in this statement are our own
_binding, _role, _condition = (
    Columns(RoleBinding, "b"),
    Columns(CustomRole, "r"),
    Columns(Condition, "c"),
)


@cache
def _of_kind(column: str) -> Statement:
    organizations = RoleBinding._meta.get_field("organization").related_model._meta.db_table
    return Statement(
        f"SELECT {_binding.sql}, {_role.sql}, {_condition.sql} FROM {RoleBinding._meta.db_table} b"
        f" LEFT JOIN {CustomRole._meta.db_table} r ON r.id = b.custom_role_id"
        f" LEFT JOIN {Condition._meta.db_table} c ON c.id = b.condition_id"
        f" LEFT JOIN {organizations} o ON o.id = b.organization_id"
        f" WHERE b.{column} = %s AND (b.expires_at IS NULL OR b.expires_at > %s)"
        " AND (b.organization_id IS NULL OR o.is_active) ORDER BY b.granted_at, b.id"
    )


def _with_its_parts(row: Sequence[Any]) -> RoleBinding:
    a, b = len(_binding), len(_binding) + len(_role)
    return _binding.object(
        row[:a],
        custom_role=None if row[a] is None else _role.object(row[a:b]),
        condition=None if row[b] is None else _condition.object(row[b:]),
    )


def sites_by_attributes(actor: User | ServiceAccount) -> list[Any]:
    """The sites at which a role of their whole organization may count for what they are: each is for the asker to
    decide. One query for each object of `actor` who holds such a role, none for others."""
    kept: list[Any] | None = getattr(actor, "_sites_by_attributes", None)
    if kept is None:
        asked = {
            b.organization_id
            for b in live_bindings(actor)
            if b.condition and not b.site_id and asks_for_attributes(b.condition.rule)
        }
        sites = apps.get_model("organizations", "Site").objects
        kept = list(sites.of_any(list(asked)).order_by("name", "id")) if asked else []
        actor._sites_by_attributes = kept  # type: ignore[union-attr]
    return kept


def unexpired() -> Q:
    """Of bindings: their end has not come."""
    return Q(expires_at=None) | Q(expires_at__gt=timezone.now())


def forget_bindings(actor: User | ServiceAccount) -> None:
    """The next decision about them reads anew; after their bindings changed."""
    principals.forget()
    for kept in ("_live_bindings", "_sites_by_attributes"):
        if hasattr(actor, kept):
            delattr(actor, kept)


def unconditional_permissions_of(
    actor: User | ServiceAccount, where: Scope
) -> frozenset[Permission]:
    """What somebody holds there for good, whatever the circumstances: the most that they can pass on."""
    bindings = [b for b in live_bindings(actor) if b.condition is None and b.expires_at is None]
    return frozenset(
        p for binding in bindings if binding.scope.covers(where) for p in binding.permissions
    )


def outranks(actor: User, person: User) -> bool:
    """Whether `actor` holds all that `person` holds, everywhere that they hold it.

    Only then may `actor` act on the account itself: reset it, disable it, enrol factors anew. Else a
    help desk could make itself an owner by way of an owner's account.
    """
    # Read anew, and those of disabled organizations too: they count again on the day that these are enabled.
    held = RoleBinding.objects.filter(unexpired(), user=person).select_related("custom_role")
    return all(
        binding.permissions <= unconditional_permissions_of(actor, binding.scope)
        for binding in held
    )
