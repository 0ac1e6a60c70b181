"""Domains are claimed, proved by the DNS, looked up again, and given up."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission
from accounts.access.services.common import save_named
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Conflict, NotFound, Refused

from .. import dns
from ..domains import BadDomain, normalize_domain
from ..models import Domain, Organization

# How long a proved domain may fail its daily look-up before it is lost: a slip in a zone file is mended in days.
PATIENCE = timedelta(days=7)


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
    save_named(domain, "name", _("You have claimed this domain already."))
    record(Tag.DOMAIN_CLAIMED, actor=actor, target=domain, organization_id=organization.pk)
    return domain


def prove_domain(*, domain: Domain, actor: User) -> None:
    """The domain counts as the organization's. Refused while the DNS does not show the record, Conflict where another has it."""
    demand_permission(actor, Permission.DOMAINS_EDIT, domain)
    name, text = domain.record
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
    name, text = domain.record
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
def remove_domain(*, domain: Domain, actor: User, reason: str = "") -> None:
    """The organization claims the domain no longer."""
    demand_permission(actor, Permission.DOMAINS_EDIT, domain)
    record(
        Tag.DOMAIN_REMOVED,
        actor=actor,
        target=domain,
        organization_id=domain.organization_id,
        reason=reason,
    )
    domain.delete()
