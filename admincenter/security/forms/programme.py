"""Forms of releases, penetration tests, risks and the policy."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from mago.core.edit_forms import EditForm
from mago.core.forms import Form

from ...fields import OneOfField
from ...pages import Filters
from ..models import EngagementState, Programme, ReleaseState, Tester, Treatment
from ..models.risks import HIGHEST
from ..severity import LONGEST
from .moves import DATE
from .tickets import KeyField, PeopleField, RatingForm

LONGEST_TEXT = 5000
DEGREES = [(str(n), str(n)) for n in range(1, HIGHEST + 1)]


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"), **kwargs
    )


def _text(label: Any, rows: int = 4, **kwargs: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST_TEXT, widget=area, **kwargs)


class ReleaseForm(EditForm):
    version = forms.CharField(label=gettext_lazy("Version"), max_length=60)
    target_on = _day(gettext_lazy("Target date"), required=False)
    notes = forms.CharField(label=gettext_lazy("Notes"), max_length=500, required=False)


class NoteForm(Form):
    note = forms.CharField(label=gettext_lazy("What was looked at"), max_length=500, required=False)


class EngagementForm(EditForm):
    tester = forms.ChoiceField(label=gettext_lazy("By"), choices=Tester.choices)
    firm = forms.CharField(label=gettext_lazy("Firm"), max_length=120)
    methodology = forms.CharField(
        label=gettext_lazy("Methodology"), max_length=120, initial="OWASP WSTG 4.2"
    )
    scope = _text(gettext_lazy("Scope"))
    starts_on = _day(gettext_lazy("Begins"))
    ends_on = _day(gettext_lazy("Ends"))
    notes = _text(
        gettext_lazy("Internal notes"),
        required=False,
        help_text=gettext_lazy("No report for customers holds them."),
    )


class RetestForm(Form):
    retested_on = _day(gettext_lazy("Retested"))
    retest_result = forms.CharField(label=gettext_lazy("Result"), max_length=500)


class FindingForm(RatingForm):
    opened = None
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    description = _text(gettext_lazy("Description"), 8, required=False)
    component = forms.CharField(label=gettext_lazy("Component"), max_length=100, required=False)
    field_order = ("title", "description", "component", "vector", "severity")


def _degree(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=DEGREES, coerce=int)


class RiskForm(EditForm):
    asset = forms.CharField(label=gettext_lazy("Asset"), max_length=120)
    threat = forms.CharField(label=gettext_lazy("Threat"), max_length=300)
    likelihood = _degree(gettext_lazy("Likelihood (5: expected within weeks)"))
    impact = _degree(gettext_lazy("Impact (5: threatens the organization)"))
    treatment = forms.ChoiceField(label=gettext_lazy("Treatment"), choices=Treatment.choices)
    plan = _text(gettext_lazy("What is done"), required=False)
    residual_likelihood = _degree(gettext_lazy("Likelihood after treatment"))
    residual_impact = _degree(gettext_lazy("Impact after treatment"))
    owner = PeopleField(label=gettext_lazy("Owner"))
    review_on = _day(gettext_lazy("To be reviewed"))

    def __init__(self, data: Any, *, programme: Programme, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["owner"].offer_holders(  # type: ignore[attr-defined]
            programme, Permission.RISKS_READ, self.initial.get("owner")
        )


class RiskFilters(Filters):
    state = OneOfField(
        gettext_lazy("State"),
        [("closed", gettext_lazy("Closed"))],
        first=("", gettext_lazy("Open")),
    )
    likelihood = OneOfField(gettext_lazy("Likelihood"), DEGREES, coerce=int)
    impact = OneOfField(gettext_lazy("Impact"), DEGREES, coerce=int)
    when = OneOfField(
        gettext_lazy("Rated"),
        [("after", gettext_lazy("After treatment"))],
        first=("", gettext_lazy("Before treatment")),
    )


class ReleaseFilters(Filters):
    state = OneOfField(gettext_lazy("State"), ReleaseState.choices)


class EngagementFilters(Filters):
    state = OneOfField(gettext_lazy("State"), EngagementState.choices)


class TicketKeyForm(Form):
    ticket = KeyField(label=gettext_lazy("Ticket"))

    def __init__(self, data: Any, *, programme: Programme) -> None:
        super().__init__(data)
        self.fields["ticket"].programme = programme  # type: ignore[attr-defined]


class AssessmentForm(Form):
    held_on = _day(gettext_lazy("Held"))
    summary = _text(
        gettext_lazy("Summary"),
        8,
        help_text=gettext_lazy("What was looked at, what has changed, what is to be done."),
    )


def _days(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=LONGEST)


class PolicyForm(EditForm):
    critical_days = _days(gettext_lazy("Critical: days until remediated"))
    high_days = _days(gettext_lazy("High"))
    medium_days = _days(gettext_lazy("Medium"))
    low_days = _days(gettext_lazy("Low"))
    tests_a_year = forms.IntegerField(
        label=gettext_lazy("Penetration tests a calendar year"),
        min_value=0,
        max_value=12,
        help_text=gettext_lazy(
            "It counts for this year and those that come. What was demanded of a year that is over stays."
        ),
    )
    assessment_days = forms.IntegerField(
        label=gettext_lazy("Days between risk assessments"), min_value=30, max_value=LONGEST
    )
