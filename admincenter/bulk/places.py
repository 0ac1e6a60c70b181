"""Organizations are disabled and enabled, sites and domains given up, many at once."""

from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from accounts.models import User
from accounts.organizations.models import Domain, Organization, Site
from accounts.organizations.selectors import domains_of, sites_of, visible_to
from accounts.organizations.services import remove_domain, remove_site, set_organization_active
from hubs.models import Hub
from mago.audit.tags import Tag
from mago.jobs.models import Item

from ..keyset import Listing
from ..sections.organizations.forms.filters import NameFilters, OrganizationFilters
from ..selectors.organizations import find_domains, find_organizations, find_sites
from .rows import Rows, RowsWork, Switch


class Organizations(Rows):
    page, reads = "organizations", Permission.ORGANIZATIONS_READ
    within = True
    form_class = OrganizationFilters

    def find(self, **chosen: Any) -> Listing:
        return find_organizations(self.viewer, **chosen)

    def all(self) -> QuerySet[Organization]:
        return visible_to(self.viewer)

    def place(self, row: Organization) -> None:
        """Whom the platform lets in is the platform's to say."""


class _SwitchOrganizations(Switch):
    rows, permission = Organizations, Permission.ORGANIZATIONS_CREATE
    changes = (Tag.ORGANIZATION_DISABLED, Tag.ORGANIZATION_ENABLED)

    def act(self, row: Organization, item: Item) -> None:
        set_organization_active(
            organization=row, active=self.active, actor=self.actor, reason=self.reason
        )


class EnableOrganizations(_SwitchOrganizations):
    kind = "organizations.enable"
    title = gettext_lazy("Enable organizations")
    undone_by = "organizations.disable"
    active = True


class DisableOrganizations(_SwitchOrganizations):
    kind = "organizations.disable"
    title = gettext_lazy("Disable organizations")
    warning = gettext_lazy("Their people, programs and hubs are out from the next request on.")
    undone_by = "organizations.enable"
    active = False


class Sites(Rows):
    page, reads = "organization_sites", Permission.SITES_READ
    within = True
    form_class = NameFilters

    def find(self, **chosen: Any) -> Listing:
        return find_sites(self.viewer, self.whose, **chosen)

    def all(self) -> QuerySet[Site]:
        return sites_of(self.viewer, self.whose)

    def place(self, row: Site) -> Organization:
        return self.whose

    def prepare(self, rows: list[Any]) -> None:
        standing = Hub.objects.of(self.whose).filter(site__in=rows).order_by()
        in_use = set(standing.values_list("site", flat=True).distinct())
        for row in rows:
            row.is_in_use = row.pk in in_use


class RemoveSites(RowsWork):
    """With their rooms, policies and roles, as `remove_site` has it."""

    kind, rows, permission = "sites.remove", Sites, Permission.SITES_CREATE
    title = gettext_lazy("Remove sites")
    warning = gettext_lazy(
        "Their rooms, their sign-in policies and the roles that are held at them go with them. This cannot be undone."
    )

    @classmethod
    def spared(cls, row: Site, actor: User) -> str | Promise:
        if getattr(row, "is_in_use", False):
            return _("There are hubs at this site. Move them elsewhere first.")
        return ""

    def act(self, row: Site, item: Item) -> None:
        remove_site(site=row, actor=self.actor)


class Domains(Rows):
    page, reads = "organization_domains", Permission.DOMAINS_READ
    form_class = NameFilters

    def find(self, **chosen: Any) -> Listing:
        return find_domains(self.whose, **chosen)

    def all(self) -> QuerySet[Domain]:
        return domains_of(self.whose)


class RemoveDomains(RowsWork):
    kind, rows, permission = "domains.remove", Domains, Permission.DOMAINS_EDIT
    title = gettext_lazy("Give domains up")
    warning = gettext_lazy("Each has to be proved anew before it counts again.")

    def act(self, row: Domain, item: Item) -> None:
        remove_domain(domain=row, actor=self.actor, reason=self.reason)


Organizations.kinds = (EnableOrganizations, DisableOrganizations)
Sites.kinds = (RemoveSites,)
Domains.kinds = (RemoveDomains,)
