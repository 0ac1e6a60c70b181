"""Which notices somebody has read. The notices themselves are kept nowhere: they are how things stand."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LONGEST_KEY = 120


class Read(models.Model):
    """A person has read the notice of that key. What gets worse has another key, and so is unread again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=LONGEST_KEY)
    at = models.DateTimeField(_("read"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("notice that was read")
        verbose_name_plural = _("notices that were read")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_read_once")]

    def __str__(self) -> str:
        return self.key
