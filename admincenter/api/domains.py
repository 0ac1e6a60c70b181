"""The mail domains of an organization: claimed, proved by a record in the DNS, given up."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, OptionalReasonBody
from accounts.api.resources import OrganizationResource, acted, created, listed, read, removed
from accounts.api.serializers import TextField
from accounts.organizations import services
from accounts.organizations.models import Domain
from accounts.organizations.selectors import domains_of
from mago.core.keyset import Listing

from .common import owned


class DnsRecordSerializer(serializers.Serializer[Any]):
    """The TXT record that proves the domain."""

    example: ClassVar = {"name": "_mago.example.com", "text": "mago-domain=9fQw1vZt"}

    name = serializers.CharField()
    text = serializers.CharField()


class DomainSerializer(serializers.Serializer[Any]):
    example: ClassVar = {"name": "example.com"}

    id = serializers.UUIDField()
    name = serializers.CharField()
    record = serializers.SerializerMethodField()
    proved_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_record(self, domain: Domain) -> DnsRecordSerializer:
        name, text = domain.record
        return {"name": name, "text": text}  # type: ignore[return-value]


class DomainBody(Body):
    example: ClassVar = {"name": "example.com"}

    name = TextField(max_length=253, help_text="Such as example.com.")


class Domains(OrganizationResource):
    access = Permission.DOMAINS_READ
    changes = {"POST": Permission.DOMAINS_EDIT}

    @listed(DomainSerializer, summary="The domains that an organization claims, by name")
    def get(self) -> Listing:
        return Listing((domains_of(self.organization),), key=("name",), descending=False)

    @created(
        DomainBody,
        DomainSerializer,
        at=("api-domain", "domain_id"),
        summary="Claim a domain",
        description="Set the record in the DNS, then have it checked.",
    )
    def post(self, name: str) -> Domain:
        return services.claim_domain(organization=self.organization, name=name, actor=self.actor)


class OneDomain(OrganizationResource):
    access = Permission.DOMAINS_READ
    changes = {"DELETE": Permission.DOMAINS_EDIT}

    def row(self) -> Domain:
        domain: Domain = owned(self, Domain, "domain_id", Permission.DOMAINS_READ)
        return domain

    get = read(DomainSerializer, summary="One domain")

    @removed(DomainSerializer, body=OptionalReasonBody, summary="Claim a domain no longer")
    def delete(self, row: Domain, reason: str) -> None:
        services.remove_domain(domain=row, actor=self.actor, reason=reason)


class CheckDomain(OrganizationResource):
    access = Permission.DOMAINS_READ
    changes = {"POST": Permission.DOMAINS_EDIT}

    @acted(
        None,
        DomainSerializer,
        summary="Look the record of a domain up",
        description="The domain is proved, or `400 not_shown`, `400 dns_unreachable`, `409` where it is another's.",
    )
    def post(self) -> Domain:
        domain = owned(self, Domain, "domain_id", Permission.DOMAINS_EDIT)
        services.prove_domain(domain=domain, actor=self.actor)
        found: Domain = owned(self, Domain, "domain_id", Permission.DOMAINS_EDIT)
        return found
