"""Cleaning of what is chosen in the list of tickets: which, and what is to become of them."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from mago.core.forms import Form

from ...navigation import Permissions
from ...widgets import Select
from ..models import ReleaseState
from ..workflow import Move
from .moves import DATE
from .tickets import TicketFilters

# The others take something of each ticket: what shows the fix, who answers for the risk.
MOVES = (Move.TRIAGE, Move.START, Move.CLOSE, Move.REJECT, Move.REOPEN)


class ChosenTicketsForm(Form):
    """Tickets that were ticked in the list; or, with `everything`, all that its filters find.

    Cleaned to the `kind` of work, the `value` that it sets, and the `keys` of the tickets.
    """

    what = forms.ChoiceField(label=gettext_lazy("With several tickets"), widget=Select)
    due_on = forms.DateField(
        label=gettext_lazy("Due"),
        required=False,
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
    )
    everything = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, filters: TicketFilters, held: Permissions) -> None:
        super().__init__(data, auto_id="bulk-%s")
        fields: dict[str, Any] = self.fields
        fields["what"].choices = _offered(filters, held)
        self.may_set_due = Permission.PATCH_POLICIES_EDIT in held

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        name, _colon, value = data.get("what", "").partition(":")
        due_on = data.get("due_on")
        data["kind"] = f"tickets.{name}"
        data["value"] = (due_on and due_on.isoformat()) if name == "due" else value or None
        try:
            data["keys"] = [UUID(key) for key in cast(QueryDict, self.data).getlist("ticket")]
        except ValueError:
            self.add_error(None, _("Choose tickets in the list."))
        return data


def _offered(filters: TicketFilters, held: Permissions) -> list[tuple[str, Any]]:
    """Only what whoever looks at the list may do."""
    offered: list[tuple[str, Any]] = []
    if Permission.TICKETS_EDIT in held:
        offered += [(move.value, move.label) for move in MOVES]
        offered += [
            (f"assign:{person.pk}", _("Assign to %(person)s") % {"person": person})
            for person in filters.people
        ]
        offered.append(("assign", _("Assign to nobody")))
        offered += [
            (f"plan:{release.pk}", _("Plan for %(release)s") % {"release": release})
            for release in cast(Any, filters.fields["release"]).rows.values()
            if release.state == ReleaseState.PLANNED
        ]
    if Permission.PATCH_POLICIES_EDIT in held:
        offered.append(("due", _("Set the due date")))
    return offered
