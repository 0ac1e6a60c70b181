"""Owners hear in time of certificates that end: one mail a mark and certificate."""

from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from accounts.access.selectors.in_charge import owners_of
from accounts.models import User
from accounts.organizations.models import Organization
from mago.audit.services import record
from mago.audit.tags import Tag
from mago.messaging.services import send_mail

from ..endings import Ending, endings_of
from ..models import OPEN, CertificateAlarm, IdentityProvider
from ..selectors import is_on_for

MOST_OWNERS = 20


def tell_of_endings() -> None:
    """Owners have a mail for each certificate of an open provider that passed a mark; each organization by itself."""
    everywhere = IdentityProvider.objects.everywhere(reason="certificates of all providers end")
    rows = everywhere.filter(state__in=OPEN, organization__is_active=True)
    rows = rows.select_related("organization").order_by("organization_id", "created_at")
    for organization, some in groupby(rows.iterator(chunk_size=500), attrgetter("organization")):
        if is_on_for(organization):
            _tell_of(organization, list(some))


@transaction.atomic
def _tell_of(organization: Organization, providers: list[IdentityProvider]) -> None:
    # What several providers have in common, as ours, is told once.
    found: dict[str, tuple[Ending, list[IdentityProvider]]] = {}
    endings = endings_of(providers)
    for provider in providers:
        for ending in endings.get(provider.pk, []):
            found.setdefault(ending.fingerprint, (ending, []))[1].append(provider)
    alarms = CertificateAlarm.objects.of(organization)
    alarms.exclude(fingerprint__in=found).delete()
    for ending, concerned in found.values():
        if _is_new(organization, ending):
            _tell(organization, ending, concerned)


def _is_new(organization: Organization, ending: Ending) -> bool:
    """Whether nobody was told of this mark; from now on somebody was."""
    if ending.mark is None:
        return False
    alarm, is_made = (
        CertificateAlarm.objects.of(organization)
        .select_for_update()
        .get_or_create(
            organization=organization,
            fingerprint=ending.fingerprint,
            defaults={"mark": ending.mark},
        )
    )
    if is_made:
        return True
    if alarm.mark <= ending.mark:
        return False
    alarm.mark, alarm.told_at = ending.mark, timezone.now()
    alarm.save(update_fields=["mark", "told_at"])
    return True


def _tell(organization: Organization, ending: Ending, providers: list[IdentityProvider]) -> None:
    record(
        Tag.ENTERPRISE_CERTIFICATE_ALARMED,
        target=providers[0],
        organization_id=organization.pk,
        fingerprint=ending.fingerprint,
        days=ending.days_left,
    )
    for owner in owners_of(organization.pk).order_by("email")[:MOST_OWNERS]:
        _write(owner, organization, ending, ", ".join(one.name for one in providers))


def _write(owner: User, organization: Organization, ending: Ending, names: str) -> None:
    with translation.override(owner.language or settings.LANGUAGE_CODE):
        sentence = ending.text
    context = {
        "name": str(owner),
        "organization": organization.name,
        "provider": names,
        "sentence": sentence,
        "ended": ending.is_over,
        "link": f"{settings.MAGO_BASE_URL}/admincenter/identity-providers/{organization.slug}/",
    }
    send_mail(
        "enterprise/certificate_ends", to=owner.email, context=context, language=owner.language
    )
