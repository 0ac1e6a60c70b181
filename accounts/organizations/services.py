"""Organizations, sites, domains and policies are made, changed and removed here, each with its audit row."""

import re
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import RestrictedError
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.access.facts import Strength
from accounts.access.methods import Means, SignInMethod
from accounts.access.models import CustomRole, Membership
from accounts.access.permissions import Permission
from accounts.access.principals import forget
from accounts.access.roles import RoleName
from accounts.access.services import demand_permission, grant_role
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Conflict, NotFound, Refused
from mago.core.ids import new_secret

from . import dns
from .domains import BadDomain, normalize_domain
from .models import Domain, Organization, SignInPolicy, Site
from .selectors import demand_on

# How long a proved domain may fail its daily look-up before it is lost: a slip in a zone file is mended in days.
PATIENCE = timedelta(days=7)
# A year: whoever demands more than that has mistyped it.
LONGEST_MINUTES = 60 * 24 * 366


@transaction.atomic
def create_organization(
    *, name: str, owner: User, actor: User | None, slug: str = ""
) -> Organization:
    """The organization exists, and `owner` is its first member and owns it. Who may make one is asked by the door."""
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
    demand_permission(actor, Permission.ORGANIZATIONS_EDIT, organization)
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
    # Whom the platform lets in is the platform's to say: no owner could take it back.
    demand_permission(actor, Permission.ORGANIZATIONS_CREATE)
    if organization.is_active == active:
        return
    # Lockdowns lie above; the organization knows its own.
    if active and organization.lockdowns.filter(lifted_at=None).exists():
        raise Conflict(_("This was locked down: lift that."), code="shut_out")
    organization.is_active = active
    organization.save(update_fields=["is_active"])
    forget()
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
    demand_permission(actor, Permission.SITES_CREATE, organization)
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
    demand_permission(actor, Permission.SITES_EDIT, site)
    if attributes != site.attributes:
        # Conditions ask for them: they decide who may do what there.
        demand_permission(actor, Permission.CONDITIONS_EDIT, site)
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
    """The site is gone, with its rooms and the roles that were held at it. Conflict while hubs are there."""
    # Its roles end with it, so it asks for more than to look after it.
    demand_permission(actor, Permission.SITES_CREATE, site.organization)
    record(Tag.SITE_REMOVED, actor=actor, target=site, organization_id=site.organization_id)
    try:
        site.delete()
    except RestrictedError:
        words = _("There are hubs at this site. Move them elsewhere first.")
        raise Conflict(words, code="site_in_use") from None


# --- domains ---


@transaction.atomic
def claim_domain(*, organization: Organization, name: str, actor: User) -> Domain:
    """The organization says that the domain is its own; it counts once the DNS shows it (`prove_domain`)."""
    demand_permission(actor, Permission.DOMAINS_EDIT, organization)
    try:
        name = normalize_domain(name)
    except BadDomain:
        message = _("This is no name of a mail domain, such as example.com.")
        raise Refused(message, code="bad_domain", fields={"name": [message]}) from None
    domain = Domain(organization=organization, name=name)
    _save_named(domain, "name", _("You have claimed this domain already."))
    record(Tag.DOMAIN_CLAIMED, actor=actor, target=domain, organization_id=organization.pk)
    return domain


def record_to_set(domain: Domain) -> tuple[str, str]:
    """Name and text of the TXT record that proves the domain."""
    return f"_mago-challenge.{domain.name}", f"mago-domain={domain.challenge}"


def prove_domain(*, domain: Domain, actor: User) -> None:
    """The domain counts as the organization's. Refused while the DNS does not show the record, Conflict where another has it."""
    demand_permission(actor, Permission.DOMAINS_EDIT, domain)
    name, text = record_to_set(domain)
    try:
        shown = text in dns.texts_of(name)
    except dns.Unreachable:
        words = _("The DNS did not answer. Try again in a few minutes.")
        raise Refused(words, code="dns_unreachable") from None
    if not shown:
        words = _(
            "There is no TXT record %(name)s with that text yet. New records take minutes, sometimes hours."
        )
        raise Refused(words % {"name": name}, code="not_shown")
    try:
        with transaction.atomic():
            _note_proof(domain, actor)
    except IntegrityError:
        raise Conflict(
            _("Another organization has proved this domain."), code="domain_taken"
        ) from None
    domain.refresh_from_db()


def _note_proof(domain: Domain, actor: User) -> None:
    now = timezone.now()
    rows = Domain.objects.of(domain.organization_id).filter(pk=domain.pk)
    is_new = rows.filter(proved_at=None).update(proved_at=now)
    if not rows.update(checked_at=now, failing_since=None):
        raise NotFound
    if is_new:
        record(
            Tag.DOMAIN_PROVED, actor=actor, target=domain, organization_id=domain.organization_id
        )


