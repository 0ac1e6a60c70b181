"""Cleaning of what administrators type: filters of the lists, and the reason for an action."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.roles import ON_PLATFORM, RoleName
from mago.audit.cleaning import LONGEST_REASON
from mago.audit.models import Outcome
from mago.audit.search import is_long, request_of
from mago.audit.tags import Tag
from mago.core.forms import Form
from mago.messaging.models import Status

from .fields import ANY, LatelyField, OneOfField, SearchField, capitalized
from .pages import Filters
from .periods import PERIODS
from .selectors.factors import FACTORS
from .selectors.organizations import key_of_organization
from .selectors.people import key_of_person
from .selectors.trail import give_a_period, not_a_request
from .widgets import InLanguage, Select

ROLES_ON_PLATFORM = [choice for choice in RoleName.choices if choice[0] in ON_PLATFORM]
FACTOR_STATES = (
    ("with-factor", gettext_lazy("With a second factor")),
    ("without-factor", gettext_lazy("Without a second factor")),
    *(
        (f"factor-{kind}", format_lazy(gettext_lazy("Strongest factor: {kind}"), kind=kind.label))
        for kind in FACTORS
    ),
)
PEOPLE_STATES = (
    ("active", gettext_lazy("Active")),
    ("disabled", gettext_lazy("Disabled")),
    ("deleted", gettext_lazy("In the recycle bin")),
    ("locked-down", gettext_lazy("Locked down")),
    ("administrators", gettext_lazy("Administrators")),
    ("signed-in", gettext_lazy("Signed in now")),
    *FACTOR_STATES,
)
MEMBER_STATES = (
    ("active", gettext_lazy("Active")),
    ("disabled", gettext_lazy("Disabled")),
    *(
        (f"seen-{key}", format_lazy(gettext_lazy("Signed in: {period}"), period=period.words))
        for key, period in PERIODS.items()
    ),
    *FACTOR_STATES,
)


class PersonField(forms.CharField):
    """Somebody, by e-mail address, or by key where the account may be gone; cleaned to the key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=254, **kwargs)
        self.widget.attrs.update(autocomplete="off", spellcheck="false", autocapitalize="none")

    def clean(self, value: Any) -> UUID | None:
        text: str = super().clean(value)
        if not text:
            return None
        if (key := key_of_person(text)) is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        return key


class OrganizationField(forms.CharField):
    """An organization, by short name, or by key where it may be gone; cleaned to the key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=60, **kwargs)
        self.widget.attrs.update(autocomplete="off", spellcheck="false", autocapitalize="none")

    def clean(self, value: Any) -> UUID | None:
        text: str = super().clean(value)
        if not text:
            return None
        if (key := key_of_organization(text)) is None:
            raise forms.ValidationError(_("No organization has this short name."))
        return key


class RequestField(forms.CharField):
    """The id of a request, as error pages and events show it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=64, **kwargs)
        self.widget.attrs.update(autocomplete="off", spellcheck="false", autocapitalize="none")

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        key = request_of(text) if text else ""
        if key is None:
            raise forms.ValidationError(not_a_request())
        return key


class MomentField(forms.DateTimeField):
    """A moment (UTC), written from the year down as the lists show it; with `to_end` a day means its end."""

    def __init__(self, *, to_end: bool = False, **kwargs: Any) -> None:
        attrs = {"placeholder": "2026-11-22 14:05", "autocomplete": "off"}
        super().__init__(required=False, widget=forms.TextInput(attrs=attrs), **kwargs)
        self.error_messages["invalid"] = gettext_lazy("Write 2026-11-22 or 2026-11-22 14:05.")
        self.to_end = to_end

    def clean(self, value: Any) -> datetime | None:
        moment = super().clean(value)
        if moment is None:
            return None
        # No database, and no time zone, can take the first and the last years that Python knows.
        if not 1970 <= moment.year < 3000:
            raise forms.ValidationError(_("Give a date from 1970 on."))
        is_day = self.to_end and len(value.strip()) == len("2026-11-22")
        return moment.astimezone(UTC) + timedelta(days=is_day)


