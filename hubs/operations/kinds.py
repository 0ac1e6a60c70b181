"""What a hub can be asked to do, who may ask for it, and in which states a hub is told."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access.permissions import Permission

from ..scopes import HubScope


class Kind(models.TextChoices):
    RESTART = "restart", _("Restart")
    UPDATE = "update", _("Update the firmware")
    ROTATE_CREDENTIAL = "rotate_credential", _("Make a new credential")
    COLLECT_LOGS = "collect_logs", _("Collect the log")
    LOCATE = "locate", _("Show where it is")


PERMISSIONS: dict[str, Permission] = {
    Kind.RESTART: Permission.HUBS_REBOOT,
    Kind.UPDATE: Permission.HUBS_UPDATE,
    Kind.ROTATE_CREDENTIAL: Permission.HUBS_ROTATE,
    Kind.COLLECT_LOGS: Permission.HUBS_LOGS,
    Kind.LOCATE: Permission.HUBS_OPERATE,
}

SCOPES: dict[str, HubScope] = {
    Kind.RESTART: HubScope.TASKS,
    Kind.UPDATE: HubScope.UPDATES,
    Kind.ROTATE_CREDENTIAL: HubScope.CREDENTIAL,
    Kind.COLLECT_LOGS: HubScope.DIAGNOSTICS,
    Kind.LOCATE: HubScope.TASKS,
}


def kinds_for(scopes: frozenset[HubScope]) -> list[str]:
    """The kinds of task that a hub with these scopes is told of."""
    return [kind.value for kind in Kind if SCOPES[kind] in scopes]
