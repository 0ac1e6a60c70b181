"""The lists that can be exported, each with its columns. Their names stay as they are: programs read the files."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.access.models import Membership
from accounts.access.permissions import Permission
from accounts.organizations.models import Organization
from hubs.life.selectors import look_at
from hubs.models import Hub
from hubs.operations.selectors import count_stages

from ..forms import (
    AdministratorFilters,
    AllTokenFilters,
    LockdownFilters,
    MessageFilters,
    PeopleFilters,
    SessionFilters,
)
from ..keyset import Listing
from ..pages import Filters
from ..sections.applications.forms import ApplicationFilters
from ..sections.hubs.forms.filters import AnyHubFilters, HubFilters, TaskFilters
from ..sections.organizations.forms.filters import (
    BindingFilters,
    MemberFilters,
    OrganizationFilters,
    ServiceAccountFilters,
)
from ..selectors.administrators import find_administrators
from ..selectors.applications import find_applications
from ..selectors.hubs import find_hubs, find_hubs_anywhere, find_tasks
from ..selectors.lockdowns import find_lockdowns
from ..selectors.organizations import find_bindings, find_members, find_organizations
from ..selectors.outbox import find_messages
from ..selectors.people import find_people, find_sessions
from ..selectors.service_accounts import find_all_tokens, find_service_accounts
from .work import Columns, Export


def own(*names: str) -> Columns:
    """Columns that the rows have under the same names."""
    return {name: attrgetter(name) for name in names}


def _tags(hub: Hub) -> list[str]:
    return sorted(tag.name for tag in hub.tags.all())


def _roles(member: Membership) -> list[str]:
    """Each by the name that programs know it by, and the site that it is held at."""
    held: Any = member.user
    return [
        f"{binding.role_key} @ {binding.site.name}" if binding.site else binding.role_key
        for binding in held.roles_here
    ]


class People(Export):
    kind, page = "export.people", "people"
    title = _("Export people")
    permission, reads = Permission.PEOPLE_EXPORT, Permission.PEOPLE_READ
    form_class = PeopleFilters
    columns = {
        **own("id", "email", "name", "is_active", "is_administrator", "is_deleted"),
        **own("is_locked_down", "email_confirmed_at", "created_at"),
        "last_sign_in_at": attrgetter("last_login"),
    }

    def find(self, **chosen: Any) -> Listing:
        return find_people(**chosen, whole=True)


class Sessions(Export):
    kind, page = "export.sessions", "sessions"
    title = _("Export sessions")
    permission, reads = Permission.PEOPLE_EXPORT, Permission.SESSIONS_READ
    form_class = SessionFilters
    columns = {
        "id": attrgetter("id"),
        "person": attrgetter("user_id"),
        "email": attrgetter("user.email"),
        **own("browser", "user_agent", "address", "proofs", "created_at", "last_seen_at"),
    }

    def find(self, **chosen: Any) -> Listing:
        return find_sessions(**chosen)


class Messages(Export):
    kind, page = "export.messages", "messages"
    title = _("Export messages")
    permission, reads = Permission.PEOPLE_EXPORT, Permission.MESSAGES_READ
    form_class = MessageFilters
    columns = own(
        "id", "channel", "template", "recipient", "language", "status", "attempts",
        "created_at", "sent_at", "expires_at", "last_error", "gateway", "delivery",
    )  # fmt: skip

    def find(self, **chosen: Any) -> Listing:
        return find_messages(**chosen)


class ApiTokens(Export):
    kind, page = "export.api_tokens", "api_tokens"
    title = _("Export API tokens")
    permission = reads = Permission.SERVICE_ACCOUNTS_READ
    form_class = AllTokenFilters
    columns = {
        **own("id", "name"),
        "organization": attrgetter("service_account.organization.slug"),
        "service_account": attrgetter("service_account.name"),
        "read_only": attrgetter("read_only"),
        "created_by": lambda token: token.created_by and token.created_by.email,
        **own("created_at", "expires_at", "revoked_at", "last_used_at", "last_used_from"),
    }

    def find(self, **chosen: Any) -> Listing:
        return find_all_tokens(**chosen)


class Applications(Export):
    """Of an organization or, without one, the platform's own."""

    kind, page = "export.applications", "applications"
    title = _("Export applications")
    permission = reads = Permission.APPLICATIONS_READ
    form_class = ApplicationFilters
    columns = own(
        "id", "name", "type", "auth_method", "is_active", "grants", "scopes", "redirect_uris",
        "logout_uris", "sign_ins", "created_at",
    )  # fmt: skip

    def find(self, **chosen: Any) -> Listing:
        return find_applications(self.organization, **chosen)


class AllHubs(Export):
    """Of every organization whose hubs the asker may see."""

    kind, page = "export.all_hubs", "all_hubs"
    title = _("Export hubs of all fleets")
    permission = reads = Permission.HUBS_READ
    within = True
    form_class = AnyHubFilters
    columns: ClassVar[Columns] = {
        "id": attrgetter("id"),
        "organization": attrgetter("organization.slug"),
        "site": lambda hub: hub.site and hub.site.name,
        "room": lambda hub: hub.room and hub.room.name,
        **own("name", "model", "serial", "firmware", "state", "state_reason", "state_since"),
        "standing": lambda hub: str(hub.standing),
        **own("seen_at", "enrolled_at", "created_at"),
    }

    def find(self, **chosen: Any) -> Listing:
        return find_hubs_anywhere(self.actor, **chosen, whole=True)

    def prepare(self, rows: list[Any]) -> None:
        look_at(rows)


