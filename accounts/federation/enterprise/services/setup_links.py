"""A customer's own administrator sets one provider up, without an account: by a link that opens once."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from accounts.access.selectors.decisions import may_at_all
from accounts.access.services import demand_permission
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, Refused
from mago.core.ids import digest, new_secret

from ..models import IdentityProvider, SetupLink, State
from ..selectors import is_on_for
from .configuration import demand_to_vouch, may_vouch

LIFETIME = timedelta(days=7)
MOST = 5


class SetupLinkSpent(Refused):
    """The link was opened elsewhere, has expired or was taken back, whoever made it may not any more, or its
    provider is in use by now."""

    code = "link_invalid"
    detail = gettext_lazy(
        "This link works once, in the browser that opens it first, and for a week. Ask for a new one."
    )


@transaction.atomic
def create_link(*, provider: IdentityProvider, actor: User) -> tuple[SetupLink, str]:
    """The link and its address, which is shown this once. Conflict for a provider in use: it is nobody's to set up."""
    demand_permission(actor, Permission.IDENTITY_PROVIDERS_EDIT, provider)
    if provider.state == State.LIVE:
        words = _("The provider is in use. Put it on trial first, or change it yourself.")
        raise Conflict(words, code="provider_live")
    if provider.is_open:
        demand_to_vouch(actor, provider)
    if usable_links(provider).count() >= MOST:
        raise Conflict(_("There are as many links as there may be. Revoke one first."))
    secret = new_secret()
    link = SetupLink.objects.create(
        provider=provider,
        digest=digest(secret),
        created_by=actor,
        expires_at=timezone.now() + LIFETIME,
    )
    record(
        Tag.SETUP_LINK_CREATED,
        actor=actor,
        target=provider,
        organization_id=provider.organization_id,
        link=str(link.pk),
    )
    return link, f"{settings.MAGO_BASE_URL}{reverse('enterprise:open_setup', args=[secret])}"


def usable_links(provider: IdentityProvider) -> QuerySet[SetupLink]:
    """Those that are neither over nor revoked, the newest first."""
    mine = provider.setup_links.filter(revoked_at=None, expires_at__gt=timezone.now())
    return mine.order_by("-created_at")


def find_link(secret: str) -> SetupLink:
    """What this link would open, which nobody has opened. SetupLinkSpent."""
    return _usable(SetupLink.objects.filter(digest=digest(secret), opened_at=None))


@transaction.atomic
def open_link(secret: str) -> str:
    """The secret by which this browser, and no other, goes on with the set-up. SetupLinkSpent."""
    link, browser = find_link(secret), new_secret()
    unopened = SetupLink.objects.filter(pk=link.pk, opened_at=None)
    if not unopened.update(opened_at=timezone.now(), browser=digest(browser)):
        raise SetupLinkSpent
    record(
        Tag.SETUP_LINK_OPENED,
        target=link.provider,
        organization_id=link.provider.organization_id,
        link=str(link.pk),
    )
    return browser


def link_of(browser: str) -> SetupLink:
    """The link that was opened in the browser with this secret. SetupLinkSpent."""
    if not browser:
        raise SetupLinkSpent
    return _usable(SetupLink.objects.filter(browser=digest(browser), opened_at__isnull=False))


def _usable(links: QuerySet[SetupLink]) -> SetupLink:
    live = links.filter(revoked_at=None, expires_at__gt=timezone.now(), created_by__isnull=False)
    link = live.select_related("provider__organization", "created_by").first()
    if link is None or link.created_by is None or link.provider.state == State.LIVE:
        raise SetupLinkSpent
    organization = link.provider.organization
    if not may_at_all(link.created_by, Permission.IDENTITY_PROVIDERS_EDIT, link.provider):
        raise SetupLinkSpent
    if link.provider.is_open and not may_vouch(link.created_by, link.provider):
        raise SetupLinkSpent
    if not organization.is_active or not is_on_for(organization):
        raise SetupLinkSpent
    return link


@transaction.atomic
def revoke_link(*, link: SetupLink, actor: User) -> None:
    """The link, and the browser that opened it, open nothing any more."""
    demand_permission(actor, Permission.IDENTITY_PROVIDERS_EDIT, link.provider)
    if SetupLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record(
            Tag.SETUP_LINK_REVOKED,
            actor=actor,
            target=link.provider,
            organization_id=link.provider.organization_id,
            link=str(link.pk),
        )


def purge_links() -> None:
    """Links that are over are gone."""
    SetupLink.objects.filter(expires_at__lt=timezone.now() - LIFETIME).delete()
