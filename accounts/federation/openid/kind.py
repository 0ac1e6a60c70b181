"""OpenID Connect, as one of the kinds of provider that an organization may have."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.federation import browser
from accounts.federation.discovery import describe
from accounts.federation.enterprise.endings import Ending
from accounts.federation.enterprise.kinds import OwnValue, Warning
from accounts.federation.enterprise.models import (
    IdentityProvider,
    Kind,
    ProviderSession,
    SetupTrial,
)
from accounts.federation.enterprise.services.trials import Check
from accounts.federation.providers import Unproved
from accounts.federation.services.trial import STEPS, walk
from accounts.models import User
from mago.core.forms import Form

from . import services
from .client import Client, client_of
from .forms import OpenIdForm
from .models import OpenIdSettings


class OpenId:
    kind = Kind.OIDC
    settings_template = ""

    def own_values(self, provider: IdentityProvider) -> list[OwnValue]:
        # What is told to the provider before it has told us anything.
        us = Client(
            kind="oidc",
            client_id="",
            secret="",
            organization=provider.organization.slug,
            slug=provider.slug,
        )
        home = f"{settings.MAGO_BASE_URL}/"
        return [
            OwnValue(
                _("Redirect URI (sign-in redirect URI, reply URL)"), us.redirect_uri, "redirect_uri"
            ),
            OwnValue(_("Back-channel logout URI"), us.logout_uri, "backchannel_logout_uri"),
            OwnValue(_("Post-logout redirect URI"), home, "post_logout_redirect_uri"),
            OwnValue(_("Initiate login URI (home page)"), home, "initiate_login_uri"),
        ]

    def form(self, provider: IdentityProvider, data: Any = None, files: Any = None) -> Form:
        return OpenIdForm(_row(provider), data)

    def ask(self, form: Form) -> Any:
        return None

    def save(
        self, provider: IdentityProvider, form: Form, *, actor: User | None, asked: Any = None
    ) -> None:
        services.configure(provider=provider, actor=actor, **form.cleaned_data)

    def is_complete(self, provider: IdentityProvider) -> bool:
        return _row(provider) is not None

    def checks(self, provider: IdentityProvider) -> list[Check]:
        trial = walk(client_of(provider))
        checks = [Check(str(step.label), True) for step in trial.passed]
        if trial.failed is not None:
            checks.append(Check(str(trial.failed.label), False, trial.remedy, trial.reason))
        return checks + [Check(str(step.label), None) for step in STEPS[len(checks) :]]

    def begin_test(
        self, request: HttpRequest, provider: IdentityProvider, trial: SetupTrial
    ) -> HttpResponseBase:
        return _leave(request, provider, trial=trial)

    def begin_sign_in(
        self, request: HttpRequest, provider: IdentityProvider, *, email: str, next_url: str
    ) -> HttpResponseBase:
        return _leave(request, provider, email=email, next_url=next_url)

    def begin_sign_out(self, request: HttpRequest, session: ProviderSession) -> HttpResponse | None:
        """OpenID Connect RP-Initiated Logout 1.0, section 2."""
        client = client_of(session.provider)
        try:
            endpoint = describe(client).end_session_endpoint
        except Unproved:
            return None
        if not endpoint:
            return None
        asked = {
            "client_id": client.client_id,
            "post_logout_redirect_uri": f"{settings.MAGO_BASE_URL}/",
        }
        url = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"
        context = {"url": url, "provider": session.provider}
        return render(request, "accounts/enterprise/signed_out.html", context)

    def warnings(self, provider: IdentityProvider) -> list[Warning]:
        return []

    def endings(self, providers: Sequence[IdentityProvider]) -> dict[UUID, list[Ending]]:
        """Its keys are fetched anew and stand in no certificates."""
        return {}


def _row(provider: IdentityProvider) -> OpenIdSettings | None:
    return OpenIdSettings.objects.filter(provider=provider).first()


def _leave(
    request: HttpRequest,
    provider: IdentityProvider,
    *,
    trial: SetupTrial | None = None,
    email: str = "",
    next_url: str = "",
) -> HttpResponse:
    """A page that leads to the provider: browsers let no form of ours be redirected to another site (form-action)."""
    mark = browser.mark(request)
    url = services.begin(
        provider=provider, browser=mark, trial=trial, email=email, next_url=next_url
    )
    context = {"url": url, "provider": {"label": provider.name}}
    response = render(request, "accounts/federation/leave.html", context)
    browser.keep(response, mark)
    return response
