"""Lists of what is set up, as `lists` has those of people and things: places, roles, what sign-ins answer to."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.access.facts import Strength
from accounts.access.permissions import Permission
from accounts.organizations.models import SignInPolicy
from mago.tls.selectors import scanned

from ..forms import TokenFilters
from ..keyset import Listing
from ..pages import Filters
from ..sections.hubs.forms.filters import CodeFilters, GroupFilters, RoomFilters
from ..sections.organizations.forms.filters import NameFilters
from ..selectors.hubs import find_codes, find_groups, find_rooms
from ..selectors.identity_providers import find_providers, standing_of
from ..selectors.organizations import (
    conditions_of,
    custom_roles_of,
    find_domains,
    find_sites,
    policies_of,
)
from ..selectors.service_accounts import find_all_tokens
from .lists import ApiTokens, OfOrganization, own
from .work import Columns, Export


def _strength(policy: SignInPolicy) -> str | None:
    """By the name that programs know it by."""
    return Strength(policy.strength).name.lower() if policy.strength else None


class Certificates(Export):
    """What was seen of each endpoint that is watched, once it was looked at."""

    kind, page = "export.certificates", "certificates"
    title = _("Export certificates")
    permission = reads = Permission.CERTIFICATES_READ
    columns: ClassVar[Columns] = {
        **own("host", "port", "state", "days_left", "subject", "issuer", "serial", "key"),
        **own("not_before", "not_after", "renewal_at", "versions"),
        "findings": lambda seen: [f"{name} {what}".strip() for name, what in seen.findings],
        "scanned_at": attrgetter("scanned_at"),
    }

    def find(self, **chosen: Any) -> Listing:
        return Listing((scanned(),), key=("host", "port"), descending=False)


class AllIdentityProviders(Export):
    """Of every organization in which the asker may see them; no address, mapping or secret of theirs."""

    kind, page = "export.identity_providers", "identity_providers"
    title = _("Export identity providers")
    permission = reads = Permission.IDENTITY_PROVIDERS_READ
    within = True
    columns: ClassVar[Columns] = {
        "id": attrgetter("id"),
        "organization": attrgetter("organization.slug"),
        **own("name", "slug", "kind", "state", "people", "provisions", "trusts_second_factor"),
        **own("allow_idp_initiated", "required_groups", "last_used_at", "live_at", "created_at"),
    }

    def find(self, **chosen: Any) -> Listing:
        return find_providers(self.actor)


class IdentityProviders(OfOrganization):
    kind, page = "export.organization_identity_providers", "organization_identity_providers"
    title = AllIdentityProviders.title
    permission = reads = Permission.IDENTITY_PROVIDERS_READ
    columns = AllIdentityProviders.columns

    def find(self, **chosen: Any) -> Listing:
        return Listing((standing_of(self.whose),), key=("id",))


class Policies(Export):
    """Of an organization or, without one, the platform's own."""

    kind, page = "export.policies", "policies"
    title = _("Export sign-in policies")
    permission = reads = Permission.POLICIES_READ
    columns: ClassVar[Columns] = {
        **own("id", "role"),
        "site": lambda policy: policy.site and policy.site.name,
        "strength": _strength,
        **own("methods", "authenticators", "idle_minutes", "absolute_minutes", "single_session"),
        **own("grace_until", "created_at"),
    }

    def find(self, **chosen: Any) -> Listing:
        return Listing((policies_of(self.organization),), key=("key",), descending=False)


class Sites(OfOrganization):
    """Those that the asker may see."""

    kind, page = "export.sites", "organization_sites"
    title = _("Export sites")
    permission = reads = Permission.SITES_READ
    within = True
    form_class = NameFilters
    columns = own("id", "name", "time_zone", "attributes", "created_at")

    def find(self, **chosen: Any) -> Listing:
        return find_sites(self.actor, self.whose, **chosen)


class Rooms(OfOrganization):
    """Those that the asker may see."""

    kind, page = "export.rooms", "rooms"
    title = _("Export rooms")
    permission = reads = Permission.HUBS_READ
    within = True
    columns: ClassVar[Columns] = {
        "id": attrgetter("id"),
        "site": attrgetter("site.name"),
        **own("name", "created_at"),
    }

    def form(self, sent: Mapping[str, str]) -> Filters:
        return RoomFilters(sent, viewer=self.actor, organization=self.whose)

    def find(self, **chosen: Any) -> Listing:
        return find_rooms(self.actor, self.whose, **chosen)


class HubGroups(OfOrganization):
    kind, page = "export.hub_groups", "hub_groups"
    title = _("Export groups of hubs")
    permission = reads = Permission.HUBS_READ
    within = True
    form_class = GroupFilters
    columns = own("id", "name", "size", "created_at")

    def find(self, **chosen: Any) -> Listing:
        return find_groups(self.whose, **chosen)


class EnrolmentCodes(OfOrganization):
    """Those that still let somebody in; never the codes themselves, which nobody keeps."""

    kind, page = "export.hub_codes", "hub_codes"
    title = _("Export enrolment codes")
    permission = reads = Permission.HUB_CODES_READ
    within = True
    columns: ClassVar[Columns] = {
        "id": attrgetter("id"),
        "site": lambda code: code.site and code.site.name,
        "room": lambda code: code.room and code.room.name,
        "hub": lambda code: code.hub and code.hub.serial,
        **own("model", "uses", "uses_left", "expires_at"),
        "created_by": lambda code: code.created_by and code.created_by.email,
        **own("created_at"),
    }

    def form(self, sent: Mapping[str, str]) -> Filters:
        return CodeFilters(sent, viewer=self.actor, organization=self.whose)

    def find(self, **chosen: Any) -> Listing:
        return find_codes(self.actor, self.whose, **chosen)


class Roles(OfOrganization):
    """Those that the organization made."""

    kind, page = "export.roles", "organization_roles"
    title = _("Export roles")
    permission = reads = Permission.ROLES_READ
    within = True
    columns = own("id", "name", "permissions", "created_at")

    def find(self, **chosen: Any) -> Listing:
        return Listing((custom_roles_of(self.whose),), key=("name",), descending=False)


class Conditions(OfOrganization):
    kind, page = "export.conditions", "organization_conditions"
    title = _("Export conditions")
    permission = reads = Permission.ROLES_READ
    columns = own("id", "name", "rule", "created_at")

    def find(self, **chosen: Any) -> Listing:
        return Listing((conditions_of(self.whose),), key=("name",), descending=False)


class Domains(OfOrganization):
    kind, page = "export.domains", "organization_domains"
    title = _("Export domains")
    permission = reads = Permission.DOMAINS_READ
    form_class = NameFilters
    columns = own("id", "name", "proved_at", "checked_at", "failing_since", "created_at")

    def find(self, **chosen: Any) -> Listing:
        return find_domains(self.whose, **chosen)


class Tokens(OfOrganization):
    """Of all its service accounts together."""

    kind, page = "export.organization_tokens", "organization_tokens"
    title = ApiTokens.title
    permission = reads = Permission.SERVICE_ACCOUNTS_READ
    form_class = TokenFilters
    columns = ApiTokens.columns

    def find(self, **chosen: Any) -> Listing:
        return find_all_tokens(organization=self.whose.slug, **chosen)
