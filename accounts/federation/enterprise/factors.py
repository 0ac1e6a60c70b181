"""Whether a provider says that somebody proved themselves by two factors. Pure."""

from collections.abc import Iterable

# OpenID: RFC 8176 section 2 (amr) and OpenID Connect EAP ACR Values 1.0. SAML: REFEDS MFA Profile, what
# Entra ID and AD FS write, and SAML 2.0 Authentication Context section 3.4.
_SAID_BY_EVERYBODY = frozenset(
    {
        "mfa",
        "phr",
        "phrh",
        "https://refeds.org/profile/mfa",
        "http://schemas.microsoft.com/claims/multipleauthn",
        "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract",
        "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered",
    }
)


def is_second_factor(methods: Iterable[str], own_values: Iterable[str] = ()) -> bool:
    """Whether one of `methods` says so, in words that everybody uses or in `own_values` of the provider.

    >>> is_second_factor(["pwd", "mfa"]), is_second_factor(["pwd"]), is_second_factor(["loa3"], ["loa3"])
    (True, False, True)
    """
    return bool(set(methods) & (_SAID_BY_EVERYBODY | set(own_values)))
