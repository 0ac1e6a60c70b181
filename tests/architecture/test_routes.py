"""Every route says who may enter. A new one that does not, fails here by existing."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access.permissions import Permission
from accounts.api.resources import Resource
from mago.core.guards import HUB, OPERATORS, PUBLIC, SIGNED_IN

pytestmark = pytest.mark.one_database

KNOWN = {PUBLIC, SIGNED_IN, HUB, OPERATORS, *Permission}

# Who may come in without an account; a page that joins this list does so in a diff that somebody reads.
PUBLIC_ROUTES = {
    "/",
    "/.well-known/apple-app-site-association",
    "/.well-known/apple-developer-domain-association.txt",
    "/.well-known/assetlinks.json",
    "/.well-known/change-password",
    "/.well-known/microsoft-identity-association.json",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/security.txt",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/<key>/",
    "/accounts/enterprise/at/<slug:organization>/<slug:provider>/",
    "/accounts/enterprise/set-up/open/<key>/",
    "/accounts/enterprise/set-up/steps/<slug:step>/",
    "/accounts/enterprise/set-up/test/",
    "/accounts/directory/trials/<uuid:trial_id>/",
    "/accounts/enterprise/trials/<uuid:trial_id>/",
    "/accounts/identities/<slug:kind>/begin/",
    "/accounts/identities/<slug:kind>/callback/",
    "/accounts/identities/check-mail/",
    "/accounts/identities/confirm-address/<key>/",
    "/accounts/directory/<slug:organization>/<slug:provider>/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/login/code/verify/",
    "/accounts/login/passkey/",
    "/accounts/login/passkey/options/",
    "/accounts/logout/",
    "/accounts/mfa/enrol/",
    "/accounts/mfa/enrol/<slug:kind>/",
    "/accounts/mfa/enrol/passkey/options/",
    "/accounts/mfa/verify/",
    "/accounts/mfa/verify/<slug:kind>/<int:key>/",
    "/accounts/mfa/verify/<slug:kind>/<int:key>/send/",
    "/accounts/mfa/verify/options/",
    "/accounts/not-me/<key>/",
    "/accounts/openid/<slug:organization>/<slug:provider>/backchannel-logout/",
    "/accounts/openid/<slug:organization>/<slug:provider>/callback/",
    "/accounts/organizations/invitations/<key>/",
    "/accounts/organizations/invitations/<key>/join/",
    "/accounts/password/reset/",
    "/accounts/password/reset/<key>/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/set/",
    "/accounts/saml/<slug:organization>/acs/",
    "/accounts/saml/<slug:organization>/login/",
    "/accounts/saml/<slug:organization>/logout/",
    "/accounts/saml/<slug:organization>/metadata/",
    "/accounts/signup/",
    "/api/v1/auth/code",
    "/api/v1/auth/code/verify",
    "/api/v1/auth/confirm-email",
    "/api/v1/auth/login",
    "/api/v1/auth/mfa/challenge",
    "/api/v1/auth/mfa/verify",
    "/api/v1/auth/passkey/options",
    "/api/v1/auth/passkey/verify",
    "/api/v1/auth/password/confirm",
    "/api/v1/auth/password/reset",
    "/api/v1/auth/refresh",
    "/api/v1/auth/signup",
    "/api/v1/docs/",
    "/api/v1/hubs/auth",
    "/api/v1/hubs/auth/continue",
    "/api/v1/hubs/auth/start",
    "/api/v1/hubs/auth/token",
    "/api/v1/hubs/enrol",
    "/api/v1/messages/twilio/status",
    "/api/v1/schema/",
    "/docs/",
    "/docs/<path:name>/",
    "/docs/images/<str:name>",
    "/docs/search/",
    "/health/live",
    "/health/ready",
    "/oauth/authorize",
    "/oauth/device-authorization",
    "/oauth/end-session",
    "/oauth/end-session/confirm",
    "/oauth/introspect",
    "/oauth/jwks",
    "/oauth/revoke",
    "/oauth/token",
    "/oauth/userinfo",
    "/preferences/",
    "/security/report/",
    "/security/reported/",
    "/setup/<token>/",
}


def routes(resolver: Any = None, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


def access_of(view: Any) -> str | None:
    return getattr(getattr(view, "view_class", view), "access", None) or getattr(
        getattr(view, "cls", None), "access", None
    )


def test_each_declares_its_access() -> None:
    assert [path for path, view in routes() if access_of(view) not in KNOWN] == []


def test_each_resource_says_what_each_change_takes() -> None:
    """Nobody may do what is not named (`Resource.access_to`): it would be a dead door."""
    resources = [view.view_class for _path, view in routes() if hasattr(view, "view_class")]
    wrong = [
        (one.__name__, method)
        for one in resources
        if issubclass(one, Resource)
        for method in one.http_method_names
        if method not in ("get", "head")
        and hasattr(one, method) != (one.changes.get(method.upper()) in KNOWN - {PUBLIC, HUB})
    ]
    assert wrong == []


def test_only_the_listed_routes_are_public() -> None:
    public = {
        path
        for path, view in routes()
        if access_of(view) == PUBLIC and not path.startswith("/dev/")
    }
    assert public == PUBLIC_ROUTES


def test_a_name_means_one_view() -> None:
    """There may be two ways to it, an organization's and the platform's, told apart by their parameters."""
    views: dict[str, set[Any]] = {}
    for pattern in _patterns(get_resolver()):
        name = pattern.name or ""
        if name.startswith(("account_", "api-")):
            views.setdefault(name, set()).add(pattern.callback)
    assert len(views) > 100
    assert {name: found for name, found in views.items() if len(found) > 1} == {}


def _patterns(resolver: Any) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern)
        else:
            yield pattern
