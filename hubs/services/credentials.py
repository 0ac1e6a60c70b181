"""A hub's credential is replaced without a moment in which none works, or taken away."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.access.permissions import Permission
from accounts.access.services import demand_permission
from accounts.models import User
from mago.audit.services import record
from mago.audit.tags import Tag

from ..models import Credential, Hub, ReconnectToken
from ..verifiers import Verifier
from .locking import locked

Stage = Credential.Stage


@transaction.atomic
def rotate_credential(*, hub: Hub, verifiers: list[Verifier]) -> int:
    """The hub has a new credential, which waits for its first use; the old one works until then. Its generation.

    Sending the same again changes nothing: the answer was lost. Sending another takes the place of
    one that was never used.
    """
    hub = locked(hub)
    pending = Credential.objects.filter(hub=hub, stage=Stage.PENDING)
    if (generation := generation_of(list(pending), verifiers)) is not None:
        return generation
    now = timezone.now()
    pending.update(stage=Stage.REVOKED, ended_at=now)
    generation = add_generation(hub, verifiers, Stage.PENDING, now)
    record(
        Tag.HUB_CREDENTIAL_ROTATED,
        actor=hub,
        target=hub,
        organization_id=hub.organization_id,
        generation=generation,
    )
    return generation


def generation_of(kept: list[Credential], verifiers: list[Verifier]) -> int | None:
    """The generation among those kept that was made of the same verifiers."""
    made = {(one.generation, one.mechanism): one for one in kept}
    for generation in {one.generation for one in kept}:
        ours = [made.get((generation, verifier.mechanism)) for verifier in verifiers]
        if all(
            one is not None and verifier.is_same(one.salt, one.keys)
            for one, verifier in zip(ours, verifiers, strict=True)
        ):
            return generation
    return None


def add_generation(hub: Hub, verifiers: list[Verifier], stage: Stage, now: datetime) -> int:
    """A new generation stands in the database; its number is one that no other ever had."""
    newest: int | None = Credential.objects.filter(hub=hub).aggregate(n=Max("generation"))["n"]
    generation = (newest or 0) + 1
    Credential.objects.bulk_create(
        Credential(
            hub=hub,
            generation=generation,
            mechanism=verifier.mechanism,
            salt=verifier.salt,
            iterations=verifier.iterations,
            keys=verifier.keys,
            stage=stage,
            expires_at=now + settings.HUB_CREDENTIAL_LIFETIME,
        )
        for verifier in verifiers
    )
    return generation


def activate_generation(hub_id: UUID, generation: int, now: datetime) -> None:
    """The pending generation was used: it is the one in use, and what came before is over. Within a transaction."""
    ours = Credential.objects.filter(hub_id=hub_id)
    ours.filter(stage=Stage.ACTIVE, generation__lt=generation).update(
        stage=Stage.RETIRED, ended_at=now
    )
    ours.filter(stage=Stage.PENDING, generation=generation).update(stage=Stage.ACTIVE)
    older = {"hub_id": hub_id, "generation__lt": generation}
    ReconnectToken.objects.filter(**older, superseded_at=None).update(superseded_at=now)
    hub = Hub.objects.everywhere(reason="a hub that proved itself").get(pk=hub_id)
    hub.rotation_asked_at = None
    hub.save(update_fields=["rotation_asked_at"])
    record(
        Tag.HUB_CREDENTIAL_ACTIVATED,
        actor=hub,
        target=hub,
        organization_id=hub.organization_id,
        generation=generation,
    )


@transaction.atomic
def ask_for_rotation(*, hub: Hub, actor: User) -> None:
    """The hub is told at its next sign-in to make itself a new credential."""
    demand_permission(actor, Permission.HUBS_ROTATE, hub)
    hub = locked(hub)
    hub.rotation_asked_at = timezone.now()
    hub.save(update_fields=["rotation_asked_at"])
    record(Tag.HUB_ROTATION_ASKED, actor=actor, target=hub, organization_id=hub.organization_id)


@transaction.atomic
def revoke_credentials(
    *, hub: Hub, actor: User, reason: str = "", generation: int | None = None
) -> None:
    """What the hub proves itself with is refused at once, of one generation or of all, and so are its tokens.

    With none left it comes back only by a new enrolment (`create_enrolment_code(hub=…)`).
    """
    demand_permission(actor, Permission.HUBS_EDIT, hub)
    hub = locked(hub)
    end_credentials(hub, generation)
    record(
        Tag.HUB_CREDENTIAL_REVOKED,
        actor=actor,
        target=hub,
        organization_id=hub.organization_id,
        generation=generation,
        reason=reason,
    )


def end_credentials(hub: Hub, generation: int | None = None) -> None:
    """No credential of the hub (of that generation) works, nor anything that was got with it."""
    which = {"hub": hub} if generation is None else {"hub": hub, "generation": generation}
    live = Credential.objects.filter(**which, ended_at=None)
    # Access tokens end with it: each says by which generation it was got.
    live.update(stage=Stage.REVOKED, ended_at=timezone.now())
    ReconnectToken.objects.filter(**which).delete()
