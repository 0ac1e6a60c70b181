"""Releases that carry fixes, and the checkpoints that each must pass."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access.tenancy import Part

from .programme import Ours


class ReleaseState(models.TextChoices):
    # Other languages bend the word after what it is said of.
    PLANNED = "planned", pgettext_lazy("a release", "Planned")
    DEPLOYED = "deployed", _("Deployed")
    CANCELLED = "cancelled", pgettext_lazy("a release", "Cancelled")


class CheckpointKind(models.TextChoices):
    QUALITY_ASSURANCE = "quality-assurance", _("Quality assurance")
    STAGED_DEPLOYMENT = "staged-deployment", _("Staged deployment")
    REVIEW = "review", _("Review")


class Release(Ours):
    """A version for which fixes are planned; deployed once each of its checkpoints is signed off."""

    version = models.CharField(_("version"), max_length=60)
    notes = models.CharField(_("notes"), max_length=500, blank=True)
    target_on = models.DateField(_("target date"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=9, choices=ReleaseState.choices, default=ReleaseState.PLANNED
    )
    ended_at = models.DateTimeField(_("deployed or cancelled"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="release_version_once")
        ]
        indexes = [models.Index(fields=["programme", "-created_at", "-id"], name="release_newest")]

    def __str__(self) -> str:
        return self.version


class Checkpoint(Part):
    """A gate of a release, open until somebody signs it off who did not write what it lets through."""

    part_of = ("release",)

    release = models.ForeignKey(Release, models.CASCADE, related_name="checkpoints")
    kind = models.CharField(_("checkpoint"), max_length=17, choices=CheckpointKind.choices)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # As the person was called then: a signature outlives an account.
    signed_label = models.CharField(max_length=254, blank=True)
    signed_at = models.DateTimeField(_("signed off"), null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        constraints = [models.UniqueConstraint(fields=["release", "kind"], name="checkpoint_once")]

    def __str__(self) -> str:
        return self.get_kind_display()
