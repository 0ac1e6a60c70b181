"""Organizations, sites, domains and policies are made, changed and removed here, each with its audit row."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused
from mago.core.ids import new_secret

from . import dns
from .models import Domain, Organization, SignInPolicy, Site

# How long a proved domain may fail its daily look-up before it is lost: a slip in a zone file is mended in days.
PATIENCE = timedelta(days=7)


@transaction.atomic
def create_organization(*, name: str, owner: User, actor: User, slug: str = "") -> Organization:
    """The organization exists, and `owner` is its first member and owns it."""
    organization = Organization(name=name, slug=slug or _free_slug(name))
    _save_named(organization, "slug", _("This short name is taken."))
    Membership.objects.create(organization=organization, user=owner)
    record(
        Tag.ORGANIZATION_CREATED,
        actor=actor,
        target=organization,
        organization_id=organization.pk,
        owner=owner.email,
    )
    grant_role(
        user=owner, role=RoleName.ORGANIZATION_OWNER, actor=None, scope=organization.access_scope
    )
    return organization


def _free_slug(name: str) -> str:
    slug = slugify(name)[:40] or "organization"
    if Organization.objects.filter(slug=slug).exists():
        slug = f"{slug}-{new_secret()[:6].lower().strip('-_')}"
    return slug


@transaction.atomic
def rename_organization(*, organization: Organization, name: str, actor: User) -> None:
    """The organization has this name; its short name stays, as addresses hold it."""
    before, organization.name = organization.name, name
    organization.save(update_fields=["name"])
    record(
        Tag.ORGANIZATION_EDITED,
        actor=actor,
        target=organization,
        organization_id=organization.pk,
        before=before,
        after=name,
    )


@transaction.atomic
def set_organization_active(
    *, organization: Organization, active: bool, actor: User, reason: str = ""
) -> None:
    """What the organization granted counts, or counts no longer, from the next request on."""
    organization.is_active = active
    organization.save(update_fields=["is_active"])
    tag = Tag.ORGANIZATION_ENABLED if active else Tag.ORGANIZATION_DISABLED
    record(tag, actor=actor, target=organization, organization_id=organization.pk, reason=reason)


# --- sites ---


@transaction.atomic
def create_site(
    *,
    organization: Organization,
    name: str,
    actor: User,
    time_zone: str = "UTC",
    attributes: dict[str, str] | None = None,
) -> Site:
    """The organization has a site of that name."""
    site = Site(
        organization=organization, name=name, time_zone=time_zone, attributes=attributes or {}
    )
    _save_named(site, "name", _("This name is taken."))
    record(Tag.SITE_CREATED, actor=actor, target=site, organization_id=organization.pk)
    return site


@transaction.atomic
def edit_site(
    *, site: Site, name: str, time_zone: str, attributes: dict[str, str], actor: User
) -> None:
    """The site is as given; conditions that ask for its attributes count by the new ones at once."""
    before = {"name": site.name, "time_zone": site.time_zone, "attributes": site.attributes}
    site.name, site.time_zone, site.attributes = name, time_zone, attributes
    _save_named(site, "name", _("This name is taken."))
    after = {"name": name, "time_zone": time_zone, "attributes": attributes}
    record(
        Tag.SITE_EDITED,
        actor=actor,
        target=site,
        organization_id=site.organization_id,
        before=before,
        after=after,
    )


@transaction.atomic
def remove_site(*, site: Site, actor: User) -> None:
    """The site is gone, with the roles that were held at it."""
    record(Tag.SITE_REMOVED, actor=actor, target=site, organization_id=site.organization_id)
    site.delete()


# --- domains ---


@transaction.atomic
def claim_domain(*, organization: Organization, name: str, actor: User) -> Domain:
    """The organization says that the domain is its own; it counts once the DNS shows it (`prove_domain`)."""
    domain = Domain(organization=organization, name=name.strip().lower().rstrip("."))
    _save_named(domain, "name", _("You have claimed this domain already."))
    record(Tag.DOMAIN_CLAIMED, actor=actor, target=domain, organization_id=organization.pk)
    return domain


def record_to_set(domain: Domain) -> tuple[str, str]:
    """Name and text of the TXT record that proves the domain."""
    return f"_mago-challenge.{domain.name}", f"mago-domain={domain.challenge}"


def prove_domain(*, domain: Domain, actor: User | None) -> None:
    """The domain counts as the organization's. Refused while the DNS does not show the record, Conflict where another has it."""
    name, text = record_to_set(domain)
    try:
        shown = text in dns.texts_of(name)
    except dns.Unreachable:
        raise Refused(
            _("The DNS did not answer. Try again in a few minutes."), code="dns_unreachable"
        ) from None
    if not shown:
        words = _(
            "There is no TXT record %(name)s with that text yet. New records take minutes, sometimes hours."
        )
        raise Refused(words % {"name": name}, code="not_shown")
    now = timezone.now()
    try:
        with transaction.atomic():
            domain.proved_at, domain.checked_at, domain.failing_since = (
                domain.proved_at or now,
                now,
                None,
            )
            domain.save(update_fields=["proved_at", "checked_at", "failing_since"])
            record(
                Tag.DOMAIN_PROVED,
                actor=actor,
                target=domain,
                organization_id=domain.organization_id,
            )
    except IntegrityError:
        raise Conflict(
            _("Another organization has proved this domain."), code="domain_taken"
        ) from None


