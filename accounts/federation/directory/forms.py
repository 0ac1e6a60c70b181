"""What a customer's administrator says of their directory, and what a person types to sign in by it."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mago.core.edit_forms import EditForm
from mago.core.forms import Form, PasswordField

from .client import Security
from .groups import NamedBy, Nesting
from .models import Directory, Product
from .presets import PRESETS
from .services.configuration import EDITABLE, LARGEST_CA

_PORTS = {Security.LDAPS: 636, Security.STARTTLS: 389}
_USUAL = ("people_filter", "login_filter", "subject_attribute", "group_filter", "nesting")


class SignInForm(Form):
    raw_fields = ("password",)

    login = forms.CharField(
        label=_("E-mail or user name"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )
    password = PasswordField(label=_("Password of your organization"))


class ServersField(forms.CharField):
    """A server on each line: host, host:port, ldaps://host:port, or ldap://host:port with StartTLS."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(_line(server) for server in value)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        return [_server(line) for line in lines if line]


def _line(server: dict[str, Any]) -> str:
    scheme = "ldaps" if server["security"] == Security.LDAPS else "ldap"
    host = f"[{server['host']}]" if ":" in server["host"] else server["host"]
    return f"{scheme}://{host}:{server['port']}"


def _server(line: str) -> dict[str, Any]:
    try:
        parts = urlsplit(line if "://" in line else f"//{line}")
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    is_more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("", "ldap", "ldaps") or not parts.hostname or is_more:
        words = gettext(
            "“%(line)s” is no server. Write one on a line, such as dc1.example.com:636."
        )
        raise forms.ValidationError(words % {"line": line[:100]})
    # Plain LDAP there is not: ldap:// begins in the clear, and nothing is said before StartTLS.
    is_plain = parts.scheme == "ldap" or (not parts.scheme and port == _PORTS[Security.STARTTLS])
    security = Security.STARTTLS if is_plain else Security.LDAPS
    return {
        "host": parts.hostname,
        "port": port or _PORTS[security],
        "security": security.value,
    }


def _number(label: Any, low: int, high: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=low, max_value=high, help_text=help_text)


class DirectoryForm(EditForm):
    """Empty fields with a usual value take that of the product."""

    raw_fields = ("bind_password", "ca")

    product = forms.ChoiceField(label=_("Product"), choices=Product)
    servers = ServersField(
        label=_("Servers"),
        max_length=2000,
        help_text=_(
            "One on a line, asked in this order: dc1.example.com:636 is LDAPS, dc1.example.com:389 is StartTLS. The certificate must be for exactly this name."
        ),
    )
    ca = forms.FileField(
        label=_("CA certificate"),
        required=False,
        help_text=_(
            "PEM, of the CA that has issued the servers’ certificates. Without one, public CAs are trusted."
        ),
    )
    public_ca = forms.BooleanField(
        label=_("Trust the public CAs, and no certificate uploaded here before"), required=False
    )
    bind_name = forms.CharField(
        label=_("Service account"),
        max_length=500,
        help_text=_(
            "The name (DN, or user@domain in Active Directory) of an account that may read people and groups, and nothing else."
        ),
    )
    bind_password = forms.CharField(
        label=_("Password of the service account"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    base = forms.CharField(
        label=_("Where people are"),
        max_length=500,
        help_text=_("The name (DN) above all of them, such as ou=people,dc=example,dc=com."),
    )
    people_filter = forms.CharField(
        label=_("Who counts as a person"), max_length=1000, required=False
    )
    login_filter = forms.CharField(
        label=_("How a person is found"),
        max_length=1000,
        required=False,
        help_text=_("{login} is what they type, {name} the part of it before the @."),
    )
    subject_attribute = forms.CharField(
        label=_("Identifier"),
        max_length=100,
        required=False,
        help_text=_("An attribute that never changes: entryUUID, objectGUID."),
    )
    group_base = forms.CharField(
        label=_("Where groups are"),
        max_length=500,
        required=False,
        help_text=_("Empty: groups are not read."),
    )
    group_filter = forms.CharField(
        label=_("What counts as a group"), max_length=1000, required=False
    )
    nesting = forms.ChoiceField(
        label=_("Groups in groups"), choices=[("", _("Usual")), *Nesting.choices], required=False
    )
    groups_named_by = forms.ChoiceField(label=_("Groups are named by"), choices=NamedBy)
    attempts = _number(
        _("Wrong passwords that we let through at once"),
        1,
        20,
        _("Fewer than lock an account in the directory."),
    )
    pause = _number(
        _("Minutes until we let another one through"),
        1,
        1440,
        _("More than after which the directory forgets wrong passwords."),
    )
    syncs = forms.BooleanField(label=_("Take changes over by the clock"), required=False)
    imports = forms.BooleanField(
        label=_("New people get an account before they first sign in"), required=False
    )
    every = _number(_("Minutes between two readings of what was changed"), 5, 10_080)
    full_every = _number(_("Minutes between two readings of everything"), 15, 10_080)
    brake = _number(
        _("Brake: per cent of all people"),
        0,
        100,
        _("A sync that would disable more waits until somebody confirms it."),
    )

    def __init__(self, row: Directory | None, data: Any = None, files: Any = None) -> None:
        self._row = row
        shown = row or Directory()
        initial = {name: getattr(shown, name) for name in EDITABLE if name != "ca"}
        if row is None:
            initial |= dict.fromkeys(_USUAL, "") | {"servers": ""}
        super().__init__(data, files, initial=initial)
        if row is not None:
            self.fields["bind_password"].required = False
            self.fields["bind_password"].help_text = _("Empty: the present one stays.")
        if row is None or not row.ca:
            del self.fields["public_ca"]

    @property
    def behind(self) -> dict[str, str]:
        """Both take the place of the certificate that is there."""
        return dict.fromkeys(("ca", "public_ca"), self._row.ca if self._row else "")

    def clean_ca(self) -> str | None:
        """The text of the file; None where none was sent."""
        file = self.cleaned_data.get("ca")
        if file is None:
            return None
        file.seek(0)  # It may have been read by a form before this one.
        try:
            return str(file.read(LARGEST_CA + 1).decode("ascii"))
        except UnicodeDecodeError:
            words = gettext("This is no certificate. It begins with -----BEGIN CERTIFICATE-----.")
            raise forms.ValidationError(words) from None

    def values(self) -> dict[str, Any]:
        """What `services.configure` takes, of a valid form."""
        data = dict(self.cleaned_data)
        usual = PRESETS[Product(data["product"])]
        for name in _USUAL:
            data[name] = data[name] or getattr(usual, name)
        if data.pop("public_ca", False):
            data["ca"] = data["ca"] or ""
        if data["ca"] is None:
            data["ca"] = self._row.ca if self._row else ""
        return data
