"""Members of an organization are removed, and roles taken back, many at once; and both again, where that was a mistake."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.models import Condition, CustomRole, Membership, RoleBinding, ServiceAccount
from accounts.access.permissions import Permission
from accounts.access.roles import RoleName
from accounts.access.scope import Scope
from accounts.access.services import (
    demand_permission,
    grant_role,
    join,
    remove_member,
    revoke_role,
)
from accounts.models import User
from accounts.organizations.models import Organization, Site
from accounts.organizations.selectors import members_of
from mago.core.errors import Conflict
from mago.jobs.models import Item, Job

from ..keyset import Listing
from ..pages import Filters
from ..sections.organizations.forms.filters import BindingFilters, MemberFilters
from ..selectors.organizations import find_bindings, find_members
from .rows import Rows, RowsWork
from .work import ActorsWork


class Members(Rows):
    page, reads = "organization_members", Permission.MEMBERS_READ

    def form(self, sent: Mapping[str, str]) -> Filters:
        return MemberFilters(sent, looks_after=Permission.MEMBERS_INVITE in self.held)

    def find(self, **chosen: Any) -> Listing:
        return find_members(self.whose, **chosen, whole=True)

    def all(self) -> QuerySet[Membership]:
        return members_of(self.whose)

    def label(self, row: Membership) -> str:
        return row.user.email


class RemoveMembers(RowsWork):
    kind, rows, permission = "members.remove", Members, Permission.MEMBERS_REMOVE
    title = gettext_lazy("Remove members")
    undone_by = "members.restore"

    @classmethod
    def spared(cls, row: Membership, actor: User) -> str | Promise:
        own = row.user_id == actor.pk
        return _("You are not removed with others. Remove yourself by itself.") if own else ""

    def act(self, row: Membership, item: Item) -> None:
        held = RoleBinding.objects.filter(user=row.user, organization=row.organization_id)
        kept = [_kept(one) for one in held.order_by("granted_at", "pk")]
        remove_member(membership=row, actor=self.actor, reason=self.reason)
        self.keep(item, person=str(row.user_id), roles=kept)


class Bindings(Rows):
    page, reads = "organization_bindings", Permission.ROLES_READ
    within = True
    form_class = BindingFilters

    def find(self, **chosen: Any) -> Listing:
        return find_bindings(self.viewer, self.whose, **chosen)

    def all(self) -> QuerySet[RoleBinding]:
        (found,) = find_bindings(self.viewer, self.whose).queries
        return found


class RevokeRoles(RowsWork):
    kind, rows, permission = "roles.revoke", Bindings, Permission.ROLES_BIND
    title = gettext_lazy("Take roles back")
    undone_by = "roles.grant_again"

    @classmethod
    def spared(cls, row: RoleBinding, actor: User) -> str | Promise:
        own = row.user_id == actor.pk
        return _("Your own roles are not taken back with others’.") if own else ""

    def act(self, row: RoleBinding, item: Item) -> None:
        kept = _kept(row)
        revoke_role(binding=row, actor=self.actor, reason=self.reason)
        holder = "person" if row.user_id else "account"
        self.keep(item, **{holder: str(row.user_id or row.service_account_id)}, roles=[kept])


class GrantAgain(ActorsWork):
    """`subject`: {"person" or "account": the key, "roles": as `_kept` has them}."""

    title = gettext_lazy("Grant again what was taken back")

    def do(self, item: Item) -> None:
        # With the rights that whoever asked has now.
        type(self)(self.job).restore(item.subject)

    def restore(self, subject: Any) -> None:
        organization = _whose(self.job)
        self._grant(organization, _holder(organization, subject), subject["roles"])

    def _grant(
        self, organization: Organization, to: User | ServiceAccount, kept: Iterable[Any]
    ) -> None:
        for one in kept:
            terms = _terms(organization, one)
            if terms["expires_at"] and terms["expires_at"] <= timezone.now():
                raise Conflict(_("This role would have ended by now."), code="expired")
            grant_role(user=to, actor=self.actor, reason=self.reason, **terms)


class RestoreMembers(GrantAgain):
    """They are members again, with the roles that they held. What has ended or is gone meanwhile stays so."""

    title = gettext_lazy("Bring removed members back")

    def restore(self, subject: Any) -> None:
        organization = _whose(self.job)
        demand_permission(self.actor, Permission.MEMBERS_INVITE, organization)
        person = _holder(organization, subject)
        assert isinstance(person, User)
        if not join(organization=organization, user=person, actor=self.actor):
            raise Conflict(_("This person is a member already."), code="unchanged")
        now = timezone.now().isoformat()
        self._grant(
            organization,
            person,
            [one for one in subject["roles"] if not one["expires_at"] or one["expires_at"] > now],
        )


def _whose(job: Job) -> Organization:
    assert job.organization_id
    return Organization.objects.get(pk=job.organization_id)


def _kept(binding: RoleBinding) -> dict[str, Any]:
    """What it takes to grant it again, as JSON has it."""
    return {
        "role": binding.role,
        "custom_role": str(binding.custom_role_id) if binding.custom_role_id else None,
        "site": str(binding.site_id) if binding.site_id else None,
        "condition": str(binding.condition_id) if binding.condition_id else None,
        "expires_at": binding.expires_at.isoformat() if binding.expires_at else None,
    }


def _terms(organization: Organization, kept: Any) -> dict[str, Any]:
    """The same for who grants it. Conflict where something of it is gone."""
    own = _one(CustomRole.objects.of(organization), kept["custom_role"])
    site = _one(Site.objects.of(organization), kept["site"])
    expires_at = kept["expires_at"]
    return {
        "role": own or RoleName(kept["role"]),
        "scope": Scope(organization.pk, site.pk if site else None),
        "condition": _one(Condition.objects.of(organization), kept["condition"]),
        "expires_at": datetime.fromisoformat(expires_at) if expires_at else None,
    }


def _holder(organization: Organization, subject: Any) -> User | ServiceAccount:
    if key := subject.get("account"):
        account: ServiceAccount = _one(ServiceAccount.objects.of(organization), key)
        return account
    person: User = _one(User.objects.all(), subject["person"])
    return person


def _one(rows: QuerySet[Any], key: str | None) -> Any:
    """The row, or None where no key is given; Conflict where there was one."""
    if key is None:
        return None
    if (found := rows.filter(pk=UUID(key)).first()) is None:
        raise Conflict(_("What this takes does not exist any more."), code="gone")
    return found


Members.kinds = (RemoveMembers,)
Bindings.kinds = (RevokeRoles,)
