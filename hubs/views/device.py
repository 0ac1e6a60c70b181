"""What a device asks once, and what a hub asks about itself."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mago.core.errors import Refused
from mago.core.guards import public
from mago.core.ratelimit import Limit

from ..binding import offer_of
from ..bodies import read_object
from ..devices import read_device
from ..guards import hub_required
from ..models import Hub
from ..scopes import HubScope
from ..services import enrol_hub, rotate_credential
from ..verifiers import read_verifiers
from .answers import as_json

AUTH_PATH = "/api/v1/hubs/auth"
_ROTATIONS = Limit("hub-rotations", 10, 86_400)


@public
@require_POST
def enrol(request: HttpRequest) -> HttpResponse:
    """A device becomes a hub: 201, or a problem beside the field that is wrong."""
    body = read_object(request)
    code = body.get("code")
    if not isinstance(code, str):
        raise Refused(fields={"code": [_("A text is needed.")]})
    device, verifiers = read_device(body.get("device")), read_verifiers(body.get("credentials"))
    enrolment = enrol_hub(code=code, device=device, verifiers=verifiers)
    offer, hub = offer_of(request.META), enrolment.hub
    return as_json(
        {
            "hub_id": str(hub.pk),
            "generation": enrolment.generation,
            "state": hub.state,
            "mechanisms": offer.mechanisms,
            "channel_bindings": offer.bindings,
            "fast": offer.reconnect,
            "auth_url": settings.MAGO_BASE_URL + AUTH_PATH,
        },
        201,
    )


@require_GET
@hub_required()
def me(request: HttpRequest) -> HttpResponse:
    """What the server knows of the hub that asks."""
    caller = request.hub  # type: ignore[attr-defined]
    hubs = Hub.objects.of(caller.organization_id).select_related("organization", "site", "room")
    hub = hubs.get(pk=caller.id)
    return as_json(
        {
            "hub_id": str(hub.pk),
            "name": hub.name,
            "model": hub.model,
            "serial": hub.serial,
            "firmware": hub.firmware,
            "state": hub.state,
            "scope": " ".join(sorted(caller.scopes)),
            "generation": caller.generation,
            "organization": hub.organization.name,
            "site": {"name": hub.site.name, "time_zone": hub.site.time_zone},
            "room": hub.room.name if hub.room else None,
        }
    )


@require_POST
@hub_required(HubScope.CREDENTIAL)
def credential(request: HttpRequest) -> HttpResponse:
    """A new credential waits for its first use: 201 with its generation and the name to use it by."""
    caller = request.hub  # type: ignore[attr-defined]
    verifiers = read_verifiers(read_object(request).get("credentials"))
    _ROTATIONS.take(str(caller.id))
    hub = Hub.objects.of(caller.organization_id).get(pk=caller.id)
    generation = rotate_credential(hub=hub, verifiers=verifiers)
    return as_json({"generation": generation, "username": f"{hub.pk}.{generation}"}, 201)