class Organizations(Export):
    """Those that the asker may see."""

    kind, page = "export.organizations", "organizations"
    title = _("Export organizations")
    permission = reads = Permission.ORGANIZATIONS_READ
    within = True
    form_class = OrganizationFilters
    columns = own("id", "name", "slug", "is_active", "created_at")

    def find(self, **chosen: Any) -> Listing:
        return find_organizations(self.actor, **chosen)


class Administrators(Export):
    kind, page = "export.administrators", "administrators"
    title = _("Export administrators")
    form_class = AdministratorFilters
    permission = reads = Permission.ROLES_READ
    columns: ClassVar[Columns] = {
        "id": attrgetter("id"),
        "person": attrgetter("user_id"),
        "email": attrgetter("user.email"),
        "role": attrgetter("role"),
        "granted_by": lambda held: held.granted_by and held.granted_by.email,
        **own("granted_at", "expires_at", "has_factor"),
    }

    def find(self, **chosen: Any) -> Listing:
        return find_administrators(**chosen)


class Lockdowns(Export):
    kind, page = "export.lockdowns", "lockdowns"
    title = _("Export lockdowns")
    permission = reads = Permission.LOCKDOWNS_READ
    form_class = LockdownFilters
    columns: ClassVar[Columns] = {
        "id": attrgetter("id"),
        "person": lambda one: one.person and one.person.email,
        "organization": lambda one: one.organization and one.organization.slug,
        "reason": attrgetter("reason"),
        "started_by": lambda one: one.started_by and one.started_by.email,
        "started_at": attrgetter("started_at"),
        "lifted_by": lambda one: one.lifted_by and one.lifted_by.email,
        **own("lifted_at", "lifted_because"),
    }

    def find(self, **chosen: Any) -> Listing:
        return find_lockdowns(**chosen)


class OfOrganization(Export):
    @property
    def whose(self) -> Organization:
        assert self.organization
        return self.organization


class Hubs(OfOrganization):
    kind, page = "export.hubs", "fleet"
    title = _("Export hubs")
    permission = reads = Permission.HUBS_READ
    within = True
    columns = {name: of for name, of in AllHubs.columns.items() if name != "organization"} | {
        "tags": _tags
    }

    def form(self, sent: Mapping[str, str]) -> Filters:
        return HubFilters(sent, viewer=self.actor, organization=self.whose)

    def find(self, **chosen: Any) -> Listing:
        return find_hubs(self.actor, self.whose, **chosen, whole=True)

    def prepare(self, rows: list[Any]) -> None:
        look_at(rows)


class Members(OfOrganization):
    kind, page = "export.members", "organization_members"
    title = _("Export members")
    # Whoever looks after the members; to read them is given to many more.
    permission, reads = Permission.MEMBERS_INVITE, Permission.MEMBERS_READ
    form_class = MemberFilters
    columns: ClassVar[Columns] = {
        "id": attrgetter("id"),
        "person": attrgetter("user_id"),
        "email": attrgetter("user.email"),
        "name": attrgetter("user.name"),
        "roles": _roles,
        "is_active": attrgetter("user.is_active"),
        "joined_at": attrgetter("joined_at"),
    }

    def find(self, **chosen: Any) -> Listing:
        return find_members(self.whose, **chosen, whole=True)


class HubTasks(OfOrganization):
    kind, page = "export.hub_tasks", "hub_tasks"
    title = _("Export tasks of hubs")
    permission = reads = Permission.HUBS_READ
    within = True
    form_class = TaskFilters
    columns: ClassVar[Columns] = {
        **own("id", "kind", "addressed_to", "local_time"),
        "ordered_by": attrgetter("created_by_id"),
        **own("created_at", "cancelled_at", "hubs", "open", "done", "failed"),
    }

    def find(self, **chosen: Any) -> Listing:
        return find_tasks(self.actor, self.whose, **chosen)

    def prepare(self, rows: list[Any]) -> None:
        count_stages(rows)


class Bindings(OfOrganization):
    """Who holds what: of those sites alone where the asker may read it."""

    kind, page = "export.bindings", "organization_bindings"
    title = _("Export who holds what")
    permission = reads = Permission.ROLES_READ
    within = True
    form_class = BindingFilters
    columns: ClassVar[Columns] = {
        "id": attrgetter("id"),
        "person": attrgetter("user_id"),
        "email": lambda held: held.user and held.user.email,
        "service_account": lambda held: held.service_account and held.service_account.name,
        "role": attrgetter("role_key"),
        "site": lambda held: held.site and held.site.name,
        "condition": lambda held: held.condition and held.condition.name,
        "granted_by": lambda held: held.granted_by and held.granted_by.email,
        **own("granted_at", "expires_at"),
    }

    def find(self, **chosen: Any) -> Listing:
        return find_bindings(self.actor, self.whose, **chosen)


class ServiceAccounts(OfOrganization):
    kind, page = "export.service_accounts", "organization_service_accounts"
    title = _("Export service accounts")
    permission = reads = Permission.SERVICE_ACCOUNTS_READ
    form_class = ServiceAccountFilters
    columns = own("id", "name", "is_active", "live_tokens", "last_used_at", "created_at")

    def find(self, **chosen: Any) -> Listing:
        return find_service_accounts(self.whose, **chosen)
