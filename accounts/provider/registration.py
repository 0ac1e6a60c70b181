"""What an application may be: what it may ask for, how it proves itself, where people are sent back to."""

from collections.abc import Iterable
from typing import Any, cast

from django.utils.translation import gettext as _

from accounts.organizations.selectors import domains_of

from .addresses import host_of, is_https, is_redirect
from .models import Algorithm, Application, ApplicationType, AuthMethod
from .scopes import API, API_READ, is_scope

MOST = 20

CODE, REFRESH, CLIENT = "authorization_code", "refresh_token", "client_credentials"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
# What each type may be allowed. There is no implicit grant, and none by password.
GRANTS: dict[str, tuple[str, ...]] = {
    ApplicationType.PUBLIC: (CODE, REFRESH, DEVICE),
    ApplicationType.CONFIDENTIAL: (CODE, REFRESH, DEVICE, CLIENT),
}
DEFAULT_GRANTS = (CODE, REFRESH)
DEFAULT_SCOPES = ("openid", "profile", "email", "offline_access")
METHODS: dict[str, tuple[str, ...]] = {
    ApplicationType.PUBLIC: (AuthMethod.NONE,),
    ApplicationType.CONFIDENTIAL: (AuthMethod.SECRET, AuthMethod.PRIVATE_KEY),
}


def problems(application: Application) -> Iterable[tuple[str, str]]:
    """Field and words for all that is wrong."""
    yield from _wrong_addresses(application)
    yield from _wrong_rights(application)
    if application.auth_method not in METHODS[application.type]:
        yield "auth_method", _("An application of this type cannot prove itself so.")
    elif application.auth_method == AuthMethod.PRIVATE_KEY and not _are_keys(application.jwks):
        yield "jwks", _("Give its public keys as a JWK set, with no private part.")
    if application.id_token_algorithm not in Algorithm.values:
        yield "id_token_algorithm", _("Not one of the algorithms.")


def _wrong_addresses(application: Application) -> Iterable[tuple[str, str]]:
    public = application.is_public
    uris = application.redirect_uris
    if len(uris) > MOST or not all(is_redirect(uri, public=public) for uri in uris):
        yield (
            "redirect_uris",
            _(
                "Give whole https addresses; for an app on a device also http://127.0.0.1/… or its own scheme."
            ),
        )
    elif CODE in application.grants and not uris:
        yield "redirect_uris", _("Give at least one.")
    uris = application.logout_uris
    if len(uris) > MOST or not all(is_redirect(uri, public=public) for uri in uris):
        yield "logout_uris", _("Give whole https addresses.")
    uri = application.backchannel_logout_uri
    if uri and not is_redirect(uri, public=False):
        yield "backchannel_logout_uri", _("Give a whole https address.")
    if not all(_is_own_resource(application, uri) for uri in application.resources):
        yield "resources", _("Give https addresses at domains that your organization has proved.")


def _wrong_rights(application: Application) -> Iterable[tuple[str, str]]:
    if not application.grants or set(application.grants) - set(GRANTS[application.type]):
        yield "grants", _("An application of this type may have none of these, or not all.")
    acts = CLIENT in application.grants and {API, API_READ} & set(application.scopes)
    if acts and application.organization_id is None:
        yield "scopes", _("The platform has no service account as which it could act at our API.")
    elif acts and application.service_account is None:
        yield "service_account", _("Choose as whom it acts by itself.")
    scopes = application.scopes
    if not scopes or len(scopes) > MOST or not all(is_scope(word) for word in scopes):
        yield "scopes", _("Not all of these are scopes.")
    elif len(" ".join(scopes)) > 200:
        yield "scopes", _("These are too many.")


def _is_own_resource(application: Application, uri: str) -> bool:
    """Else somebody could have tokens made that another's resource believes."""
    if not is_https(uri) or len(uri) > 300 or len(application.resources) > MOST:
        return False
    if application.organization is None:
        return True
    host = host_of(uri)
    proved = domains_of(application.organization).filter(proved_at__isnull=False)
    names = proved.values_list("name", flat=True)
    return any(host == name or host.endswith(f".{name}") for name in names)


def _are_keys(jwks: Any) -> bool:
    """Whether it is a set of public keys for signatures, and few of them."""
    if not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
        return False
    keys = jwks["keys"]
    if not 0 < len(keys) <= 5 or not all(isinstance(key, dict) for key in keys):
        return False
    if any("d" in key or key.get("kty") not in ("EC", "OKP", "RSA") for key in keys):
        return False
    # Here, as only applications with keys of their own need it: it takes 3 MB with what it brings.
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        KeySet.import_key_set(cast(Any, jwks))
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True
