"""What each move of a ticket asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from mago.core.forms import Form

from ...fields import NOTHING, RowField
from ..models import Programme
from ..models.tickets import LONGEST_TEXT
from ..selectors.releases import planned_releases
from ..workflow import Move
from .tickets import KeyField, PeopleField

DATE = {"type": "date"}


def _else(words: Any) -> dict[str, Any]:
    """What to say where nothing was given."""
    return {"required": words}


class MoveForm(Form):
    """Nothing is asked for: it is confirmed."""

    def __init__(self, data: Any, *, programme: Programme) -> None:
        super().__init__(data)
        self.programme = programme


class PlanForm(MoveForm):
    release = RowField(
        label=gettext_lazy("Target release"),
        required=True,
        error_messages=_else(gettext_lazy("Choose the release that will carry the fix.")),
    )

    def __init__(self, data: Any, *, programme: Programme) -> None:
        super().__init__(data, programme=programme)
        self.fields["release"].offer(planned_releases(programme), first=NOTHING)  # type: ignore[attr-defined]


class FixForm(MoveForm):
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages=_else(gettext_lazy("Say what shows that it is fixed.")),
        help_text=gettext_lazy(
            "What shows that it is fixed: a commit, a test, a scan. Files can be put beside the ticket."
        ),
    )


class ReasonForm(MoveForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        error_messages=_else(gettext_lazy("Give the reason.")),
    )


class RejectForm(MoveForm):
    """A reason, or the ticket of which it is a duplicate."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, required=False)
    duplicate_of = KeyField(label=gettext_lazy("Duplicate of"), required=False)

    def __init__(self, data: Any, *, programme: Programme) -> None:
        super().__init__(data, programme=programme)
        self.fields["duplicate_of"].programme = programme  # type: ignore[attr-defined]


class AcceptForm(ReasonForm):
    risk_owner = PeopleField(
        label=gettext_lazy("Who answers for the risk"),
        required=True,
        error_messages=_else(gettext_lazy("Name who answers for the risk.")),
    )
    accepted_until = forms.DateField(
        label=gettext_lazy("Accepted until"),
        error_messages=_else(gettext_lazy("Say until when it is accepted.")),
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        help_text=gettext_lazy("Then the ticket is triaged anew; at most twelve months."),
    )

    def __init__(self, data: Any, *, programme: Programme) -> None:
        super().__init__(data, programme=programme)
        self.fields["risk_owner"].offer_holders(programme, Permission.TICKETS_READ)  # type: ignore[attr-defined]


FORMS: dict[Move, type[MoveForm]] = {
    Move.PLAN: PlanForm,
    Move.FIX: FixForm,
    Move.REOPEN: ReasonForm,
    Move.REJECT: RejectForm,
    Move.ACCEPT: AcceptForm,
}
