"""Promising a message, and giving a dead one another chance. Delivery is in delivery.py."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from mago.audit.services import Tag, record
from mago.core.errors import Conflict
from mago.core.ids import new_id

from .models import Channel, Message, Status
from .nudge import nudge

__all__ = ["retry", "send_mail", "send_mails", "send_sms"]


def send_mail(
    template: str,
    *,
    to: str,
    context: dict[str, Any],
    language: str = "",
    expires_at: datetime | None = None,
) -> Message:
    """The mail will be sent if and only if the caller's transaction commits; never after `expires_at`.

    `template` is "slice/name" below templates/mail; `context` must be JSON-able. Without a language
    the mail is written in the one that is active now.
    """
    return _enqueue(
        Channel.EMAIL,
        template,
        to=to,
        context=context,
        language=language,
        expires_at=expires_at,
    )


def send_mails(
    template: str,
    contexts: Iterable[tuple[str, dict[str, Any]]],
    *,
    language: str = "",
    expires_at: datetime | None = None,
) -> None:
    """As `send_mail`, to each of these addresses with its context, in one statement."""
    Message.objects.bulk_create(
        _message(
            Channel.EMAIL,
            template,
            to=to,
            context=context,
            language=language,
            expires_at=expires_at,
        )
        for to, context in contexts
    )
    transaction.on_commit(nudge, robust=True)


def send_sms(
    template: str,
    *,
    to: str,
    context: dict[str, Any],
    language: str = "",
    expires_at: datetime | None = None,
) -> Message:
    """As `send_mail`, for a telephone number in E.164 form and a template below templates/sms."""
    return _enqueue(
        Channel.SMS,
        template,
        to=to,
        context=context,
        language=language,
        expires_at=expires_at,
    )


def _enqueue(
    channel: Channel,
    template: str,
    *,
    to: str,
    context: dict[str, Any],
    language: str,
    expires_at: datetime | None,
) -> Message:
    message = _message(
        channel, template, to=to, context=context, language=language, expires_at=expires_at
    )
    message.save(force_insert=True)
    # `robust`: whatever happens here, the caller has committed and must be told so.
    transaction.on_commit(nudge, robust=True)
    return message


def _message(
    channel: Channel,
    template: str,
    *,
    to: str,
    context: dict[str, Any],
    language: str,
    expires_at: datetime | None,
) -> Message:
    name, now = new_id(), timezone.now()
    return Message(
        id=name,
        channel=channel,
        template=template,
        recipient=to,
        language=language or translation.get_language() or settings.LANGUAGE_CODE,
        context=json.dumps(context),
        due_at=now,
        created_at=now,
        expires_at=expires_at,
        message_id=f"<{name.hex}@{settings.BASE_HOST}>" if channel == Channel.EMAIL else "",
    )


def retry(message: Message, *, actor: object) -> Message:
    """A dead message waits again, as if new; recorded. `Conflict` where it no longer can be sent."""
    with transaction.atomic():
        row = Message.objects.select_for_update().get(pk=message.pk)
        if row.status != Status.DEAD:
            raise Conflict(_("Only a message that is dead can be tried again."))
        if not row.can_be_retried:
            raise Conflict(_("What this message says is no longer of use. Ask for a new one."))
        row.status, row.due_at, row.attempts = Status.WAITING, timezone.now(), 0
        row.carrier_id = row.delivery = row.delivery_error = ""
        row.save(
            update_fields=[
                "status",
                "due_at",
                "attempts",
                "carrier_id",
                "delivery",
                "delivery_error",
            ]
        )
        record(Tag.MESSAGE_RETRIED, actor=actor, target=row, template=row.template)
        transaction.on_commit(nudge, robust=True)
    return row
