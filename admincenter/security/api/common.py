"""Whose programme a path speaks of, and fields that name somebody or something of it."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from accounts.access.permissions import Permission
from accounts.api.bodies import Body, RowField
from accounts.api.parsers import JSONParser
from accounts.api.resources import Resource
from accounts.api.serializers import EmailField, StringField, TextField
from accounts.organizations.selectors import organization_by_id
from mago.core.forms import unusable

from ..models import Programme, Ticket
from ..selectors.people import may_be_given
from ..selectors.programmes import programme_of


class ProgrammeResource(Resource):
    """What lies in the programme of the path's organization or, where it names none, in the platform's."""

    _programme: Programme | None = None

    @property
    def programme(self) -> Programme:
        if self._programme is None:
            key = self.kwargs.get("organization_id")
            whose = organization_by_id(self.request.user, key) if key else None
            self._programme = programme_of(whose, self.actor)
        return self._programme

    def locate(self, request: Request) -> Any:
        """What the permission must be held at."""
        return self.programme


class LinesField(StringField):
    """Text of several lines."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if unusable(text, lines=True):
            words = _("This contains characters that cannot be used here.")
            raise serializers.ValidationError(words, code="unusable")
        return text


def optional(longest: int, kind: type[StringField] = TextField) -> Any:
    """Text that may be left out, or be empty."""
    return kind(max_length=longest, required=False, allow_blank=True)


class PersonField(EmailField):
    """Somebody who holds a permission in the programme, by e-mail address; cleaned to the person."""

    def __init__(self, permission: Permission, **kwargs: Any) -> None:
        super().__init__(help_text="By e-mail address.", **kwargs)
        self.permission = permission

    def run_validation(self, data: Any = empty) -> Any:
        email = super().run_validation(data)
        if email is None:
            return None
        people = may_be_given(self.context["view"].programme, self.permission)
        if (found := next((one for one in people if one.email == email), None)) is None:
            raise serializers.ValidationError(_("Nobody who works on this has this address."))
        return found


class TicketField(RowField):
    """A ticket of the programme; cleaned to it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lambda view: Ticket.objects.of(view.programme), **kwargs)


class FileBody(Body):
    """Sent as `multipart/form-data`."""

    file = serializers.FileField(
        max_length=255, help_text="A picture, PDF, ZIP, gzip or text, at most 10 MiB."
    )


# A body of JSON, which can hold no file, is answered like any other in which the file is missing.
UPLOADS: list[type[BaseParser]] = [JSONParser, MultiPartParser]


class FileSerializer(serializers.Serializer[Any]):
    """A file that lies beside something; its content is at `…/file`."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    content_type = serializers.CharField(help_text="As its first bytes tell.")
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    created_at = serializers.DateTimeField()
