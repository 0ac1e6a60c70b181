"""A create that is sent again, because its answer was lost, creates nothing more (draft-ietf-httpapi-idempotency-key-header).

The work and its kept answer are one transaction: either both are there or neither is. A refusal is not kept, as
nothing was done: the same key may be sent again with what is right.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from mago.core.errors import Conflict, Refused

from .models import KeptAnswer

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
# Longer than any create takes: after so long whoever began it is dead, and left nothing behind.
LEASE = timedelta(minutes=2)
LONGEST = 255


class InProgress(Conflict):
    """The first request with this key is not finished."""

    code = "in_progress"
    detail = gettext_lazy("The same request is being carried out at this moment.")
    retry_after = 1


class KeyReused(Refused):
    """The key was sent with another request."""

    status = 422
    code = "idempotency_key_reused"
    detail = gettext_lazy("This Idempotency-Key was sent with another request. Make a new one.")


@dataclass
class Answer:
    """What a create answers. `unkept` are the fields that are shown once: they are stored nowhere."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    unkept: tuple[str, ...] = ()

    def as_text(self) -> str:
        kept = asdict(self) | {"body": self.body | dict.fromkeys(self.unkept)}
        return json.dumps(kept, cls=JSONEncoder)


def once(request: Request, carry_out: Callable[[], Answer]) -> Answer:
    """The answer of `carry_out`, or that of an earlier request with the same key.

    KeyReused where that was another request; InProgress while it is being carried out.
    """
    key = _key(request)
    if not key:
        with transaction.atomic():
            return carry_out()
    digest, sent = _digest(str(request.user.pk), request.path, key), _sent(request)
    kept = _claim(digest, sent)
    if kept is not None:
        return _again(kept)
    try:
        with transaction.atomic():
            answer = carry_out()
            ours = KeptAnswer.objects.filter(digest=digest, request=sent, status=0)
            if not ours.update(
                status=answer.status,
                answer=answer.as_text(),
                expires_at=timezone.now() + KEPT,
            ):
                raise InProgress  # It took so long that somebody else began it anew.
            return answer
    except BaseException:
        KeptAnswer.objects.filter(digest=digest, request=sent, status=0).delete()
        raise


def purge() -> None:
    KeptAnswer.objects.filter(expires_at__lte=timezone.now()).delete()


def _claim(digest: str, sent: str) -> KeptAnswer | None:
    """None where this request is the first with its key; else what is kept of the first."""
    now = timezone.now()
    KeptAnswer.objects.filter(digest=digest, expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            KeptAnswer(digest=digest, request=sent, expires_at=now + LEASE).save(force_insert=True)
    except IntegrityError:
        kept = KeptAnswer.objects.filter(digest=digest).first()
        if kept is not None and kept.request != sent:
            raise KeyReused from None
        if kept is None or not kept.status:
            raise InProgress from None
        return kept
    return None


def _again(kept: KeptAnswer) -> Answer:
    answer = Answer(**json.loads(kept.answer))
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _key(request: Request) -> str:
    """The key as it was sent, with or without the quotes that the draft asks for; "" for none."""
    key = request.headers.get(HEADER, "").strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if len(key) > LONGEST or not (key.isascii() and key.isprintable()):
        message = _("Send at most 255 visible ASCII characters, such as a UUID.")
        raise Refused(message, code="bad_idempotency_key", fields={HEADER: [message]})
    return key


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _sent(request: Request) -> str:
    return _digest(json.dumps(request.data, cls=JSONEncoder, sort_keys=True))
