"""Metadata from where an administrator said: verified, bounded, and from no network of ours."""

from django.utils.translation import gettext as _

from accounts.federation import fetching
from mago.core.errors import Refused
from mago.core.outbound import Unreachable


def fetch_metadata(url: str) -> bytes:
    """What the address answers; Refused beside its field where it does not."""
    if not fetching.is_usable(url):
        raise _refused(_("Give an address of https, as the provider writes it."))
    try:
        return fetch(url)
    except Unreachable as error:
        raise _refused(_("The metadata could not be fetched: %(why)s.") % {"why": error}) from None


def _refused(words: str) -> Refused:
    return Refused(words, code="invalid", fields={"metadata_url": [words]})


def fetch(url: str) -> bytes:
    """As `fetch_metadata`, with Unreachable."""
    accepted = {"Accept": "application/samlmetadata+xml, application/xml, text/xml"}
    answer = fetching.fetch(url, headers=accepted)
    if answer.status != 200:
        raise Unreachable("answer", f"status {answer.status}; redirects are not followed")
    return answer.body
