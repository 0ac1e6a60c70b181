"""What people have let applications have, and take back."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag

from ..models import Application, Consent, TokenFamily
from .families import revoke_family


@transaction.atomic
def grant_consent(
    *, user: User, application: Application, scopes: list[str], resource: str = ""
) -> None:
    """The person lets the application have `scopes`, beside what they let it have before."""
    key: dict[str, Any] = {"user": user, "application": application, "resource": resource}
    former = Consent.objects.filter(**key).first()
    granted = dict.fromkeys([*(former.scope.split() if former else ()), *scopes])
    # One that was taken out of the application since does not come back by itself.
    words = [word for word in granted if word in application.scopes]
    Consent.objects.update_or_create(
        **key, defaults={"scope": " ".join(words), "granted_at": timezone.now()}
    )
    record(
        Tag.CONSENT_GRANTED,
        actor=user,
        target=application,
        organization_id=application.organization_id,
        scope=" ".join(scopes),
    )


@transaction.atomic
def withdraw_consent(*, user: User, application: Application, actor: User) -> None:
    """The application is asked about again, and none of its tokens for this person counts any more."""
    Consent.objects.filter(user=user, application=application).delete()
    families = TokenFamily.objects.filter(user=user, application=application, revoked_at=None)
    for family in families.select_related("user"):
        revoke_family(family, actor=actor, reason="consent withdrawn")
    record(
        Tag.CONSENT_WITHDRAWN,
        actor=actor,
        target=application,
        on_behalf_of=user if actor.pk != user.pk else None,
        organization_id=application.organization_id,
    )
