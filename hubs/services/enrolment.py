"""A device comes in by a code, and is a hub."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core import ratelimit
from mago.core.context import caller
from mago.core.errors import Conflict, Refused
from mago.core.http import network_of
from mago.core.ratelimit import Limit

from ..codes import read_code
from ..devices import Device
from ..models import Credential, EnrolmentCode, Hub, State
from ..verifiers import Verifier
from .codes import code_digest
from .credentials import add_generation, end_credentials, generation_of
from .locking import locked

# A whole building may come in from one address; what was honest is given back.
_PER_ADDRESS = Limit("hub-enrolment-address", 30, 600)
_PER_CODE = Limit("hub-enrolment-code", 10, 600)


@dataclass(frozen=True)
class Enrolment:
    hub: Hub
    generation: int


class BadCode(Refused):
    """Unknown, mistyped, used up, ended or taken back: all the same to whoever tries it."""

    code = "bad_code"


def enrol_hub(*, code: str, device: Device, verifiers: list[Verifier]) -> Enrolment:
    """The device is a hub where the code says, and its credential works: all of it, or nothing.

    The same device may ask again with the same verifiers where the answer was lost. BadCode; Conflict
    for a serial number that is another hub's; Refused for a model that the code is not for.
    """
    read = read_code(code)
    digest = code_digest(read) if read else ""
    counted = [(_PER_ADDRESS, network_of(caller().address))]
    # What is mistyped is no code that somebody could be guessing at.
    counted += [(_PER_CODE, digest)] if read else []
    taken: ratelimit.Taken = []
    for limit, key in counted:
        limit.take(key)
        taken.append((limit, (key,)))
    try:
        with transaction.atomic():
            enrolment = _enrol(digest, device, verifiers)
    except IntegrityError:
        # Somebody else has just enrolled this serial number.
        raise _serial_taken() from None
    except Refused as refusal:
        record(Tag.HUB_ENROLMENT_REFUSED, outcome=Outcome.REFUSED, reason=refusal.code,
               serial=device.serial, model=device.model)  # fmt: skip
        raise
    ratelimit.give_back(taken)
    return enrolment


def _enrol(digest: str, device: Device, verifiers: list[Verifier]) -> Enrolment:
    now = timezone.now()
    codes = EnrolmentCode.objects.everywhere(reason="whose a code is, the code itself tells")
    live = codes.filter(
        digest=digest, revoked_at=None, expires_at__gt=now, organization__is_active=True
    )
    code = live.select_related("organization", "site", "room", "hub").first()
    if code is None:
        raise _bad_code()
    known = _known(code, device)
    if known is not None and (generation := _repeated(known, verifiers)) is not None:
        return Enrolment(known, generation)
    # One statement on its own row, without a join: of many who try the last use at once, one gets it.
    left = codes.filter(pk=code.pk, revoked_at=None, uses_left__gt=0)
    if not left.update(uses_left=F("uses_left") - 1):
        raise _bad_code()
    hub = _anew(code, known, device) if code.hub_id else _placed(code, known, device)
    generation = add_generation(hub, verifiers, Credential.Stage.ACTIVE, now)
    record(
        Tag.HUB_ENROLLED,
        target=hub,
        organization_id=hub.organization_id,
        enrolment=str(code.pk),
        generation=generation,
        model=hub.model,
        firmware=hub.firmware,
    )
    return Enrolment(hub, generation)


def _known(code: EnrolmentCode, device: Device) -> Hub | None:
    hubs = Hub.objects.of(code.organization_id).filter(serial=device.serial)
    found: Hub | None = hubs.exclude(state=State.RETIRED).first()
    return locked(found) if found else None


def _repeated(hub: Hub, verifiers: list[Verifier]) -> int | None:
    """The generation that this very device enrolled with before, if it still works."""
    return generation_of(list(Credential.objects.filter(hub=hub, ended_at=None)), verifiers)


def _anew(code: EnrolmentCode, known: Hub | None, device: Device) -> Hub:
    """The hub that the code is for, with what it had before taken away."""
    if known is None or known.pk != code.hub_id:
        raise _wrong("serial", _("This code is for a hub with another serial number."))
    end_credentials(known)
    known.firmware, known.enrolled_at = device.firmware, timezone.now()
    known.save(update_fields=["firmware", "enrolled_at"])
    return known


def _placed(code: EnrolmentCode, known: Hub | None, device: Device) -> Hub:
    """A new hub, or the one that was expected, stands where the code says."""
    if code.model and device.model != code.model:
        raise _wrong("model", _("This code is for another model."))
    if known is not None and (
        known.state != State.EXPECTED or (code.site_id and code.site_id != known.site_id)
    ):
        raise _serial_taken()
    if known is None and code.site_id is None:
        raise _wrong("serial", _("This serial number is not expected here."))
    hub = known or Hub(organization=code.organization, site=code.site, serial=device.serial)
    if hub.model and hub.model != device.model:
        raise _wrong("model", _("Another model is expected with this serial number."))
    hub.room = code.room or hub.room
    hub.model, hub.firmware, hub.state = device.model, device.firmware, State.ACTIVE
    hub.state_since = hub.enrolled_at = timezone.now()
    hub.save()
    return hub


def _bad_code() -> BadCode:
    message = _("This code is mistyped, used up or too old. Ask for a new one.")
    return BadCode(message, fields={"code": [message]})


def _wrong(field: str, message: str) -> Refused:
    return Refused(message, code="wrong_device", fields={f"device.{field}": [message]})


def _serial_taken() -> Conflict:
    message = _("A hub with this serial number is enrolled already.")
    return Conflict(message, code="serial_taken", fields={"device.serial": [message]})
