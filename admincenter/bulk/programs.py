"""Programs are disabled and enabled, and their tokens revoked, many at once."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.models import ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.services import set_service_account_active
from accounts.models import User
from accounts.provider.models import ApiToken, Application
from accounts.provider.selectors import applications_of
from accounts.provider.services import revoke_api_token, set_application_active
from mago.audit.tags import Tag
from mago.jobs.models import Item

from ..forms import AllTokenFilters, TokenFilters
from ..keyset import Listing
from ..pages import Filters
from ..sections.applications.forms import ApplicationFilters
from ..sections.organizations.forms.filters import ServiceAccountFilters
from ..selectors.applications import find_applications
from ..selectors.service_accounts import find_all_tokens, find_service_accounts
from .rows import Rows, RowsWork, Switch


class ServiceAccounts(Rows):
    page, reads = "organization_service_accounts", Permission.SERVICE_ACCOUNTS_READ
    form_class = ServiceAccountFilters

    def find(self, **chosen: Any) -> Listing:
        return find_service_accounts(self.whose, **chosen)

    def all(self) -> QuerySet[ServiceAccount]:
        found: QuerySet[ServiceAccount] = ServiceAccount.objects.of(self.whose)
        return found


class Applications(Rows):
    """Of an organization or, without one, the platform's own."""

    page, reads = "applications", Permission.APPLICATIONS_READ
    form_class = ApplicationFilters

    def find(self, **chosen: Any) -> Listing:
        return find_applications(self.organization, **chosen)

    def all(self) -> QuerySet[Application]:
        return applications_of(self.organization)

    def label(self, row: Application) -> str:
        return row.name


class DisableServiceAccounts(Switch):
    kind, rows, permission = (
        "service_accounts.disable",
        ServiceAccounts,
        Permission.SERVICE_ACCOUNTS_EDIT,
    )
    title = gettext_lazy("Disable service accounts")
    changes = (Tag.SERVICE_ACCOUNT_DISABLED, Tag.SERVICE_ACCOUNT_ENABLED)
    undone_by = "service_accounts.enable"
    active = False

    def act(self, row: ServiceAccount, item: Item) -> None:
        set_service_account_active(account=row, active=self.active, actor=self.actor)


class EnableServiceAccounts(DisableServiceAccounts):
    kind = "service_accounts.enable"
    title = gettext_lazy("Enable service accounts")
    undone_by = "service_accounts.disable"
    active = True


class DisableApplications(Switch):
    kind, rows, permission = "applications.disable", Applications, Permission.APPLICATIONS_EDIT
    title = gettext_lazy("Disable applications")
    changes = (Tag.APPLICATION_DISABLED, Tag.APPLICATION_ENABLED)
    undone_by = "applications.enable"
    active = False

    def act(self, row: Application, item: Item) -> None:
        set_application_active(application=row, active=self.active, actor=self.actor)


class EnableApplications(DisableApplications):
    kind = "applications.enable"
    title = gettext_lazy("Enable applications")
    undone_by = "applications.disable"
    active = True


class Tokens(Rows):
    """Of all organizations or, with one, of its service accounts."""

    page, reads = "api_tokens", Permission.SERVICE_ACCOUNTS_READ
    form_class: ClassVar[type[Filters]] = AllTokenFilters

    def find(self, **chosen: Any) -> Listing:
        return find_all_tokens(**chosen)

    def all(self) -> QuerySet[ApiToken]:
        of = self.organization.slug if self.organization else ""
        (found,) = find_all_tokens(organization=of).queries
        return found

    def address(self) -> str:
        if self.organization:
            return reverse("admincenter:organization_tokens", args=[self.organization.slug])
        return super().address()

    def place(self, row: ApiToken) -> ServiceAccount:
        return row.service_account

    def label(self, row: ApiToken) -> str:
        return f"{row.service_account} · {row.name}"


class OrganizationTokens(Tokens):
    page = "organization_tokens"
    form_class = TokenFilters

    def find(self, **chosen: Any) -> Listing:
        return find_all_tokens(**chosen, organization=self.whose.slug)


class RevokeTokens(RowsWork):
    kind, rows, permission = "api_tokens.revoke", Tokens, Permission.SERVICE_ACCOUNTS_EDIT
    title = gettext_lazy("Revoke API tokens")
    warning = gettext_lazy(
        "The programs that use them are refused from the next request on. This cannot be undone."
    )

    @classmethod
    def spared(cls, row: ApiToken, actor: User) -> str | Promise:
        return _("This token is revoked already.") if row.revoked_at else ""

    def act(self, row: ApiToken, item: Item) -> None:
        revoke_api_token(token=row, actor=self.actor, reason=self.reason)


ServiceAccounts.kinds = (EnableServiceAccounts, DisableServiceAccounts)
Applications.kinds = (EnableApplications, DisableApplications)
Tokens.kinds = (RevokeTokens,)
