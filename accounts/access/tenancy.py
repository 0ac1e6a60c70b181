"""Rows of an organization are read in its scope, or not at all.

`Model.objects` of an owned model gives nothing by itself: a query that names no organization raises
OutsideTenantScope when it is run, so that forgetting the filter is an error and not a leak. So does
one that stands inside another query: all SQL is made by `TenantQuery.get_compiler`.
"""

from typing import Any, NoReturn, Self, cast
from uuid import UUID

from django.db import models
from django.db.models import sql


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
    def __init__(self, model: Any = None, query: Any = None, **kwargs: Any) -> None:
        if query is None:
            query = TenantQuery(model)
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
