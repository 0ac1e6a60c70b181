"""SAML 2.0, as one of the kinds of provider that an organization may have."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.federation import browser
from accounts.federation.enterprise.endings import Ending, near
from accounts.federation.enterprise.kinds import OwnValue, Warning
from accounts.federation.enterprise.models import (
    IdentityProvider,
    Kind,
    ProviderSession,
    SetupTrial,
)
from accounts.federation.enterprise.services import Check
from accounts.models import User
from mago.core.forms import Form

from . import addresses, endings, selectors, services
from .departing import depart
from .forms import SamlForm
from .models import SamlProvider, Source
from .services.requests import Purpose


class Saml:
    kind = Kind.SAML
    settings_template = ""

    def own_values(self, provider: IdentityProvider) -> list[OwnValue]:
        organization = provider.organization
        metadata = addresses.entity_id(organization)
        return [
            OwnValue(_("Metadata (file or address)"), metadata, "metadata_url", metadata),
            OwnValue(_("Entity ID (identifier, audience)"), metadata, "entity_id"),
            OwnValue(
                _("Assertion consumer service (reply URL, single sign-on URL)"),
                addresses.acs_url(organization),
                "acs_url",
            ),
            OwnValue(_("Single logout address"), addresses.logout_url(organization), "logout_url"),
            OwnValue(
                _("Certificate"), services.current_key(organization).certificate, "certificate"
            ),
        ]

    def form(self, provider: IdentityProvider, data: Any = None, files: Any = None) -> Form:
        return SamlForm(selectors.settings_of(provider), data, files)

    def ask(self, form: Form) -> Any:
        assert isinstance(form, SamlForm)
        url = form.described["metadata_url"]
        return {url: services.fetch_metadata(url)} if url else {}

    def save(
        self, provider: IdentityProvider, form: Form, *, actor: User | None, asked: Any = None
    ) -> None:
        assert isinstance(form, SamlForm)
        described = form.described
        described["metadata"] = described["metadata"] or (asked or {}).get(
            described["metadata_url"], b""
        )
        services.configure(provider=provider, actor=actor, **described)

    def is_complete(self, provider: IdentityProvider) -> bool:
        return selectors.settings_of(provider) is not None

    def checks(self, provider: IdentityProvider) -> list[Check]:
        known = selectors.settings_of(provider)
        if known is None:
            return [Check(_("The provider has described itself"), False)]
        described = Check(_("The provider has described itself"), True, "", known.entity_id)
        return [described, *_certificate_checks(known), _metadata_check(known)]

    def begin_test(
        self, request: HttpRequest, provider: IdentityProvider, trial: SetupTrial
    ) -> HttpResponseBase:
        mark = browser.mark(request)
        departure = services.begin(provider, browser=mark, purpose=Purpose.TEST, trial=trial)
        return depart(request, provider, departure, mark)

    def begin_sign_in(
        self, request: HttpRequest, provider: IdentityProvider, *, email: str, next_url: str
    ) -> HttpResponseBase:
        mark = browser.mark(request)
        departure = services.begin(provider, browser=mark, next_url=next_url)
        return depart(request, provider, departure, mark)

    def begin_sign_out(self, request: HttpRequest, session: ProviderSession) -> HttpResponse | None:
        departure = services.begin_logout(session)
        return None if departure is None else depart(request, session.provider, departure)

    def warnings(self, provider: IdentityProvider) -> list[Warning]:
        known = selectors.settings_of(provider)
        if known is None:
            return []
        ending = near(endings.of([provider]).get(provider.pk, []))
        found = [Warning(one.text, is_urgent=one.is_urgent) for one in ending]
        if known.refresh_problem:
            found.append(Warning(_("Its metadata: %(why)s") % {"why": known.refresh_problem}))
        return found

    def endings(self, providers: Sequence[IdentityProvider]) -> dict[UUID, list[Ending]]:
        return endings.of(providers)


def _certificate_checks(known: SamlProvider) -> list[Check]:
    from .protocol.keys import read_certificate

    checks = []
    for pem in known.certificates:
        one = read_certificate(pem)
        until = _("until %(day)s") % {"day": date_format(one.expires_at)}
        is_over = one.expires_at <= timezone.now()
        # Its key counts as long as it is known here: the day in it is a reminder (SAML V2.0 Metadata Interoperability).
        detail = _("It is over; its key is still believed.") if is_over else until
        evidence = f"{one.subject}\n{one.fingerprint}\n{one.pem}"
        checks.append(
            Check(_("A certificate of the provider"), None if is_over else True, detail, evidence)
        )
    return checks


def _metadata_check(known: SamlProvider) -> Check:
    name = _("Its metadata is looked at again")
    if known.source != Source.URL:
        words = _(
            "It was given by hand: give the next certificate here before the provider uses it."
        )
        return Check(name, None, words)
    if known.refresh_problem:
        return Check(name, False, known.refresh_problem, known.metadata_url)
    if not known.metadata_certificate:
        words = _(
            "It is not signed: what changes in it is not taken over, and is told here instead."
        )
        return Check(name, None, words, known.metadata_url)
    return Check(name, True, "", known.metadata_url)
