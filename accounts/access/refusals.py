"""What services refuse is told to the trail when the request is over: the transaction that they undo would take it along.

Views that name a permission record their refusals themselves, before anything was begun (`guards.demand`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from mago.audit.services import Outcome, record
from mago.audit.tags import Tag
from mago.core.errors import Forbidden

from .scope import PLATFORM, Scope

# Of one request, which may ask for the same of many.
MOST = 5


@dataclass(frozen=True)
class Refusal:
    actor: Any
    organization_id: UUID | None
    permission: str
    reason: str


_noted: ContextVar[list[Refusal] | None] = ContextVar("refusals", default=None)


class NotPermitted(Forbidden):
    """A service does not let `actor`, and says why; the request that asked for it tells the trail, once."""

    def __init__(
        self,
        actor: Any,
        why: Callable[[], str],
        *,
        where: Scope = PLATFORM,
        permission: str = "",
        code: str = "",
    ) -> None:
        super().__init__(why(), code=code)
        noted = _noted.get()
        if noted is None:
            return
        # In the language of the trail, which is read by others than who was refused.
        with translation.override(settings.LANGUAGE_CODE):
            one = Refusal(actor, where.organization_id, permission, why())
        if one not in noted and len(noted) < MOST:
            noted.append(one)


@contextmanager
def only_asking() -> Iterator[None]:
    """What is refused inside is a question of ours, such as what a dry run would do, and no attempt of anybody's."""
    token = _noted.set(None)
    try:
        yield
    finally:
        _noted.reset(token)


class RefusalMiddleware:
    """What was refused during a request stands in the trail when its answer is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        noted: list[Refusal] = []
        token = _noted.set(noted)
        try:
            response = self.get_response(request)
        finally:
            _noted.reset(token)
        for one in noted:
            told: dict[str, Any] = {"path": request.path, "reason": one.reason}
            if one.permission:
                told["permission"] = one.permission
            record(
                Tag.ACCESS_REFUSED,
                actor=one.actor,
                outcome=Outcome.REFUSED,
                organization_id=one.organization_id,
                **told,
            )
        return response
