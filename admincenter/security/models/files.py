"""Files that people put beside a ticket or a penetration test: the row; the bytes lie in the data folder."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access.tenancy import Part
from mago.core.ids import new_id, new_secret

from .tickets import Ticket


class StoredFile(models.Model):
    """`stored_as` is a random name: nothing that anybody typed is ever a path."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=120)
    stored_as = models.CharField(max_length=43, default=new_secret, unique=True, editable=False)
    content_type = models.CharField(_("type"), max_length=60)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Attachment(Part, StoredFile):
    part_of = ("ticket",)

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="attachments")

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
