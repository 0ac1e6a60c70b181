"""Organizations are made, renamed, and no longer let in."""

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.access.models import Membership
from accounts.access.permissions import Permission
from accounts.access.principals import forget
from accounts.access.roles import RoleName
from accounts.access.services import demand_permission
from accounts.access.services.common import save_named
from accounts.access.services.roles import bind
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict
from mago.core.ids import new_secret

from ..models import Organization


@transaction.atomic
def create_organization(
    *, name: str, owner: User, actor: User | None, slug: str = ""
) -> Organization:
    """The organization exists, and `owner` is its first member and owns it. Who may make one is asked by the door."""
    organization = Organization(name=name, slug=slug or _free_slug(name))
    save_named(organization, "slug", _("This short name is taken."))
    Membership.objects.create(organization=organization, user=owner)
    record(
        Tag.ORGANIZATION_CREATED,
        actor=actor,
        target=organization,
        organization_id=organization.pk,
        owner=owner.email,
    )
    # Nobody holds anything there yet, so that nobody could be asked whether they may pass it on.
    bind(user=owner, role=RoleName.ORGANIZATION_OWNER, by=actor, scope=organization.access_scope)
    return organization


def _free_slug(name: str) -> str:
    slug = slugify(name)[:40] or "organization"
    if Organization.objects.filter(slug=slug).exists():
        slug = f"{slug}-{new_secret()[:6].lower().strip('-_')}"
    return slug


@transaction.atomic
def rename_organization(*, organization: Organization, name: str, actor: User) -> None:
    """The organization has this name; its short name stays, as addresses hold it."""
    demand_permission(actor, Permission.ORGANIZATIONS_EDIT, organization)
    before, organization.name = organization.name, name
    organization.save(update_fields=["name"])
    record(
        Tag.ORGANIZATION_EDITED,
        actor=actor,
        target=organization,
        organization_id=organization.pk,
        before={"name": before},
        after={"name": name},
    )


@transaction.atomic
def set_organization_active(
    *, organization: Organization, active: bool, actor: User, reason: str = ""
) -> None:
    """What the organization granted counts, or counts no longer, from the next request on."""
    # Whom the platform lets in is the platform's to say: no owner could take it back.
    demand_permission(actor, Permission.ORGANIZATIONS_CREATE)
    # As it is now, and nobody locks it down meanwhile.
    known = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if known.is_active == active:
        if not active:
            _keep_out(known, actor, reason)
        return
    # Lockdowns lie above; the organization knows its own.
    if active and organization.lockdowns.filter(lifted_at=None).exists():
        raise Conflict(_("This was locked down: lift that."), code="shut_out")
    organization.is_active = active
    organization.save(update_fields=["is_active"])
    forget()
    tag = Tag.ORGANIZATION_ENABLED if active else Tag.ORGANIZATION_DISABLED
    record(tag, actor=actor, target=organization, organization_id=organization.pk, reason=reason)


def _keep_out(organization: Organization, actor: User, reason: str) -> None:
    """What is disabled while it is locked down is so still when that is lifted."""
    in_force = organization.lockdowns.filter(lifted_at=None, was_active=True)
    if in_force.update(was_active=False):
        record(
            Tag.ORGANIZATION_DISABLED,
            actor=actor,
            target=organization,
            organization_id=organization.pk,
            reason=reason,
        )
