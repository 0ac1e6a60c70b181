"""Sign-in with Google, Microsoft, Apple or another OpenID provider, and the files that marketplaces ask for.

What is set here stands above what administrators set in the admin center, and is shown there.
"""

import re
from ipaddress import ip_network
from typing import Any

from . import env

SIGN_IN_PROVIDERS: dict[str, dict[str, Any]] = {}


def _provide(kind: str, needed: dict[str, tuple[str, str]], **more: Any) -> None:
    """The provider is configured where all its variables are set; some without the others stop the start."""
    values = {field: env.text(name, meaning=meaning) for field, (name, meaning) in needed.items()}
    missing = [needed[field][0] for field, value in values.items() if not value]
    if len(missing) == len(values):
        return
    if missing:
        raise env.refuse(
            missing[0],
            f"is missing beside the others of {kind}",
            "Set it too, or unset the others.",
        )
    SIGN_IN_PROVIDERS[kind] = values | more


_provide(
    "google",
    {
        "client_id": ("GOOGLE_CLIENT_ID", "Client ID of sign-in with Google."),
        "secret": ("GOOGLE_CLIENT_SECRET", "Client secret of sign-in with Google."),
    },
)

_MANY_TENANTS = ("common", "organizations", "consumers")
_tenant = env.text(
    "MICROSOFT_TENANT",
    "common",
    meaning="Who may sign in with Microsoft: the identifier of one tenant, or `common`, `organizations` (work and school), `consumers`.",
).lower()
if _tenant not in _MANY_TENANTS and not re.fullmatch(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", _tenant
):
    raise env.refuse(
        "MICROSOFT_TENANT",
        f"is {_tenant!r}",
        "Give the directory (tenant) ID, or common, organizations or consumers.",
    )
_trusts_email = env.boolean(
    "MICROSOFT_TRUST_EMAIL",
    False,
    meaning="Whether e-mail addresses of MICROSOFT_TENANT are believed without a mail of ours: only for one tenant, that is yours.",
)
if _trusts_email and _tenant in _MANY_TENANTS:
    raise env.refuse(
        "MICROSOFT_TRUST_EMAIL",
        f"is on for {_tenant}",
        "Anybody can have a tenant with any address in it: name one in MICROSOFT_TENANT, or unset this.",
    )
_provide(
    "microsoft",
    {
        "client_id": ("MICROSOFT_CLIENT_ID", "Application (client) ID of sign-in with Microsoft."),
        "secret": ("MICROSOFT_CLIENT_SECRET", "Client secret of sign-in with Microsoft."),
    },
    tenant=_tenant,
    trusts_email=_trusts_email,
)

_provide(
    "apple",
    {
        "client_id": ("APPLE_CLIENT_ID", "Services ID of sign-in with Apple."),
        "team_id": ("APPLE_TEAM_ID", "Team ID of sign-in with Apple."),
        "key_id": ("APPLE_KEY_ID", "Key ID of sign-in with Apple."),
        "secret": (
            "APPLE_PRIVATE_KEY",
            "Private key (.p8) of sign-in with Apple; best by APPLE_PRIVATE_KEY_FILE.",
        ),
    },
)

_provide(
    "oidc",
    {
        "name": ("OIDC_NAME", "What the button says of the further OpenID provider."),
        "issuer": (
            "OIDC_ISSUER",
            "Issuer of the further OpenID provider, exactly as it writes itself.",
        ),
        "client_id": ("OIDC_CLIENT_ID", "Client ID at the further OpenID provider."),
        "secret": ("OIDC_CLIENT_SECRET", "Client secret at the further OpenID provider."),
    },
)

try:
    FEDERATION_NETWORKS = [
        ip_network(text)
        for text in env.words(
            "MAGO_FEDERATION_NETWORKS",
            "",
            meaning="Networks of ours in which identity providers may be, such as 10.1.0.0/16; without any, only public addresses.",
        )
    ]
except ValueError as wrong:
    raise env.refuse(
        "MAGO_FEDERATION_NETWORKS", f"is wrong: {wrong}", "Give networks such as 10.1.0.0/16."
    ) from None
FEDERATION_CA_FILE = env.text(
    "MAGO_FEDERATION_CA_FILE",
    meaning="File of certificates (PEM) that identity providers are believed by, beside the public ones.",
)

# Files below /.well-known/ by which an owner of apps proves that this site is theirs.
MICROSOFT_ASSOCIATED_APPS = env.words(
    "MICROSOFT_ASSOCIATED_APPS",
    "",
    meaning="Application IDs that microsoft-identity-association.json names, for Microsoft's publisher verification.",
)
APPLE_ASSOCIATED_APPS = env.words(
    "APPLE_ASSOCIATED_APPS",
    "",
    meaning="Apps (TEAMID.bundle.id) that apple-app-site-association names: links and passkeys of this site open in them.",
)
ANDROID_ASSOCIATED_APPS = env.words(
    "ANDROID_ASSOCIATED_APPS",
    "",
    meaning="Apps (package=SHA-256 of the certificate, AA:BB:…) that assetlinks.json names: links and passkeys of this site open in them.",
)
APPLE_DOMAIN_ASSOCIATION = env.text(
    "APPLE_DOMAIN_ASSOCIATION",
    meaning="Content of apple-developer-domain-association.txt, which Apple asks for; best by APPLE_DOMAIN_ASSOCIATION_FILE.",
)


def _all_match(name: str, values: tuple[str, ...], form: str, wanted: str) -> None:
    for value in values:
        if not re.fullmatch(form, value, re.ASCII):
            raise env.refuse(name, f"holds {value!r}", f"Give {wanted}.")


_all_match(
    "MICROSOFT_ASSOCIATED_APPS",
    MICROSOFT_ASSOCIATED_APPS,
    r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "application (client) IDs",
)
_all_match(
    "APPLE_ASSOCIATED_APPS", APPLE_ASSOCIATED_APPS, r"[A-Z0-9]{10}\.[\w.-]+", "TEAMID.bundle.id"
)
_all_match(
    "ANDROID_ASSOCIATED_APPS",
    ANDROID_ASSOCIATED_APPS,
    r"[\w.]+=[0-9A-F]{2}(:[0-9A-F]{2}){31}",
    "package=AA:BB:… with the 32 bytes of the certificate's SHA-256",
)
