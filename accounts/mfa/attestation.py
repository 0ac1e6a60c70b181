"""Which makes of authenticator may hold a passkey, where an organization cares (`SignInPolicy.authenticators`).

Most do not: then no attestation is asked for, as it tells makes apart and helps nobody. Where one does, the
authenticator must prove its make under a root certificate that the operator has installed; one that proves
nothing is refused (SECURITY: attestation "none" passed a strict policy).
"""

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import User
from accounts.organizations.selectors import demand_on


def conveyance(user: User) -> Any:
    """Whether the browser is asked for an attestation."""
    from webauthn.helpers.structs import AttestationConveyancePreference as Conveyance

    demanded = demand_on(user).authenticators is not None
    return Conveyance.DIRECT if demanded else Conveyance.NONE


def accepted(user: User, verified: Any) -> bool:
    """Whether the person's organizations accept the authenticator that made this credential."""
    allowed = demand_on(user).authenticators
    if allowed is None:
        return True
    # Without a root the package believes any certificate, and a key that vouches for itself needs none.
    proved = bool(certificates(settings.PASSKEY_ROOTS)) and _shows_certificate(verified)
    return proved and verified.aaguid in allowed


def roots() -> dict[Any, list[bytes]] | None:
    """The root certificates of makers, for every format of attestation that has certificates."""
    from webauthn.helpers.structs import AttestationFormat

    installed = certificates(settings.PASSKEY_ROOTS)
    return {fmt: installed for fmt in AttestationFormat if fmt != AttestationFormat.NONE}


@cache
def certificates(folder: str) -> list[bytes]:
    """The root certificates (PEM) in `folder`."""
    return [path.read_bytes() for path in sorted(Path(folder).glob("*.pem"))] if folder else []


def _shows_certificate(verified: Any) -> bool:
    from webauthn.helpers import parse_attestation_object

    return bool(parse_attestation_object(verified.attestation_object).att_stmt.x5c)
