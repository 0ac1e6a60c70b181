"""Service accounts are made, disabled and enabled."""

from typing import Any

from django.db import transaction

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag

from ..models import RoleBinding, ServiceAccount
from ..permissions import Permission
from ..principals import forget
from ..scope import Scope
from .common import save_named
from .demands import demand_permission, demand_to_bind_all
from .roles import Role, grant_role


@transaction.atomic
def create_service_account(
    *, organization: Any, name: str, actor: User, role: Role | None = None, site: Any = None
) -> ServiceAccount:
    """The organization has a service account, which holds `role` there or only at `site`.

    Without a role it may do nothing until it is granted one. Forbidden for more than the actor may pass on.
    """
    demand_permission(actor, Permission.SERVICE_ACCOUNTS_EDIT, organization)
    account = ServiceAccount(organization=organization, name=name, created_by=actor)
    save_named(account)
    record(
        Tag.SERVICE_ACCOUNT_CREATED,
        actor=actor,
        target=account,
        organization_id=account.organization_id,
    )
    if role is not None:
        scope = Scope(account.organization_id, site.pk if site else None)
        grant_role(user=account, role=role, scope=scope, actor=actor)
    return account


@transaction.atomic
def set_service_account_active(*, account: ServiceAccount, active: bool, actor: User) -> None:
    """The account's tokens work, or are refused from the next request on. Forbidden for who holds less than it does."""
    demand_permission(actor, Permission.SERVICE_ACCOUNTS_EDIT, account)
    held = RoleBinding.objects.filter(service_account=account)
    demand_to_bind_all(actor, held.select_related("custom_role"))
    if account.is_active == active:
        return
    account.is_active = active
    account.save(update_fields=["is_active"])
    forget()
    tag = Tag.SERVICE_ACCOUNT_ENABLED if active else Tag.SERVICE_ACCOUNT_DISABLED
    record(tag, actor=actor, target=account, organization_id=account.organization_id)
