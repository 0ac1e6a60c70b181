"""What narrows the list of those whom a sync concerns."""

from django.utils.translation import gettext_lazy

from accounts.federation.directory.models import Action

from ...fields import OneOfField
from ...pages import Filters


class ChangeFilters(Filters):
    action = OneOfField(gettext_lazy("What is done"), Action.choices)
    applied = OneOfField(
        gettext_lazy("How it went"),
        [("yes", gettext_lazy("Done")), ("no", gettext_lazy("Not done"))],
    )