def recheck_domain(domain: Domain) -> None:
    """A proved domain is looked up again; one that has failed for a week is lost. No answer changes nothing."""
    name, text = record_to_set(domain)
    try:
        shown = text in dns.texts_of(name)
    except dns.Unreachable:
        return
    now = timezone.now()
    with transaction.atomic():
        domain.checked_at = now
        domain.failing_since = None if shown else domain.failing_since or now
        if domain.failing_since and now - domain.failing_since >= PATIENCE:
            domain.proved_at = None
            record(Tag.DOMAIN_LOST, target=domain, organization_id=domain.organization_id)
        domain.save(update_fields=["proved_at", "checked_at", "failing_since"])


@transaction.atomic
def remove_domain(*, domain: Domain, actor: User) -> None:
    """The organization claims the domain no longer."""
    record(Tag.DOMAIN_REMOVED, actor=actor, target=domain, organization_id=domain.organization_id)
    domain.delete()


# --- sign-in policies ---

FIELDS = (
    "strength",
    "methods",
    "idle_minutes",
    "absolute_minutes",
    "single_session",
    "grace_until",
)


@transaction.atomic
def set_policy(
    *,
    organization: Organization | None,
    actor: User,
    site: Site | None = None,
    role: str | None = None,
    **demands: Any,
) -> SignInPolicy:
    """The policy of this organization, site and role demands this; running sessions answer to it at their next request."""
    policy = SignInPolicy.objects.everywhere(reason="the key names the organization").filter(
        organization=organization, site=site, role=role or None
    ).select_for_update().first() or SignInPolicy(
        organization=organization, site=site, role=role or None
    )
    before = {name: _plain(getattr(policy, name)) for name in FIELDS}
    for name in FIELDS:
        setattr(policy, name, demands.get(name, getattr(policy, name)))
    policy.updated_by = actor
    policy.save()
    after = {name: _plain(getattr(policy, name)) for name in FIELDS}
    record(
        Tag.POLICY_EDITED,
        actor=actor,
        target=policy,
        organization_id=policy.organization_id,
        before=before,
        after=after,
    )
    return policy


@transaction.atomic
def remove_policy(*, policy: SignInPolicy, actor: User) -> None:
    """It demands nothing any more."""
    before = {name: _plain(getattr(policy, name)) for name in FIELDS}
    record(
        Tag.POLICY_REMOVED,
        actor=actor,
        target=policy,
        organization_id=policy.organization_id,
        before=before,
    )
    policy.delete()


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _save_named(row: Any, field: str, message: str) -> None:
    """`row` is saved; a name that is taken is refused beside its field."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(message, code="name_taken", fields={field: [message]}) from None