class SearchForm(Filters):
    q = SearchField(gettext_lazy("Search"), max_length=200)


class PeopleFilters(Filters):
    q = SearchField(gettext_lazy("E-mail address or name"), max_length=200)
    state = OneOfField(gettext_lazy("State"), PEOPLE_STATES)
    joined = LatelyField(gettext_lazy("Joined"))


class SessionFilters(Filters):
    person = PersonField(label=gettext_lazy("Person (e-mail address)"))
    address = forms.GenericIPAddressField(
        label=gettext_lazy("IP address"), required=False, unpack_ipv4=True
    )
    since = LatelyField(gettext_lazy("Signed in"))


class TokenFilters(Filters):
    q = SearchField(gettext_lazy("Name"))
    state = OneOfField(
        gettext_lazy("State"),
        [
            ("live", gettext_lazy("Valid")),
            ("ended", gettext_lazy("Expired")),
            ("revoked", gettext_lazy("Revoked")),
        ],
    )


class AllTokenFilters(TokenFilters):
    organization = forms.SlugField(
        label=gettext_lazy("Short name of an organization"), required=False, max_length=60
    )
    field_order = ("q", "organization", "state")


@cache
def _events(language: str) -> list[tuple[str, str]]:
    """Every kind of event, in the order of what is read, which depends on the language of the reader."""
    events = sorted((str(tag.label), tag.value) for tag in Tag)
    return [(ANY[0], str(ANY[1])), *((value, label) for label, value in events)]


class AuditFilters(Filters):
    tag = forms.ChoiceField(
        label=gettext_lazy("Event"),
        required=False,
        widget=Select,
        choices=InLanguage(_events),
    )
    outcome = OneOfField(gettext_lazy("Outcome"), capitalized(Outcome.choices))
    actor = PersonField(label=gettext_lazy("By (e-mail address)"))
    about = PersonField(label=gettext_lazy("About (e-mail address)"))
    address = forms.GenericIPAddressField(
        label=gettext_lazy("IP address"), required=False, unpack_ipv4=True
    )
    organization = OrganizationField(label=gettext_lazy("Short name of an organization"))
    request_id = RequestField(label=gettext_lazy("Request"))
    since = MomentField(label=gettext_lazy("From (UTC)"))
    until = MomentField(label=gettext_lazy("Until (UTC)"), to_end=True)
    # Not a box that searches while somebody types: each search is recorded.
    text = forms.CharField(
        label=gettext_lazy("Text (within a period)"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or self.cleaned_data
        is_clear = not {"since", "until"} & self.errors.keys()
        if chosen.get("text") and is_clear and is_long(chosen.get("since"), chosen.get("until")):
            self.add_error("since", give_a_period())
        return chosen


class MessageFilters(Filters):
    q = SearchField(gettext_lazy("Recipient (e-mail address or number)"), max_length=254)
    status = OneOfField(gettext_lazy("Status"), capitalized(Status.choices))


class AdministratorFilters(Filters):
    q = SearchField(gettext_lazy("E-mail address or name"), max_length=200)
    role = OneOfField(gettext_lazy("Role"), ROLES_ON_PLATFORM)


class LockdownFilters(Filters):
    q = SearchField(gettext_lazy("E-mail address or short name"), max_length=254)
    state = OneOfField(
        gettext_lazy("State"),
        [("lifted", gettext_lazy("Lifted"))],
        first=("", gettext_lazy("In force")),
    )


class ReasonForm(Form):
    """Why something dangerous is done; kept in the audit trail."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Kept in the audit trail."),
    )


class LockdownForm(ReasonForm):
    with_api_tokens = forms.BooleanField(
        label=gettext_lazy("Also revoke the API tokens that this person has made, for good"),
        required=False,
        initial=True,
    )
