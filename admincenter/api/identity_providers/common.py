"""One provider of the organization that the path names. Whoever changes something is a person: others hear who it was."""

from typing import Any

from django.db.models import Model

from accounts.access.permissions import Permission
from accounts.api.resources import OrganizationResource
from accounts.federation.enterprise.models import IdentityProvider
from mago.core.errors import NotFound

from ...selectors.identity_providers import add_endings, standing_of

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class ProvidersResource(OrganizationResource):
    access = Permission.IDENTITY_PROVIDERS_READ
    by_people = CHANGING


class OfOneProvider(ProvidersResource):
    def provider(self) -> IdentityProvider:
        found = standing_of(self.organization).filter(pk=self.kwargs["provider_id"]).first()
        if found is None:
            raise NotFound
        found.organization = self.organization  # Known already: no further query.
        return found

    def held(self, row: Any) -> Model | None:
        return row if isinstance(row, Model) else self.provider()

    def prepare(self, rows: list[Any]) -> None:
        add_endings([row for row in rows if isinstance(row, IdentityProvider)])
