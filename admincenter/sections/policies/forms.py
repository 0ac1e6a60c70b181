"""What a sign-in policy demands, and of whom."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.facts import Strength
from accounts.access.methods import SignInMethod
from accounts.access.models import CustomRole
from accounts.access.roles import RoleName
from accounts.access.selectors.decisions import Actor
from accounts.organizations.models import Organization
from accounts.organizations.selectors import sites_of
from mago.core.edit_forms import EditForm

from ...fields import RowField
from ...forms import MomentField
from ..organizations.forms.fields import BUILT_IN


class PolicyForm(EditForm):
    role = forms.ChoiceField(label=gettext_lazy("Whom it concerns"), required=False)
    site = RowField(
        label=gettext_lazy("For who works at this site"),
        help_text=gettext_lazy("By a role that is held there or in the whole organization."),
    )
    strength = forms.TypedChoiceField(
        label=gettext_lazy("At least"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("One factor")),
            (Strength.TWO_FACTORS.value, gettext_lazy("Two factors")),
            (Strength.PHISHING_RESISTANT.value, gettext_lazy("A factor that cannot be phished")),
        ],
    )
    methods = forms.MultipleChoiceField(
        label=gettext_lazy("Allowed methods"),
        required=False,
        choices=SignInMethod.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all are allowed."),
    )
    authenticators = forms.CharField(
        label=gettext_lazy("Makes of security key (AAGUID)"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line; passkeys of others cannot be set up. None: all may. Needs MAGO_PASSKEY_ROOTS."
        ),
    )
    idle_minutes = forms.IntegerField(
        label=gettext_lazy("A session ends after so many minutes without use"),
        required=False,
        min_value=1,
        max_value=525_600,
    )
    absolute_minutes = forms.IntegerField(
        label=gettext_lazy("A session ends after so many minutes in any case"),
        required=False,
        min_value=1,
        max_value=525_600,
    )
    single_session = forms.BooleanField(label=gettext_lazy("One session at a time"), required=False)
    grace_until = MomentField(
        label=gettext_lazy("Demanded from (UTC)"),
        help_text=gettext_lazy("Until then, people are only reminded of the factor they lack."),
    )

    def __init__(
        self, data: Any, *, viewer: Actor, organization: Organization | None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        fields: dict[str, Any] = self.fields
        if organization is None:
            # Whoever holds it in whatever organization; and the platform has no sites.
            fields["role"].choices = [("", _("Everybody")), *RoleName.choices]
            del fields["site"]
            return
        own = [(str(r.pk), r.name) for r in CustomRole.objects.of(organization).order_by("name")]
        groups = [(_("Own roles"), own)] if own else []
        fields["role"].choices = [("", _("Everybody")), *BUILT_IN, *groups]
        fields["site"].offer(sites_of(viewer, organization))

    def clean_methods(self) -> list[str] | None:
        return sorted(self.cleaned_data["methods"]) or None

    def clean_authenticators(self) -> list[str] | None:
        return sorted(set(self.cleaned_data["authenticators"].lower().split())) or None
