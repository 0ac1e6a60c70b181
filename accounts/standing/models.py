"""Lockdowns, and the recycle bin of people."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mago.audit.cleaning import LONGEST_REASON
from mago.core.ids import new_id


class Lockdown(models.Model):
    """A person, or all of an organization, is shut out in an emergency, until it is lifted.

    `was_active` says how they were before, for the way back. A row that was lifted stays, as what was done.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="lockdowns"
    )
    organization = models.ForeignKey(
        "organizations.Organization", models.CASCADE, null=True, related_name="lockdowns"
    )
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    was_active = models.BooleanField(default=True)
    started_at = models.DateTimeField(_("since"))
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    lifted_because = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)

    class Meta:
        verbose_name = _("lockdown")
        verbose_name_plural = _("lockdowns")
        indexes: ClassVar = [
            models.Index(fields=["-started_at", "-id"], name="lockdown_newest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person=None, organization__isnull=False)
                | Q(person__isnull=False, organization=None),
                name="lockdown_of_one",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(lifted_at=None), name="one_lockdown_of_a_person"
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(lifted_at=None),
                name="one_lockdown_of_an_organization",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person or self.organization)


class Deletion(models.Model):
    """A person lies in the recycle bin: shut out, with all that is theirs, until restored or erased."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="deletion"
    )
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    was_active = models.BooleanField(default=True)
    deleted_at = models.DateTimeField(_("deleted"))
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    purge_at = models.DateTimeField(_("erased"))

    class Meta:
        verbose_name = _("deleted person")
        verbose_name_plural = _("deleted people")
        indexes: ClassVar = [
            models.Index(fields=["-deleted_at", "-person"], name="deletion_newest"),
            models.Index(fields=["purge_at"], name="deletion_due"),
        ]

    def __str__(self) -> str:
        return str(self.person)
