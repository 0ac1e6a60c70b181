"""Files beside a ticket."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mago.audit.services import record
from mago.audit.tags import Tag
from mago.core.errors import Refused

from .. import files
from ..files import Upload
from ..models import Attachment, StoredFile, Ticket
from .common import locked, person_of

MOST = 20


def attach(*, ticket: Ticket, upload: Upload, actor: Any) -> Attachment:
    """The file lies beside the ticket. Refused for what files.store refuses, and for one too many."""
    with files.stored(upload) as kept:
        row = locked(ticket)
        if row.attachments.count() >= MOST:
            words = _("This ticket has as many files as it can have.")
            raise Refused(words, fields={"file": [words]})
        beside = {"uploaded_by": person_of(actor), **vars(kept)}
        made: Attachment = Attachment.objects.create(ticket=row, **beside)
        _record(Tag.TICKET_ATTACHMENT_ADDED, made, actor)
    return made


@transaction.atomic
def remove_attachment(*, attachment: Attachment, actor: Any) -> None:
    """Neither the row nor the bytes are there any more."""
    _record(Tag.TICKET_ATTACHMENT_REMOVED, attachment, actor)
    attachment.delete()
    transaction.on_commit(lambda: files.delete(attachment.stored_as))


def record_download(*, attachment: Attachment, actor: Any) -> None:
    _record(Tag.TICKET_ATTACHMENT_TAKEN, attachment, actor)


def _record(tag: Tag, attachment: Attachment, actor: Any) -> None:
    ticket = attachment.ticket
    record(
        tag,
        actor=actor,
        target=ticket,
        organization_id=ticket.organization_id,
        file=attachment.name,
        sha256=attachment.sha256,
    )


def delete_strays(hours: int = 24) -> None:
    """Files that no row knows, as a process died between two steps, are gone after a day."""
    before = timezone.now() - timedelta(hours=hours)
    kinds: list[Any] = StoredFile.__subclasses__()
    kept = [kind.objects.everywhere(reason="a file of whomever is no stray") for kind in kinds]
    for path in files.strays(before):
        if not any(rows.filter(stored_as=path.name).exists() for rows in kept):
            path.unlink(missing_ok=True)
