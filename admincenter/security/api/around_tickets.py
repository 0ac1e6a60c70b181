"""What lies around a ticket: files, related tickets, who watches it, and the platform with which it is shared."""

from typing import Any

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access.permissions import Permission
from accounts.api.bodies import Body
from accounts.api.files import file_response
from accounts.api.resources import acted, listed, read, removed
from mago.core.errors import NotFound
from mago.core.keyset import Listing

from .. import files
from ..models import Attachment, Ticket
from ..selectors.programmes import programme_of
from ..selectors.tickets import attachment_for
from ..services import attachments, comments
from ..services import tickets as services
from .common import UPLOADS, FileBody, FileSerializer, TicketField
from .shapes import TicketSerializer
from .tickets import OfOneTicket


class RelationBody(Body):
    other = TicketField(help_text="Another ticket of the same programme.")


class WatchBody(Body):
    watching = serializers.BooleanField()


class WatchSerializer(serializers.Serializer[Any]):
    watching = serializers.BooleanField(help_text="Whether you are told by mail.")


class SharedSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(source="__str__", help_text="Its key on the platform.")
    state = serializers.CharField()


class Related(OfOneTicket):
    access = Permission.TICKETS_READ
    changes = {"POST": Permission.TICKETS_EDIT}

    @listed(TicketSerializer, summary="The tickets that have to do with one, the newest first")
    def get(self) -> Listing:
        found = self.ticket().related.of(self.programme).select_related("assignee", "release")
        return Listing((found,), key=("created_at", "id"))

    @acted(RelationBody, TicketSerializer, summary="Name another ticket as related", code=201)
    def post(self, other: Ticket) -> Ticket:
        services.relate_tickets(ticket=self.ticket(), other=other, actor=self.actor)
        return other


class OneRelated(OfOneTicket):
    access = Permission.TICKETS_READ
    changes = {"DELETE": Permission.TICKETS_EDIT}

    def row(self) -> Ticket:
        related = self.ticket().related.of(self.programme)
        found: Ticket | None = related.filter(pk=self.kwargs["other_id"]).first()
        if found is None:
            raise NotFound
        return found

    @removed(TicketSerializer, summary="Say that two tickets have nothing to do with each other")
    def delete(self, row: Ticket) -> None:
        services.relate_tickets(ticket=self.ticket(), other=row, related=False, actor=self.actor)


class Watch(OfOneTicket):
    access = Permission.TICKETS_READ
    changes = {"POST": Permission.TICKETS_READ}
    by_people = frozenset({"POST"})

    @acted(WatchBody, WatchSerializer, summary="Be told by mail of what happens to a ticket")
    def post(self, watching: bool) -> dict[str, bool]:
        comments.set_watching(ticket=self.ticket(), person=self.actor, watching=watching)
        return {"watching": watching}


class Share(OfOneTicket):
    access = Permission.TICKETS_READ
    changes = {"POST": Permission.TICKETS_EDIT}

    @acted(
        None,
        SharedSerializer,
        summary="Have those who look after the platform work on a ticket, too",
        description="They get its words and its rating, and you see how far they are; `409` where it is shared.",
        code=201,
    )
    def post(self) -> Ticket:
        return services.share_ticket(
            ticket=self.ticket(), platform=programme_of(None), actor=self.actor
        )


class Attachments(OfOneTicket):
    access = Permission.TICKETS_READ
    changes = {"POST": Permission.TICKETS_EDIT}
    parser_classes = UPLOADS

    @listed(FileSerializer, summary="The files beside a ticket, the newest first")
    def get(self) -> Listing:
        return Listing((self.ticket().attachments.all(),), key=("id",))

    @acted(FileBody, FileSerializer, summary="Put a file beside a ticket", code=201)
    def post(self, file: Any) -> Attachment:
        return attachments.attach(ticket=self.ticket(), upload=file, actor=self.actor)


class OneAttachment(OfOneTicket):
    access = Permission.TICKETS_READ
    changes = {"DELETE": Permission.TICKETS_EDIT}

    def row(self) -> Attachment:
        return attachment_for(self.ticket(), self.kwargs["attachment_id"])

    get = read(FileSerializer, summary="What is known of a file")

    @removed(FileSerializer, summary="Take a file away; nothing is left of it")
    def delete(self, row: Attachment) -> None:
        attachments.remove_attachment(attachment=row, actor=self.actor)


class AttachmentFile(OfOneTicket):
    access = Permission.TICKETS_READ

    @file_response(summary="A file", description="That it was taken is recorded.")
    def get(self, request: Request, **path: Any) -> HttpResponseBase:
        found = attachment_for(self.ticket(), self.kwargs["attachment_id"])
        response = files.download(found)
        attachments.record_download(attachment=found, actor=self.actor)
        return response
