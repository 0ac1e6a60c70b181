"""Acme, which has proved acme.example, with a provider of its own; Other, which has proved other.example, with another.

A door lets in whomever a test asserts: what SAML, LDAP and OpenID do before that is theirs.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as live
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts.federation.enterprise import entrance
from accounts.federation.enterprise.asserted import Asserted
from accounts.federation.enterprise.models import IdentityProvider
from accounts.federation.enterprise.services import create_provider, set_state
from accounts.organizations.models import Domain
from accounts.organizations.services import create_organization
from accounts.sessions.models import Session
from accounts.sessions.store import SessionStore
from mago.core import errors
from mago.core.ids import digest
from tests.conftest import Browser

ISSUER = "https://idp.example/metadata"


@pytest.fixture(autouse=True)
def onprem(settings: Any) -> None:
    settings.MAGO_DEPLOYMENT = "onprem"


def organization_with(name: str, owner: Any, domain: str) -> Any:
    organization = create_organization(name=name, owner=owner, actor=owner)
    Domain.objects.create(organization=organization, name=domain, proved_at=timezone.now())
    return organization


def provider_in(organization: Any, actor: Any, kind: str = "saml", **values: Any) -> Any:
    provider = create_provider(organization=organization, kind=kind, name="Entra", actor=actor)
    IdentityProvider.objects.of(organization).filter(pk=provider.pk).update(**values)
    set_state(provider=provider, state="live", actor=actor)
    provider.refresh_from_db()
    return provider


@pytest.fixture
def acme(alice: Any) -> Any:
    return organization_with("Acme", alice, "acme.example")


@pytest.fixture
def provider(acme: Any, alice: Any) -> Any:
    return provider_in(acme, alice)


@pytest.fixture
def other(charlie: Any) -> Any:
    return organization_with("Other", charlie, "other.example")


def asserted(who: str = "ada", **told: Any) -> Asserted:
    return Asserted(
        **{
            "issuer": ISSUER,
            "subject": who,
            "email": f"{who}@acme.example",
            "name": who.capitalize(),
        }
        | told
    )


@pytest.fixture
def arrive(rf: RequestFactory) -> Callable[..., Any]:
    """Somebody comes by a provider in `browser`; the answer, with the browser's cookies written as by the middleware."""

    def go(
        browser: Browser, provider: Any, told: Asserted | None = None, next_url: str = ""
    ) -> Any:
        request: Any = rf.get("/accounts/saml/acme/acs/")
        request.COOKIES = {name: cookie.value for name, cookie in browser.cookies.items()}
        request.session = SessionStore(request.COOKIES.get("sessionid"))
        request.user, request._messages = AnonymousUser(), CookieStorage(request)
        response: Any
        try:
            response = entrance.arrive(
                request, provider=provider, asserted=told or asserted(), next_url=next_url
            )
        except errors.Refused as refusal:
            response = entrance.refuse(request, provider, refusal)
        if request.session.modified and not request.session.is_empty():
            request.session.save()
        if request.session.session_key:
            browser.cookies[live.SESSION_COOKIE_NAME] = request.session.session_key
        assert isinstance(response, HttpResponse)
        return response

    return go


def session_row(browser: Browser) -> Any:
    key = browser.cookies[live.SESSION_COOKIE_NAME].value
    return Session.objects.filter(session_key=digest(key)).first()


def is_in(browser: Browser) -> bool:
    return bool(browser.get("/accounts/").status_code == 200)
