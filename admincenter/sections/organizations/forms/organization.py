"""What an organization is called, and its sites and domains."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.organizations.models import Site
from accounts.organizations.time_zones import is_time_zone
from mago.core.edit_forms import EditForm
from mago.core.forms import Form

from .fields import AddressField


class NameForm(EditForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


class OrganizationForm(NameForm):
    owner = AddressField(
        label=gettext_lazy("Owner"),
        help_text=gettext_lazy("The e-mail address of somebody who has an account."),
    )

    def clean_owner(self) -> User:
        person = User.objects.filter(email=self.cleaned_data["owner"], is_active=True).first()
        if person is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        return person


class SiteForm(NameForm):
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=50,
        initial="UTC",
        help_text=gettext_lazy("Such as Europe/Rome."),
    )
    attributes = forms.CharField(
        label=gettext_lazy("Attributes"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line, such as country=IT. Conditions may ask for them."),
    )

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if not is_time_zone(name):
            raise forms.ValidationError(_("There is no time zone of this name."))
        return name

    def clean_attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["attributes"].splitlines())):
            name, equals, value = (part.strip() for part in line.partition("="))
            if not (name and equals and value):
                raise forms.ValidationError(_("Write %(line)s as name=value.") % {"line": line})
            found[name] = value
        return found


def site_values(site: Site) -> dict[str, Any]:
    """What SiteForm shows of a site."""
    lines = "\n".join(f"{name}={value}" for name, value in site.attributes.items())
    return {"name": site.name, "time_zone": site.time_zone, "attributes": lines}


class DomainForm(Form):
    name = forms.RegexField(
        label=gettext_lazy("Domain"),
        regex=r"^(?=.{4,253}$)([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]\.?$",
        max_length=253,
        error_messages={"invalid": gettext_lazy("Write it as example.com.")},
        help_text=gettext_lazy("What stands after the @ in the addresses of your people."),
    )
