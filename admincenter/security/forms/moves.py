"""What each move of a ticket asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from mago.core.forms import Form

from ...sections.organizations.forms import NOTHING, RowField
from ..models import Programme
from ..models.tickets import LONGEST_TEXT
from ..selectors.releases import planned_releases
from ..workflow import Move
from .tickets import KeyField, PeopleField

DATE = {"type": "date"}


class MoveForm(Form):
    """Nothing is asked for: it is confirmed."""

    def __init__(self, data: Any, *, programme: Programme) -> None:
        super().__init__(data)
        self.programme = programme


class PlanForm(MoveForm):
    release = RowField(label=gettext_lazy("Target release"))

    def __init__(self, data: Any, *, programme: Programme) -> None:
        super().__init__(data, programme=programme)
        self.fields["release"].offer(planned_releases(programme), first=NOTHING)  # type: ignore[attr-defined]


class FixForm(MoveForm):
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "What shows that it is fixed: a commit, a test, a scan. Files can be put beside the ticket."
        ),
    )


class ReasonForm(MoveForm):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, required=False)


class RejectForm(ReasonForm):
    duplicate_of = KeyField(label=gettext_lazy("Duplicate of"), required=False)

    def __init__(self, data: Any, *, programme: Programme) -> None:
        super().__init__(data, programme=programme)
        self.fields["duplicate_of"].programme = programme  # type: ignore[attr-defined]


class AcceptForm(ReasonForm):
    risk_owner = PeopleField(label=gettext_lazy("Who answers for the risk"))
    accepted_until = forms.DateField(
        label=gettext_lazy("Accepted until"),
        required=False,
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