def recheck_domain(domain: Domain) -> None:
    """A proved domain is looked up again; one that has failed for a week is lost. No answer says nothing of it."""
    name, text = record_to_set(domain)
    now = timezone.now()
    proved = Domain.objects.of(domain.organization_id).filter(pk=domain.pk, proved_at__isnull=False)
    try:
        shown = text in dns.texts_of(name)
    except dns.Unreachable:
        # Only its turn is over: all others come before it is looked up again.
        proved.update(checked_at=now)
        return
    with transaction.atomic():
        if shown:
            proved.update(checked_at=now, failing_since=None)
            return
        proved.filter(failing_since=None).update(failing_since=now)
        proved.update(checked_at=now)
        if proved.filter(failing_since__lte=now - PATIENCE).update(proved_at=None):
            record(Tag.DOMAIN_LOST, target=domain, organization_id=domain.organization_id)


@transaction.atomic
def remove_domain(*, domain: Domain, actor: User) -> None:
    """The organization claims the domain no longer."""
    demand_permission(actor, Permission.DOMAINS_EDIT, domain)
    record(Tag.DOMAIN_REMOVED, actor=actor, target=domain, organization_id=domain.organization_id)
    domain.delete()


# --- sign-in policies ---

_MAKE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
FIELDS = (
    "strength",
    "methods",
    "authenticators",
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
    """The policy of this organization, site and role demands this; running sessions answer to it at their next request.

    Refused where it would end the session that it comes from at once, and so lock its author out.
    """
    demand_permission(actor, Permission.POLICIES_EDIT, organization)
    _check_demands(demands)
    _check_place(organization, site, role)
    known = SignInPolicy.objects.everywhere(reason="the key names the organization").filter(
        organization=organization, site=site, role=role or None
    )
    policy: SignInPolicy = known.select_for_update().first() or SignInPolicy(
        organization=organization, site=site, role=role or None
    )
    before = {name: _plain(getattr(policy, name)) for name in FIELDS}
    for name, value in demands.items():
        setattr(policy, name, value)
    policy.updated_by = actor
    if before["grace_until"] != _plain(policy.grace_until):
        policy.grace_from = timezone.now()
    try:
        with transaction.atomic():
            policy.save()
            forget()
    except IntegrityError:
        # Somebody else has just made the same one.
        raise Conflict from None
    _demand_own_session(actor)
    after = {name: _plain(getattr(policy, name)) for name in FIELDS}
    where = policy.organization_id
    record(
        Tag.POLICY_EDITED,
        actor=actor,
        target=policy,
        organization_id=where,
        before=before,
        after=after,
    )
    return policy


def _check_demands(demands: dict[str, Any]) -> None:
    """Refused unless each demand can be met by somebody."""
    assert set(demands) <= set(FIELDS)
    strength, methods = demands.get("strength"), demands.get("methods")
    is_met = {
        "strength": strength is None or strength in set(Strength) - {Strength.NONE},
        "methods": methods is None
        or (bool(methods) and all(name in SignInMethod.values for name in methods)),
        "authenticators": _are_makes(demands.get("authenticators")),
        "idle_minutes": _is_length(demands.get("idle_minutes")),
        "absolute_minutes": _is_length(demands.get("absolute_minutes")),
    }
    message = _("Nobody could meet this demand.")
    if fields := {name: [message] for name, met in is_met.items() if not met}:
        raise Refused(message, code="bad_policy", fields=fields)


def _are_makes(names: list[str] | None) -> bool:
    """Whether these are AAGUIDs, as authenticators say them: of all but nobody, or None for any."""
    return names is None or (bool(names) and all(_MAKE.fullmatch(name) for name in names))


def _is_length(minutes: int | None) -> bool:
    return minutes is None or 0 < minutes <= LONGEST_MINUTES


def _check_place(organization: Organization | None, site: Site | None, role: str | None) -> None:
    """Refused unless site and role are the organization's own, or the role is everybody's."""
    where = organization.pk if organization else None
    own_role = not role or role in RoleName.values
    if not own_role and where is not None:
        own_role = role in {
            str(key) for key in CustomRole.objects.of(where).values_list("pk", flat=True)
        }
    if not own_role or (site is not None and site.organization_id != where):
        raise Refused(_("This belongs to another organization."), code="wrong_place")


def _demand_own_session(actor: User) -> None:
    """Refused where the session that asks would not answer to what is demanded of its person now."""
    who = caller()
    if who.via not in (Means.SESSION, Means.ACCESS_TOKEN):
        return
    demand = demand_on(actor)
    if not demand.is_met_by(who.method, who.strength, timezone.now()):
        words = _(
            "This would lock you out. Sign in as it demands first, or set a date from which it counts."
        )
        raise Refused(words, code="locks_you_out")


@transaction.atomic
def remove_policy(*, policy: SignInPolicy, actor: User) -> None:
    """It demands nothing any more."""
    demand_permission(actor, Permission.POLICIES_EDIT, policy.organization)
    before = {name: _plain(getattr(policy, name)) for name in FIELDS}
    where = policy.organization_id
    record(Tag.POLICY_REMOVED, actor=actor, target=policy, organization_id=where, before=before)
    policy.delete()
    forget()


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _save_named(row: Any, field: str, message: str) -> None:
    """`row` is saved; a name that is taken is refused beside its field."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(message, code="name_taken", fields={field: [message]}) from None
