"""What an administrator gives of their provider."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mago.core.edit_forms import EditForm, mark_of

from .models import Comparison, SamlProvider, Source

LARGEST = 262_144
_FORMATS = [
    ("", gettext_lazy("whatever the provider sends")),
    ("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "persistent"),
    ("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "emailAddress"),
    ("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "unspecified"),
]
_DESCRIBING = ("metadata_url", "entity_id", "sign_on_url", "logout_url", "certificates")


class SamlForm(EditForm):
    """By which of `Source` the provider is described follows from what is given: the first of them counts."""

    metadata = forms.FileField(label=gettext_lazy("Metadata file"), required=False)
    metadata_url = forms.CharField(
        label=gettext_lazy("Or the address of its metadata"), max_length=2000, required=False
    )
    entity_id = forms.CharField(
        label=gettext_lazy("Or its entity ID (issuer)"), max_length=1024, required=False
    )
    sign_on_url = forms.CharField(
        label=gettext_lazy("Sign-in address"), max_length=2000, required=False
    )
    logout_url = forms.CharField(
        label=gettext_lazy("Logout address"), max_length=2000, required=False
    )
    certificates = forms.CharField(
        label=gettext_lazy("Certificates with which it signs (PEM)"),
        max_length=50_000,
        required=False,
        widget=forms.Textarea,
    )
    name_id_format = forms.ChoiceField(
        label=gettext_lazy("NameID format"), choices=_FORMATS, required=False
    )
    subject_attribute = forms.CharField(
        label=gettext_lazy("Attribute that says who somebody is"),
        help_text=gettext_lazy(
            "Empty: the NameID. It must never change, nor be given to somebody else."
        ),
        max_length=500,
        required=False,
    )
    context_classes = forms.CharField(
        label=gettext_lazy("Ways of signing in that are demanded there (AuthnContextClassRef)"),
        help_text=gettext_lazy("One on each line."),
        max_length=2000,
        required=False,
        widget=forms.Textarea,
    )
    comparison = forms.ChoiceField(
        label=gettext_lazy("Of these"), choices=Comparison.choices, required=False
    )
    always_asks = forms.BooleanField(
        label=gettext_lazy("Ask people again at each sign-in (ForceAuthn)"), required=False
    )

    def __init__(self, known: SamlProvider | None, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, initial=_initial(known or SamlProvider()))

    @property
    def behind(self) -> dict[str, str]:
        """A metadata file takes the place of the whole description."""
        return {"metadata": "\n".join(self.initial[name] for name in _DESCRIBING)}

    def _settle(self, opened: Mapping[str, str]) -> None:
        """Where both have described it, the description is one thing: an address would take the place of fields that
        the other has changed, and fields would count for nothing beside the other’s address."""
        typed = {name: self.data.get(name, "") for name in _DESCRIBING}
        super()._settle(opened)
        now, sent = self._marks(), {name: mark_of(typed[name]) for name in _DESCRIBING}
        theirs = [name for name in _DESCRIBING if opened.get(name, now[name]) != now[name]]
        if all(sent[name] in (opened.get(name), now[name]) for name in _DESCRIBING):
            return
        data: Any = self.data
        for name in theirs:
            data[name] = typed[name]
            if sent[name] != now[name] and name not in self._contested:
                self._contested.append(name)

    def clean_metadata(self) -> bytes:
        sent = self.cleaned_data["metadata"]
        if not sent:
            return b""
        if sent.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than the metadata of one provider."))
        sent.seek(0)  # It may have been read by a form before this one.
        content: bytes = sent.read()
        return content

    def clean_context_classes(self) -> list[str]:
        return [
            line.strip()
            for line in self.cleaned_data["context_classes"].splitlines()
            if line.strip()
        ]

    @property
    def described(self) -> dict[str, Any]:
        """As `services.configure` takes it."""
        given = self.cleaned_data
        named = ("entity_id", "sign_on_url", "logout_url", "certificates")
        source = Source.FIELDS
        if given["metadata"]:
            source = Source.FILE
        elif given["metadata_url"]:
            source = Source.URL
        options = ("name_id_format", "subject_attribute", "context_classes", "always_asks")
        return {
            "source": source,
            "metadata": given["metadata"],
            "metadata_url": given["metadata_url"] if source == Source.URL else "",
            "fields": {name: given[name] for name in named},
            "options": {name: given[name] for name in options}
            | {"comparison": given["comparison"] or Comparison.EXACT},
        }


def _initial(known: SamlProvider) -> dict[str, Any]:
    names = ("metadata_url", "name_id_format", "subject_attribute", "comparison", "always_asks")
    told = dict.fromkeys(_DESCRIBING, "") | {name: getattr(known, name) for name in names}
    told["context_classes"] = "\n".join(known.context_classes)
    if known.source != Source.URL:
        told |= {name: getattr(known, name) for name in ("entity_id", "sign_on_url", "logout_url")}
        told["certificates"] = "".join(known.certificates)
    return told
