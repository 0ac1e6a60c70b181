"""Cleaning of what people type about applications."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.organizations.models import Organization
from accounts.provider.models import Algorithm, Application, ApplicationType, AuthMethod
from accounts.provider.registration import (
    CLIENT,
    CODE,
    DEFAULT_GRANTS,
    DEFAULT_SCOPES,
    DEVICE,
    GRANTS,
    REFRESH,
)
from accounts.provider.selectors import may_act_as
from mago.core.edit_forms import OPENED, EditForm

from ...fields import OneOfField, RowField, SearchField
from ...pages import Filters

GRANT_LABELS = {
    CODE: gettext_lazy("People sign in with a browser (authorization code)"),
    REFRESH: gettext_lazy("It stays signed in (refresh tokens)"),
    DEVICE: gettext_lazy("Devices without a browser (device authorization)"),
    CLIENT: gettext_lazy("It acts by itself (client credentials)"),
}
PLATFORM_RESOURCES = gettext_lazy("One https address a line: it is given signed tokens for them.")


class ApplicationFilters(Filters):
    q = SearchField(gettext_lazy("Name"), max_length=60)
    state = OneOfField(
        gettext_lazy("State"),
        [("active", gettext_lazy("Active")), ("disabled", gettext_lazy("Disabled"))],
    )


class LinesField(forms.CharField):
    """One value a line; cleaned to a list."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
        super().__init__(required=False, max_length=10_000, widget=widget, **kwargs)

    def clean(self, value: Any) -> list[str]:
        lines = (line.strip() for line in super().clean(value).splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class ApplicationForm(EditForm):
    """What can be changed later. What is wrong with an address is said by the service, beside its field."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    redirect_uris = LinesField(
        label=gettext_lazy("Redirect addresses"),
        help_text=gettext_lazy("One a line, letter by letter as the application sends them."),
    )
    logout_uris = LinesField(
        label=gettext_lazy("Addresses after signing out"), help_text=gettext_lazy("One a line.")
    )
    backchannel_logout_uri = forms.CharField(
        label=gettext_lazy("Address that is told when somebody signs out"),
        required=False,
        max_length=500,
    )
    grants = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=list(GRANT_LABELS.items()),
        initial=list(DEFAULT_GRANTS),
        widget=forms.CheckboxSelectMultiple,
    )
    scopes = LinesField(
        label=gettext_lazy("Scopes"),
        initial=list(DEFAULT_SCOPES),
        help_text=gettext_lazy(
            "One a line: openid, profile, email, offline_access, api:read, api, or those of your own resource."
        ),
    )
    service_account = RowField(
        label=gettext_lazy("Acts as"),
        help_text=gettext_lazy("The service account whose roles it has when it acts by itself."),
    )
    resources = LinesField(
        label=gettext_lazy("Own resources"),
        help_text=gettext_lazy(
            "One https address a line, at a domain that you have proved: it is given signed tokens for them."
        ),
    )
    id_token_algorithm = forms.ChoiceField(
        label=gettext_lazy("ID tokens are signed with"),
        choices=Algorithm.choices,
        initial=Algorithm.ES256,
    )
    jwks = forms.CharField(
        label=gettext_lazy("Its public keys (JWK set)"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy("Where it proves itself by a key of its own."),
    )

    def __init__(
        self,
        data: Any,
        *,
        organization: Organization | None,
        application: Application | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(application) if application else None)
        fields: dict[str, Any] = self.fields
        if organization is None:
            del fields["service_account"]
            fields["resources"].help_text = PLATFORM_RESOURCES
        else:
            fields["service_account"].offer(may_act_as(organization))
        if application is not None:
            offered = GRANTS[application.type]
            fields["grants"].choices = [(g, GRANT_LABELS[g]) for g in GRANT_LABELS if g in offered]
            if application.auth_method != AuthMethod.PRIVATE_KEY:
                del fields["jwks"]

    def clean_jwks(self) -> Any:
        if not (text := self.cleaned_data["jwks"]):
            return None
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise forms.ValidationError(_("This is not JSON.")) from None


class NewApplicationForm(ApplicationForm):
    type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=ApplicationType.choices,
        initial=ApplicationType.CONFIDENTIAL,
    )
    auth_method = forms.ChoiceField(
        label=gettext_lazy("Proves itself by"),
        required=False,
        choices=[("", gettext_lazy("What is usual for its type")), *AuthMethod.choices],
    )
    field_order = ("name", "type", "auth_method")


def _initial(application: Application) -> dict[str, Any]:
    names = ApplicationForm.base_fields.keys() - {OPENED}
    initial = {name: getattr(application, name) for name in names}
    initial["service_account"] = str(application.service_account_id or "")
    initial["jwks"] = json.dumps(application.jwks, indent=1) if application.jwks else ""
    return initial
