"""The providers by which everybody may sign in: set up, tried, switched on and off."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access.guards import actor, require
from accounts.access.permissions import Permission
from accounts.federation import services
from accounts.federation.models import Kind, SocialProvider
from accounts.federation.providers import CLASSES, Provider
from accounts.federation.selectors import configured, configured_as
from accounts.federation.services.trial import STEPS
from mago.core.edit_forms import OPENED, EditForm
from mago.core.errors import NotFound
from mago.core.form_pages import get_or_post, posted
from mago.core.holding import held

from ..pages import act, page, submit
from ..trials import steps_of

_QUIET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_HELP = {
    Kind.GOOGLE: gettext_lazy("Google Cloud console, APIs and services, credentials."),
    Kind.MICROSOFT: gettext_lazy("Microsoft Entra admin center, app registrations."),
    Kind.APPLE: gettext_lazy("Apple Developer, certificates, identifiers and profiles."),
    Kind.OIDC: gettext_lazy("Any provider that speaks OpenID Connect."),
}


class ProviderForm(EditForm):
    """The fields that a kind asks for; the secret is never shown, and nothing typed keeps it."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=40, help_text=gettext_lazy("What the button says.")
    )
    issuer = forms.CharField(
        label=gettext_lazy("Issuer"),
        max_length=500,
        help_text=gettext_lazy(
            "Exactly as the provider writes it, such as https://id.example.com."
        ),
    )
    tenant = forms.CharField(
        label=gettext_lazy("Tenant"),
        max_length=40,
        help_text=gettext_lazy(
            "The directory (tenant) ID to let one tenant in; or common, organizations (work and school) or consumers."
        ),
    )
    trusts_email = forms.BooleanField(
        label=gettext_lazy("Believe the e-mail addresses of this tenant"),
        required=False,
        help_text=gettext_lazy(
            "Only for a tenant of yours: whoever administers it can name any address. Otherwise we send a mail first."
        ),
    )
    client_id = forms.CharField(label=gettext_lazy("Client ID"), max_length=255)
    team_id = forms.CharField(label=gettext_lazy("Team ID"), max_length=20)
    key_id = forms.CharField(label=gettext_lazy("Key ID"), max_length=20)

    def __init__(self, data: Any, *, kind: str, provider: Provider | None) -> None:
        asked = ("client_id", *CLASSES[kind].asks_for)
        shown = {name: getattr(provider, name) for name in asked} if provider else {}
        super().__init__(data, initial=shown)
        for name in set(self.fields) - {*asked, "secret", OPENED}:
            del self.fields[name]
        for name in asked:
            self.fields[name].widget.attrs.update(_QUIET)
        if kind == Kind.APPLE:
            self.fields["client_id"].label = _("Services ID")
        self.fields["secret"] = _secret_field(kind, required=provider is None)


def _secret_field(kind: str, *, required: bool) -> forms.CharField:
    keep = "" if required else _("Leave it empty to keep the present one.")
    if kind == Kind.APPLE:
        words = _("The content of the .p8 file.")
        area = forms.Textarea(attrs={**_QUIET, "rows": 6})
        return forms.CharField(
            label=_("Private key"),
            max_length=5000,
            widget=area,
            required=required,
            help_text=f"{words} {keep}".strip(),
        )
    return forms.CharField(
        label=_("Client secret"),
        max_length=500,
        widget=forms.PasswordInput(attrs=_QUIET),
        required=required,
        help_text=keep,
    )


@require(Permission.SIGN_IN_PROVIDERS_READ)
@require_safe
def providers(request: HttpRequest) -> HttpResponse:
    found = configured()
    rows = [(kind, found.get(kind.value)) for kind in Kind]
    return page(request, "admincenter/sign_in_providers/list.html", {"rows": rows})


@require(Permission.SIGN_IN_PROVIDERS_READ)
@require_safe
def provider(request: HttpRequest, kind: str) -> HttpResponse:
    return _page_of(request, kind)


def _row(request: HttpRequest, kind: str) -> SocialProvider:
    return SocialProvider(kind=kind)


@require(Permission.SIGN_IN_PROVIDERS_EDIT)
@get_or_post
@held(_row)
def edit(request: HttpRequest, row: SocialProvider) -> HttpResponse:
    kind = row.kind
    form = ProviderForm(posted(request), kind=kind, provider=configured_as(kind))
    saved, status = submit(
        form, lambda **data: services.configure(kind=kind, actor=actor(request), **data)
    )
    if saved:
        messages.success(request, _("Saved. Test it, to see whether people can sign in."))
        return redirect("admincenter:sign_in_provider", kind)
    context = {"form": form, "kind": Kind(kind), "help": _HELP[Kind(kind)]}
    context["redirect_uri"] = _redirect_uri(kind)
    return page(request, "admincenter/sign_in_providers/form.html", context, status=status)


@require(Permission.SIGN_IN_PROVIDERS_EDIT)
@require_POST
def test(request: HttpRequest, kind: str) -> HttpResponse:
    """Tried while one waits, as the answer is what one wants; it takes 40 seconds at most."""
    found = configured_as(kind)
    if found is None:
        raise NotFound
    trial = services.try_provider(found, actor=actor(request))
    return _page_of(request, kind, trial=trial, steps=steps_of(trial, STEPS))


@require(Permission.SIGN_IN_PROVIDERS_EDIT)
@require_POST
def enable(request: HttpRequest, kind: str) -> HttpResponse:
    return _switch(request, kind, on=True, told=_("People can sign in with it now."))


@require(Permission.SIGN_IN_PROVIDERS_EDIT)
@require_POST
def disable(request: HttpRequest, kind: str) -> HttpResponse:
    told = _("Nobody can sign in with it any more. Whoever is signed in stays so.")
    return _switch(request, kind, on=False, told=told)


def _switch(request: HttpRequest, kind: str, *, on: bool, told: str) -> HttpResponse:
    if configured_as(kind) is None:
        raise NotFound
    return act(
        request,
        lambda: services.switch(kind=kind, on=on, actor=actor(request)),
        told,
        to=reverse("admincenter:sign_in_provider", args=[kind]),
    )


def _page_of(request: HttpRequest, kind: str, **context: Any) -> HttpResponse:
    context |= {
        "provider": configured_as(kind),
        "kind": Kind(kind),
        "redirect_uri": _redirect_uri(kind),
    }
    return page(request, "admincenter/sign_in_providers/provider.html", context)


def _redirect_uri(kind: str) -> str:
    return CLASSES[kind](kind=kind, client_id="", secret="").redirect_uri
