"""Reads of our own rows. None of them asks a directory."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.federation.enterprise.models import EnterpriseIdentity, IdentityProvider, Kind
from mago.core.errors import NotFound

from .comparing import Known
from .models import Directory, RunState, SyncChange, SyncRun
from .people import issuer_of


def directory_of(provider: IdentityProvider) -> Directory:
    """How the provider's directory is read; NotFound where the provider is none, or nothing was set yet."""
    found = Directory.objects.filter(provider=provider, provider__kind=Kind.LDAP).first()
    if found is None:
        raise NotFound
    # The caller's provider, so that its organization is not read again.
    found.provider = provider
    return found


def runs_of(provider: IdentityProvider) -> QuerySet[SyncRun]:
    """The syncs of a provider, the newest first."""
    mine = SyncRun.objects.filter(provider=provider).select_related("asked_by", "confirmed_by")
    return mine.order_by("-created_at", "-id")


def run_for(provider: IdentityProvider, key: UUID) -> SyncRun:
    """A sync of this provider, or NotFound."""
    found = runs_of(provider).filter(pk=key).first()
    if found is None:
        raise NotFound
    found.provider = provider
    return found


def changes_of(run: SyncRun, action: str = "", applied: str = "") -> QuerySet[SyncChange]:
    """What the run is about, whoever has to go first; of one action, or what could not be applied."""
    found = SyncChange.objects.filter(run=run)
    if action:
        found = found.filter(action=action)
    if applied:
        found = found.filter(is_applied=applied == "yes")
    return found.order_by("action", "id")


def known_people(directory: Directory) -> dict[str, Known]:
    """Whom the directory has named before, by subject."""
    rows = EnterpriseIdentity.objects.filter(
        provider=directory.provider, issuer=issuer_of(directory.subject_attribute)
    ).values_list("subject", "user_id", "user__email", "attributes_digest", "ended_at")
    return {
        subject: Known(user_id, email, digest, ended_at is None)
        for subject, user_id, email, digest, ended_at in rows.iterator(chunk_size=2000)
    }


def person_known_as(run: SyncRun, subject: str, issuer: str) -> EnterpriseIdentity | None:
    """The identity of exactly that subject, let in."""
    rows = EnterpriseIdentity.objects.select_related("user").filter(
        provider=run.provider, issuer=issuer, subject=subject, ended_at=None
    )
    return next((row for row in rows if row.subject == subject), None)


def is_settled(run: SyncRun) -> bool:
    """Whether a full run was carried out with the settings as they are now: then who is unchanged needs nothing."""
    before = SyncRun.objects.filter(
        provider=run.provider, is_full=True, is_dry=False, state=RunState.DONE
    )
    return before.filter(version=run.version).exists()
