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
from accounts.access.selectors.in_charge import owners_of
from accounts.access.services import (
    Role,
    demand_permission,
    grant_role,
    join,
    permissions_in,
    remove_member,
    revoke_role,
)
from accounts.models import User
from accounts.organizations.models import Organization, Site
from accounts.organizations.selectors import members_of
from mago.audit.tags import Tag
from mago.core.errors import Conflict
from mago.jobs.models import Item, Job

from ..keyset import Listing
from ..pages import Filters
from ..sections.organizations.forms.filters import BindingFilters, MemberFilters
from ..selectors.organizations import find_bindings, find_members
from .rows import Rows, RowsWork, leave_what_changed_since, not_to_oneself
from .work import ActorsWork

_MEMBERSHIP = (Tag.MEMBER_JOINED, Tag.MEMBER_LEFT, Tag.MEMBER_REMOVED)


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

    def prepare(self, rows: list[Any]) -> None:
        sole = _sole_owner(self.whose)
        for row in rows:
            row.is_last = row.user_id == sole


class RemoveMembers(RowsWork):
    kind, rows, permission = "members.remove", Members, Permission.MEMBERS_REMOVE
    title = gettext_lazy("Remove members")
    warning = gettext_lazy("They lose every role here at once.")
    undone_by = "members.restore"

    @classmethod
    def spared(cls, row: Membership, actor: User) -> str | Promise:
        if row.user_id == actor.pk:
            return not_to_oneself()
        return _last_owner(row)

    def act(self, row: Membership, item: Item) -> None:
        # Nobody takes one of them back meanwhile, who would find it given again.
        held = RoleBinding.objects.filter(user=row.user, organization=row.organization_id)
        held = held.select_related("custom_role").select_for_update(of=("self",))
        kept = [_kept(one) for one in held.order_by("granted_at", "pk")]
        remove_member(membership=row, actor=self.actor, reason=self.reason)
        self.keep(item, person=str(row.user_id), roles=kept, at=timezone.now().isoformat())


class Bindings(Rows):
    page, reads = "organization_bindings", Permission.ROLES_READ
    within = True
    form_class = BindingFilters

    def find(self, **chosen: Any) -> Listing:
        return find_bindings(self.viewer, self.whose, **chosen)

    def all(self) -> QuerySet[RoleBinding]:
        (found,) = find_bindings(self.viewer, self.whose).queries
        return found

    def label(self, row: RoleBinding) -> str:
        # By the address, by which it is forgotten with the person.
        return f"{row.user.email if row.user else row.service_account} · {row.role_name}"

    def prepare(self, rows: list[Any]) -> None:
        sole = _sole_owner(self.whose)
        for row in rows:
            is_owner = row.role == RoleName.ORGANIZATION_OWNER and row.site_id is None
            row.is_last = is_owner and row.user_id == sole


class RevokeRoles(RowsWork):
    kind, rows, permission = "roles.revoke", Bindings, Permission.ROLES_BIND
    title = gettext_lazy("Take roles back")
    undone_by = "roles.grant_again"

    @classmethod
    def spared(cls, row: RoleBinding, actor: User) -> str | Promise:
        if row.user_id == actor.pk:
            return not_to_oneself()
        return _last_owner(row)

    def act(self, row: RoleBinding, item: Item) -> None:
        kept = _kept(row)
        revoke_role(binding=row, actor=self.actor, reason=self.reason)
        holder = "person" if row.user_id else "account"
        key = str(row.user_id or row.service_account_id)
        self.keep(item, **{holder: key}, roles=[kept], at=timezone.now().isoformat())


class GrantAgain(ActorsWork):
    """`subject`: {"person" or "account": the key, "roles": as `_kept` has them, "at": when they were taken back}.

    What anybody has decided since stands.
    """

    title = gettext_lazy("Grant again what was taken back")

    def do(self, item: Item) -> None:
        # With the rights that whoever asked has now.
        anew = type(self)(self.job)
        subject, organization = item.subject, _whose(self.job)
        anew.restore(organization, _holder(organization, subject), subject)

    def restore(self, organization: Organization, to: User | ServiceAccount, subject: Any) -> None:
        if isinstance(to, User):
            leave_what_changed_since(subject["at"], _MEMBERSHIP, to, organization)
        self.grant(organization, to, subject["roles"])

    def grant(
        self, organization: Organization, to: User | ServiceAccount, kept: Iterable[Any]
    ) -> None:
        for one in kept:
            terms = _terms(organization, one)
            if terms["expires_at"] and terms["expires_at"] <= timezone.now():
                raise Conflict(_("This role would have ended by now."), code="expired")
            if _is_held(to, terms["role"], terms["scope"]):
                raise _changed_since()
            if permissions_in(terms["role"], terms["scope"]) - set(one["permissions"]):
                raise Conflict(_("This role holds more by now than it did."), code="changed_since")
            grant_role(user=to, actor=self.actor, reason=self.reason, **terms)


class RestoreMembers(GrantAgain):
    """They are members again, with the roles that they held. What has ended meanwhile stays so.

    As for whoever invites them, it takes the right to grant roles. Who came, left or was removed since is left alone.
    """

    title = gettext_lazy("Bring removed members back")

    def restore(self, organization: Organization, to: User | ServiceAccount, subject: Any) -> None:
        assert isinstance(to, User)
        for permission in (Permission.MEMBERS_INVITE, Permission.ROLES_BIND):
            demand_permission(self.actor, permission, organization)
        if not (organization.is_active and to.is_active):
            raise Conflict(_("This account is disabled."), code="disabled")
        leave_what_changed_since(subject["at"], _MEMBERSHIP, to, organization)
        if not join(organization=organization, user=to, actor=self.actor):
            raise _changed_since()
        now = timezone.now().isoformat()
        roles = subject["roles"]
        lasting = [one for one in roles if not one["expires_at"] or one["expires_at"] > now]
        self.grant(organization, to, lasting)


def _sole_owner(organization: Organization) -> UUID | None:
    """Who owns it, where that is one person."""
    owners = list(owners_of(organization.pk).values_list("pk", flat=True)[:2])
    return owners[0] if len(owners) == 1 else None


def _last_owner(row: Any) -> str:
    # Known in a dry run alone; as it is done, the service asks.
    if getattr(row, "is_last", False):
        return _("This is the last owner. Hand the ownership over first.")
    return ""


def _changed_since() -> Conflict:
    return Conflict(_("Somebody has changed this since."), code="changed_since")


def _is_held(by: User | ServiceAccount, role: Role, scope: Scope) -> bool:
    which: dict[str, Any] = {"custom_role": role} if isinstance(role, CustomRole) else {"role": role.value}  # fmt: skip
    whose: dict[str, Any] = {"user": by} if isinstance(by, User) else {"service_account": by}
    held = RoleBinding.objects.filter(
        **which, **whose, organization=scope.organization_id, site=scope.site_id
    )
    return held.exists()


def _whose(job: Job) -> Organization:
    assert job.organization_id
    return Organization.objects.get(pk=job.organization_id)


def _kept(binding: RoleBinding) -> dict[str, Any]:
    """What it takes to grant it again, as JSON has it."""
    return {
        "permissions": sorted(binding.permissions),
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
