"""When the CA certificates end by which directories are believed. With them sign-in and syncs end."""

from collections.abc import Sequence
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from django.utils.translation import gettext_lazy as _

from accounts.federation.enterprise.endings import Ending
from accounts.federation.enterprise.models import IdentityProvider

from .models import Directory

_BEFORE = _("The CA certificate of the directory ends on %(day)s: upload the next one before.")
_AFTER = _(
    "The CA certificate of the directory ended on %(day)s, so its servers are not believed any more: upload the next one."
)


def of(providers: Sequence[IdentityProvider]) -> dict[UUID, list[Ending]]:
    """For each directory the first of its CA certificates to end; none where public CAs are trusted."""
    rows = Directory.objects.filter(provider__in=list(providers)).values_list("pk", "ca")
    return {key: [_first_of(pem)] for key, pem in rows if pem.strip()}


def _first_of(pem: str) -> Ending:
    # Here, as only a directory with an authority of its own needs it: X.509 takes 2 MB and 26 ms.
    from cryptography import x509

    read = x509.load_pem_x509_certificates(pem.encode())
    first = min(read, key=lambda one: one.not_valid_after_utc)
    fingerprint = first.fingerprint(hashes.SHA256()).hex(":").upper()
    return Ending(first.not_valid_after_utc, fingerprint, _BEFORE, _AFTER)
