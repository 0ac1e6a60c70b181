"""Rows of an organization are read in its scope, or not at all.

`Model.objects` of an owned model gives nothing by itself: a query that names no organization raises
OutsideTenantScope when it is run, so that forgetting the filter is an error and not a leak.
"""

from typing import Any, Self
from uuid import UUID

from django.db import models


class OutsideTenantScope(RuntimeError):
    """A query over what organizations own named none."""


class TenantQuerySet(models.QuerySet[Any]):
    _scoped = False

    def of(self, organization: Any) -> Self:
        """The rows of one organization (or of its id)."""
        key: UUID = getattr(organization, "pk", organization)
        return self._in_scope().filter(organization_id=key)

    def of_any(self, organizations: list[UUID]) -> Self:
        """The rows of these organizations."""
        return self._in_scope().filter(organization_id__in=organizations)

    def everywhere(self, *, reason: str) -> Self:
        """The rows of all organizations; `reason` says, to whoever reads the code, why that is right."""
        assert reason
        return self._in_scope()

    def _in_scope(self) -> Self:
        clone = self._chain()  # type: ignore[attr-defined]
        clone._scoped = True
        scoped: Self = clone
        return scoped

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._scoped = self._scoped
        return clone

    def _demand_scope(self) -> None:
        if not self._scoped:
            raise OutsideTenantScope(f"{self.model.__name__}.objects: name the organization, of(…)")

    def _fetch_all(self) -> None:
        self._demand_scope()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._demand_scope()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._demand_scope()
        return super().count()

    def exists(self) -> bool:
        self._demand_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> Any:
        self._demand_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._demand_scope()
        return super().update(**kwargs)

    def delete(self) -> Any:
        self._demand_scope()
        return super().delete()


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """The manager of what organizations own. Creating needs no scope: the row names its organization."""

    def create(self, **kwargs: Any) -> Any:
        row = self.model(**kwargs)
        row.save(force_insert=True, using=self.db)
        return row
