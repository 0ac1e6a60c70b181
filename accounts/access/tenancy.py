"""Rows of an organization are read in its scope, or not at all.

`Model.objects` of an owned model gives nothing by itself: a query that names no organization raises
OutsideTenantScope when it is run, so that forgetting the filter is an error and not a leak. So does
one that stands inside another query: all SQL is made by `TenantQuery.get_compiler`.

What belongs to an organization only by another row, as a credential by its hub, is read in the scope of that row
(`PartManager`). tests/accounts/access/test_parts.py tells why other such models are read without.
"""

from typing import Any, ClassVar, NoReturn, Self, cast
from uuid import UUID

from django.db import models
from django.db.models import F, OuterRef, Q, sql


class OutsideTenantScope(RuntimeError):
    """A query over what organizations own named none."""


class TenantQuery(sql.Query):
    """A query that is turned into SQL only in the scope of organizations."""

    # What Django makes for itself, as the inner half of an exclude, is part of a query that is in one.
    in_scope = True

    def demand_scope(self) -> None:
        if not self.in_scope:
            raise OutsideTenantScope(f"{self.get_meta().label}: name the organization, of(…)")

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        self.demand_scope()
        return super().get_compiler(*args, **kwargs)


class TenantQuerySet(models.QuerySet[Any]):
    query_class: ClassVar[type[TenantQuery]] = TenantQuery

    def __init__(self, model: Any = None, query: Any = None, **kwargs: Any) -> None:
        if query is None:
            query = self.query_class(model)
            query.in_scope = False
        super().__init__(model, query, **kwargs)

    def of(self, organization: Any) -> Self:
        """The rows of one organization (or of its id)."""
        key: UUID | None = getattr(organization, "pk", organization)
        if key is None:
            raise OutsideTenantScope(f"{self.model.__name__}: there is no such organization")
        return self._in_scope().filter(organization_id=key)

    def of_any(self, organizations: list[UUID]) -> Self:
        """The rows of these organizations."""
        return self._in_scope().filter(organization_id__in=organizations)

    def of_platform(self) -> Self:
        """The rows of no organization: the platform's own."""
        return self._in_scope().filter(organization_id=None)

    def everywhere(self, *, reason: str) -> Self:
        """The rows of all organizations; `reason` says, to whoever reads the code, why that is right."""
        assert reason
        return self._in_scope()

    def _in_scope(self) -> Self:
        clone: Self = self._chain()  # type: ignore[attr-defined]
        cast(TenantQuery, clone.query).in_scope = True
        return clone

    def _demand_scope(self) -> None:
        cast(TenantQuery, self.query).demand_scope()

    # --- what does not pass by TenantQuery.get_compiler, or too late ---

    def update(self, **kwargs: Any) -> int:
        self._demand_scope()
        return super().update(**kwargs)

    def _update(self, values: Any) -> int:
        self._demand_scope()
        return super()._update(values)  # type: ignore[misc]

    def delete(self) -> Any:
        self._demand_scope()
        return super().delete()

    def _raw_delete(self, using: Any) -> int:
        self._demand_scope()
        return super()._raw_delete(using)

    def raw(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise OutsideTenantScope(f"{self.model.__name__}: SQL by hand knows no scope")

    def __or__(self, other: Any) -> Self:
        return self._both_scoped(other).__or__(other)

    def __and__(self, other: Any) -> Self:
        return self._both_scoped(other).__and__(other)

    def __xor__(self, other: Any) -> Self:
        return self._both_scoped(other).__xor__(other)

    def _both_scoped(self, other: Any) -> Any:
        """QuerySet's own operators, once it is sure that neither half brings in the rows of everybody."""
        self._demand_scope()
        if isinstance(other, TenantQuerySet):
            other._demand_scope()
        return super()


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """The manager of what organizations own. Creating needs no scope: the row names its organization."""


# How a filter names the whole: itself, its key, some of them, or all of an organization's.
_NAMING = frozenset({"", "pk", "in", "organization", "organization_id"})


class PartQuery(TenantQuery):
    """A query that is in scope from when it says of what the rows are part."""

    def add_q(self, q_object: Q, *args: Any, **kwargs: Any) -> None:
        if self._names_whole(q_object):
            self.in_scope = True
        super().add_q(q_object, *args, **kwargs)

    def _names_whole(self, condition: Any) -> bool:
        """Whether this, which must hold, holds for parts of some rows only."""
        if isinstance(condition, Q):
            if condition.negated or condition.connector != Q.AND:
                return False
            return any(self._names_whole(one) for one in condition.children)
        return isinstance(condition, tuple) and self._is_naming(*condition)

    def _is_naming(self, name: str, value: Any) -> bool:
        key, _sep, rest = name.partition("__")
        # Another column of the same row names nobody; that of the query around this one does.
        is_row = value is not None and (isinstance(value, OuterRef) or not isinstance(value, F))
        part_of: tuple[str, ...] = cast(Any, self.model).part_of
        return is_row and rest in _NAMING and key.removesuffix("_id") in part_of


class PartQuerySet(TenantQuerySet):
    """Rows of which each is part of another: to filter by that one is to be in its scope, as `hub.credentials` does.

    The model says in `part_of` which keys lead to the whole.
    """

    query_class = PartQuery

    def of(self, whole: Any) -> Self:
        """The rows that are part of this row (or of its id)."""
        return self.filter(**{self.model.part_of[0]: whole})


class PartManager(models.Manager.from_queryset(PartQuerySet)):  # type: ignore[misc]
    """The manager of what is part of an owned row. Creating needs no scope: the row names its whole."""


class Part(models.Model):
    """A row of an organization by way of those that `part_of` leads to, the chief one first."""

    part_of: ClassVar[tuple[str, ...]]

    objects: ClassVar[PartManager] = PartManager()

    class Meta:
        abstract = True
