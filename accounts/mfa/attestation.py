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
    from webauthn.helpers.structs import AttestationFormat

    allowed = demand_on(user).authenticators
    if allowed is None:
        return True
    proved = verified.fmt != AttestationFormat.NONE and bool(roots())
    return proved and verified.aaguid in allowed


@cache
def roots() -> dict[Any, list[bytes]] | None:
    """The root certificates of makers, for every format of attestation that has certificates."""
    from webauthn.helpers.structs import AttestationFormat

    if not settings.PASSKEY_ROOTS:
        return None
    files = sorted(Path(settings.PASSKEY_ROOTS).glob("*.pem"))
    certificates = [path.read_bytes() for path in files]
    return {fmt: certificates for fmt in AttestationFormat if fmt != AttestationFormat.NONE}
