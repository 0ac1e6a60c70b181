"""What the lists of an organization are narrowed by."""

from typing import Any

from django.utils.translation import gettext_lazy

from ....fields import OneOfField, SearchField
from ....forms import MEMBER_STATES, AuditFilters
from ....pages import Filters
from .fields import BUILT_IN

ACTIVE_OR_NOT = [("active", gettext_lazy("Active")), ("disabled", gettext_lazy("Disabled"))]


class OrganizationFilters(Filters):
    q = SearchField(gettext_lazy("Name or short name"))
    state = OneOfField(gettext_lazy("State"), ACTIVE_OR_NOT)


class MemberFilters(Filters):
    """Who has no second factor, and who was here when, is for those alone who look after the members."""

    q = SearchField(gettext_lazy("E-mail address or name"), max_length=200)
    state = OneOfField(gettext_lazy("State"), MEMBER_STATES)

    def __init__(self, data: Any, *, looks_after: bool = True) -> None:
        super().__init__(data)
        if not looks_after:
            del self.fields["state"]


class NameFilters(Filters):
    q = SearchField(gettext_lazy("Name"))


class BindingFilters(Filters):
    q = SearchField(gettext_lazy("E-mail address or name"), max_length=200)
    role = OneOfField(gettext_lazy("Role"), [*BUILT_IN, ("custom", gettext_lazy("Own roles"))])


class EventFilters(AuditFilters):
    """Without those by person: who has an account elsewhere is nobody's business here."""

    actor = None  # type: ignore[assignment]
    about = None  # type: ignore[assignment]
    address = None  # type: ignore[assignment]
    organization = None  # type: ignore[assignment]


class ServiceAccountFilters(Filters):
    q = SearchField(gettext_lazy("Name"), max_length=60)
    state = OneOfField(gettext_lazy("State"), ACTIVE_OR_NOT)
