"""How severe something is, and within how many days it is to be remediated. Pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Severity(TextChoices):
    """The worst first."""

    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")
    NONE = "none", _("None")
    UNRATED = "unrated", _("Not rated yet")


# Those for which there is a number of days, with what it is until somebody decides otherwise.
DAYS: dict[str, int] = {"critical": 7, "high": 30, "medium": 90, "low": 180}
LONGEST = 730
