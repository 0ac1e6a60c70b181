"""The built-in roles and what each may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .permissions import Permission


class RoleName(models.TextChoices):
    PLATFORM_ADMINISTRATOR = "platform-administrator", _("Platform administrator")


PERMISSIONS: dict[str, frozenset[Permission]] = {RoleName.PLATFORM_ADMINISTRATOR: frozenset(Permission)}
