"""Whose people are led to which provider, whether they may still come otherwise, and who may in any case."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.selectors.in_charge import owners_of
from accounts.access.services import demand_permission
from accounts.federation.selectors import ways_in
from accounts.models import User
from accounts.organizations.models import Domain, Organization
from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.context import caller
from mago.core.errors import Conflict, Refused
from mago.messaging.services import send_mail

from ..models import (
    Allowance,
    BreakGlass,
    DomainRoute,
    Enforcement,
    IdentityProvider,
    OtherWay,
    State,
)
from ..selectors import break_glass_of

# As many emergency accounts as an organization may name: each is a way around its provider.
MOST_BREAK_GLASS = 3


@transaction.atomic
def allow(*, organization: Organization, allowed: bool, actor: User) -> None:
    """The organization may, or may no longer, have providers of its own in the cloud."""
    # The platform's to say, as whom it lets in.
    demand_permission(actor, Permission.ORGANIZATIONS_CREATE)
    mine = Allowance.objects.of(organization)
    if mine.exists() == allowed:
        return
    if allowed:
        Allowance.objects.create(organization=organization, allowed_by=actor)
    else:
        mine.delete()
    tag = Tag.ENTERPRISE_ALLOWED if allowed else Tag.ENTERPRISE_DISALLOWED
    record(tag, actor=actor, target=organization, organization_id=organization.pk)


@transaction.atomic
def set_route(
    *, domain: Domain, provider: IdentityProvider, enforcement: str, actor: User | None
) -> DomainRoute:
    """People of the domain sign in by the provider; `enforcement` says whether they may otherwise.

    It rises step by step: enforced is what was in trial, by a provider in use, and with an emergency
    account that works; so nobody locks a whole organization out by one press. Refused, Conflict.
    """
    _demand(provider, actor)
    if domain.organization_id != provider.organization_id or domain.proved_at is None:
        words = _("Prove the domain first.")
        raise Refused(words, code="domain_unproved", fields={"domain": [words]})
    known = DomainRoute.objects.select_for_update().filter(domain=domain).first()
    before = known.enforcement if known and known.provider_id == provider.pk else Enforcement.OFF
    _check_step(provider, before, Enforcement(enforcement))
    was = _told(known)
    route, _made = DomainRoute.objects.update_or_create(
        domain=domain, defaults={"provider": provider, "enforcement": enforcement}
    )
    if enforcement == Enforcement.OFF:
        route.other_ways.all().delete()
    _tell(route, actor, before=was, after=_told(route))
    return route


def _check_step(provider: IdentityProvider, before: str, after: Enforcement) -> None:
    if after in {Enforcement.OFF, before}:
        return
    if not provider.is_open:
        raise Conflict(_("Put the provider on trial or live first."), code="provider_closed")
    if after != Enforcement.ENFORCED:
        return
    if before != Enforcement.TRIAL:
        words = _("Let it be on trial first: then you see who would be locked out.")
        raise Conflict(words, code="no_trial")
    if provider.state != State.LIVE:
        raise Conflict(_("Put the provider live first."), code="provider_closed")
    if not any(_has_own_way(user) for user in break_glass_of(provider.organization_id)):
        words = _("Name an owner first who can sign in when the provider does not work.")
        raise Conflict(words, code="no_break_glass")


def _has_own_way(user: User) -> bool:
    """A password or a passkey: what works without anybody else."""
    return bool(ways_in(user) & {"password", "passkey"})


@transaction.atomic
def remove_route(*, route: DomainRoute, actor: User) -> None:
    """People of the domain are led nowhere any more, and sign in as everybody does."""
    _demand(route.provider, actor)
    _tell(route, actor, before=_told(route), after=_told(None))
    route.delete()


def _told(route: DomainRoute | None) -> dict[str, str]:
    """Where people of the domain are led, and whether they may come otherwise; nowhere without a route."""
    if route is None:
        return {"provider": "", "enforcement": ""}
    return {"provider": route.provider.name, "enforcement": str(route.enforcement)}


def _tell(
    route: DomainRoute, actor: User | None, *, before: dict[str, str], after: dict[str, str]
) -> None:
    record(
        Tag.ENTERPRISE_ROUTE_CHANGED,
        actor=actor,
        target=route.domain,
        organization_id=route.provider.organization_id,
        provider=route.provider.name,
        before=before,
        after=after,
    )


def note_other_way(route: DomainRoute, user: User, method: str) -> None:
    """On trial: whoever signed in otherwise is on the list of those who could not once it is enforced."""
    OtherWay.objects.update_or_create(
        route=route, user=user, defaults={"method": method, "last_at": timezone.now()}
    )


# --- emergency accounts ---


@transaction.atomic
def name_break_glass(*, organization: Organization, user: User, actor: User) -> None:
    """The owner may sign in although a provider is enforced. Refused for whoever is no owner, or has no way of their own."""
    demand_permission(actor, Permission.IDENTITY_PROVIDERS_EDIT, organization)
    if not owners_of(organization.pk).filter(pk=user.pk).exists():
        words = _("Only an owner can be the emergency account.")
        raise Refused(words, code="not_an_owner", fields={"user": [words]})
    if not _has_own_way(user):
        words = _("This person has neither a password nor a passkey, so they could not get in.")
        raise Refused(words, code="no_way_in", fields={"user": [words]})
    named = BreakGlass.objects.of(organization)
    if named.count() >= MOST_BREAK_GLASS:
        raise Conflict(_("There are as many emergency accounts as there may be."), code="too_many")
    _row, made = named.get_or_create(organization=organization, user=user)
    if made:
        record(Tag.BREAK_GLASS_NAMED, actor=actor, target=user, organization_id=organization.pk)


@transaction.atomic
def unname_break_glass(*, organization: Organization, user: User, actor: User) -> None:
    """The owner signs in by the provider as everybody. Conflict for the last one while one is enforced."""
    demand_permission(actor, Permission.IDENTITY_PROVIDERS_EDIT, organization)
    rows = BreakGlass.objects.of(organization)
    list(rows.select_for_update())
    gone, _rows = rows.filter(user=user).delete()
    enforced = DomainRoute.objects.filter(
        provider__organization=organization, enforcement=Enforcement.ENFORCED
    )
    if not rows.exists() and enforced.exists():
        words = _("Name another one first: a provider is enforced.")
        raise Conflict(words, code="last_break_glass")
    if gone:
        record(Tag.BREAK_GLASS_UNNAMED, actor=actor, target=user, organization_id=organization.pk)


def tell_of_break_glass(*, route: DomainRoute, user: User, method: str) -> None:
    """Somebody has come in without the provider: the trail says so, and all other owners hear of it by mail."""
    organization = route.provider.organization
    record(
        Tag.BREAK_GLASS_USED,
        actor=user,
        target=user,
        outcome=Outcome.SUCCESS,
        organization_id=organization.pk,
        provider=route.provider.name,
        method=method,
    )
    place = f"{settings.MAGO_BASE_URL}/admincenter/organizations/{organization.slug}"
    for owner in owners_of(organization.pk).exclude(pk=user.pk):
        context = {
            "name": str(owner),
            "person": user.email,
            "organization": organization.name,
            "provider": route.provider.name,
            "address": caller().address,
            "browser": caller().user_agent[:100],
            "link": f"{place}/audit/?tag={Tag.BREAK_GLASS_USED.value}",
            "members": f"{place}/members/",
        }
        send_mail(
            "enterprise/break_glass_used", to=owner.email, context=context, language=owner.language
        )


def _demand(provider: IdentityProvider, actor: User | None) -> None:
    if actor is not None:
        demand_permission(actor, Permission.IDENTITY_PROVIDERS_EDIT, provider)
