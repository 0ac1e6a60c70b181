"""Cleaning of what people type on the entrance pages and in their own account.

Field names are allauth's, so that password managers and tests that know it feel at home.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import normalize_email
from mago.core.errors import Refused
from mago.core.forms import Form, PasswordField


class EmailField(forms.EmailField):
    """An address in the one spelling in which it is stored."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("E-mail address"))
        super().__init__(max_length=254, **kwargs)
        self.widget.attrs.update(autocapitalize="none", spellcheck="false", inputmode="email")
        self.widget.attrs.pop("maxlength", None)

    def clean(self, value: Any) -> str:
        # First the spelling, as it may be longer than what was typed and than the column.
        cleaned: str = super().clean(normalize_email(value) if isinstance(value, str) else value)
        return cleaned


class NewPasswordField(PasswordField):
    """A password to be set: the page says what it must be, the service decides."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Password"))
        kwargs.setdefault(
            "help_text",
            format_lazy(
                _("At least {count} characters; a few words in a row are good."),
                count=settings.PASSWORD_MIN_LENGTH,
            ),
        )
        super().__init__(new=True, **kwargs)
        self.widget.attrs["data-min-length"] = str(settings.PASSWORD_MIN_LENGTH)


class SignUpForm(Form):
    raw_fields = ("password1",)
    service_fields = {"password": "password1"}

    email = EmailField()
    name = forms.CharField(label=_("Your name"), max_length=150, required=False)
    password1 = NewPasswordField()
    # The name of a button: whoever presses it will use a passkey, or codes by mail.
    without_password = forms.BooleanField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, password: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "username"
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        if password:
            del self.fields["without_password"]
        elif self.data.get("without_password"):
            self.fields["password1"].required = False

    @property
    def password(self) -> str | None:
        """What was chosen; None where the account is to have none."""
        if self.cleaned_data.get("without_password"):
            return None
        return str(self.cleaned_data["password1"])


class JoinForm(Form):
    """An account for whoever was invited; the invitation says the address."""

    raw_fields = ("password1",)
    service_fields = {"password": "password1"}

    name = forms.CharField(label=_("Your name"), max_length=150, required=False)
    password1 = NewPasswordField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"


class CodeRequestForm(Form):
    email = EmailField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "username"


class PasskeyForm(Form):
    """What a passkey signed, as the browser's JSON."""

    credential = forms.CharField(max_length=65536)

    def demand_valid(self) -> None:
        """Refused, in words for the sign-in page, unless there is an answer to look at."""
        if not self.is_valid():
            raise Refused(_("The passkey could not be used. Try again, or use another way."))


class SignInForm(Form):
    raw_fields = ("password",)

    login = EmailField()
    password = PasswordField(label=_("Password"))
    remember = forms.BooleanField(label=_("Keep me signed in on this device"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Browsers offer passkeys in the field too (WebAuthn Level 3, conditional mediation).
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"


class AddressForm(Form):
    """The address alone: it says where somebody signs in."""

    login = EmailField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"


class ResetRequestForm(Form):
    email = EmailField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "username"


class ResetForm(Form):
    raw_fields = ("password1",)
    service_fields = {"password": "password1"}

    password1 = NewPasswordField(label=_("New password"))


class ChangePasswordForm(Form):
    raw_fields = ("oldpassword", "password1")
    service_fields = {"current": "oldpassword", "password": "password1"}

    oldpassword = PasswordField(label=_("Current password"))
    password1 = NewPasswordField(label=_("New password"))


class ChangeEmailForm(Form):
    raw_fields = ("password",)
    service_fields = {"current": "password"}

    email = EmailField(label=_("New e-mail address"))
    password = PasswordField(label=_("Current password"))

    def __init__(self, *args: Any, password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        if not password:
            del self.fields["password"]


class ReauthenticateForm(Form):
    raw_fields = ("password",)
    service_fields = {"current": "password"}

    password = PasswordField(label=_("Password"))


class ProfileForm(Form):
    name = forms.CharField(
        label=_("Name"), max_length=150, required=False, help_text=_("As others see it.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"


def current_language() -> str:
    return get_language() or settings.LANGUAGE_CODE
