from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.permissions import Permission
from accounts.models import User
from mago.core.edit_forms import EditForm
from mago.core.errors import NotFound
from mago.core.forms import Form

from ...fields import ANY, NOTHING, OneOfField, RowField, SearchField
from ...pages import Filters
from ...widgets import Select
from .. import cvss
from ..models import Programme, Source, Ticket
from ..models.tickets import LONGEST_TEXT
from ..selectors.people import may_be_given
from ..selectors.releases import newest_releases
from ..selectors.tickets import ticket_for
from ..services.comments import LONGEST_COMMENT
from ..severity import Severity
from ..workflow import State


class PeopleField(RowField):
    """One of those who hold a permission in the programme; cleaned to the person, or None."""

    def offer_holders(
        self, programme: Programme, permission: Permission, chosen: Any = None
    ) -> None:
        """`chosen` is the key of who was chosen before, who stays a choice whatever they hold by now."""
        people = may_be_given(programme, permission)
        if chosen and not any(str(one.pk) == str(chosen) for one in people):
            people += User.objects.filter(pk=chosen)
        self.offer(people, first=NOTHING)


class TicketFilters(Filters):
    q = SearchField(gettext_lazy("Key, title or component"))
    state = OneOfField(
        gettext_lazy("State"),
        [
            ("pending", gettext_lazy("Not remediated")),
            ("ended", gettext_lazy("Ended")),
            *State.choices,
        ],
    )
    severity = OneOfField(gettext_lazy("Severity"), Severity.choices)
    source = OneOfField(gettext_lazy("Source"), Source.choices)
    due = OneOfField(
        gettext_lazy("Due"),
        [
            ("overdue", gettext_lazy("Overdue")),
            ("soon", gettext_lazy("Within a week")),
            ("month", gettext_lazy("In 8 to 30 days")),
            ("later", gettext_lazy("Later")),
            ("undated", gettext_lazy("Without a due date")),
        ],
    )
    remediated = OneOfField(
        gettext_lazy("Remediated"),
        [
            ("year", gettext_lazy("In a year")),
            ("in-time", gettext_lazy("In a year, in time")),
            ("late", gettext_lazy("In a year, late")),
        ],
    )
    assignee = OneOfField(gettext_lazy("Assignee"))
    release = RowField(label=gettext_lazy("Release"), widget=Select)

    def __init__(self, data: Any, *, programme: Programme) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        self.people = may_be_given(programme, Permission.TICKETS_EDIT)
        fields["assignee"].choices = [
            ANY,
            ("nobody", _("Nobody")),
            *((str(one.pk), str(one)) for one in self.people),
        ]
        fields["release"].offer(newest_releases(programme), first=ANY)


class WordsForm(EditForm):
    """What a ticket says."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("What is wrong, how it shows, what it lets somebody do."),
    )
    component = forms.CharField(label=gettext_lazy("Component"), max_length=100, required=False)
    source = forms.ChoiceField(label=gettext_lazy("Source"), choices=Source.choices)


class RatingForm(EditForm):
    """A vector, or without one a judgement."""

    vector = forms.CharField(
        label=gettext_lazy("CVSS vector"),
        max_length=cvss.LONGEST,
        required=False,
        help_text=gettext_lazy("Version 3.1 or 4.0. Score and severity come from it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("Severity without a vector"),
        required=False,
        choices=[(Severity.UNRATED.value, Severity.UNRATED.label), *Severity.choices[:-1]],
    )


class NewTicketForm(WordsForm, RatingForm):
    # What a link proposes is nobody's work.
    opened = None
    field_order = ("title", "description", "component", "source", "vector", "severity")


class CalculatorForm(Form):
    """The metrics of one version of CVSS, each a group of radio buttons; those that have none stay as they are."""

    def __init__(self, data: Any, *, version: str, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.version = version
        for metric in cvss.METRICS[version]:
            undefined = [("", gettext_lazy("Not defined"))] if metric.optional else []
            self.fields[metric.key] = forms.ChoiceField(
                label=metric.name,
                choices=[*undefined, *metric.values],
                required=not metric.optional,
                widget=forms.RadioSelect,
            )
        given = self.initial if data is None else data
        for name in cvss.OTHERS[version]:
            if given.get(name):
                self.fields[name] = forms.CharField(max_length=5, widget=forms.HiddenInput)

    @property
    def vector(self) -> str:
        """What was chosen, as a vector; once the form is valid."""
        return cvss.compose(self.version, self.cleaned_data)


class AssignForm(EditForm):
    assignee = PeopleField(label=gettext_lazy("Assignee"))

    def __init__(self, data: Any, *, programme: Programme, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["assignee"].offer_holders(  # type: ignore[attr-defined]
            programme, Permission.TICKETS_EDIT, self.initial.get("assignee")
        )


class CommentForm(Form):
    body = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AttachmentForm(Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=255,
        help_text=gettext_lazy("A picture, PDF, ZIP, gzip or text, at most 10 MiB."),
    )


class KeyField(forms.CharField):
    """A ticket by its key, such as SEC-12; cleaned to it, or None."""

    programme: Programme

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs.update(placeholder="SEC-12", autocomplete="off")

    def clean(self, value: Any) -> Ticket | None:
        text = str(super().clean(value) or "").upper().removeprefix("SEC-")
        if not text:
            return None
        try:
            if not text.isdecimal() or len(text) > 9:
                raise NotFound
            return ticket_for(self.programme, int(text))
        except NotFound:
            raise forms.ValidationError(_("There is no such ticket.")) from None


class RelationForm(Form):
    other = KeyField(label=gettext_lazy("Ticket"))

    def __init__(self, data: Any, *, programme: Programme) -> None:
        super().__init__(data)
        self.fields["other"].programme = programme  # type: ignore[attr-defined]
