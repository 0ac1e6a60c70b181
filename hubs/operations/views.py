"""A hub asks what it should do, and says what came of it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from ..bodies import read_object
from ..guards import hub_required
from ..views.answers import as_json
from .delivery import LONGEST_BODY, deliver, held_by, note_progress, read_told
from .models import Assignment


@require_GET
@hub_required()
def tasks(request: HttpRequest) -> HttpResponse:
    """Its tasks, each told once; with `?held` those that it was given before and has not finished."""
    hub: Any = request.hub  # type: ignore[attr-defined]
    given = held_by(hub) if "held" in request.GET else deliver(hub)
    return as_json({"tasks": [_told(one) for one in given]})


@require_POST
@hub_required()
def progress(request: HttpRequest, task_id: UUID) -> HttpResponse:
    hub: Any = request.hub  # type: ignore[attr-defined]
    told = read_told(read_object(request, LONGEST_BODY))
    note_progress(hub=hub, key=task_id, told=told)
    return as_json({"state": told.stage.value})


def _told(one: Assignment) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "kind": one.task.kind,
        "parameters": one.task.parameters,
        "expires_at": one.expires_at.isoformat(),
    }
