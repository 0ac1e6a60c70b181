"""Whom we connect to proves who they are, by a version of TLS that is not broken."""

import re
import ssl

import pytest

from mago.core.trust import trusting
from tests.peers.certificates import certificate_authority, pem
from tests.running import ROOT

MAKES_ONE = re.compile(r"ssl\.(create_default_context|SSLContext|_create_unverified_context)\(")
# The one place; the agent, which shares nothing with us; and the scan, which tries what should be refused.
PLACES = {"mago/core/trust.py", "hubs/agent/wire.py", "mago/tls/scan.py"}


@pytest.fixture
def ca() -> str:
    return pem(certificate_authority("An authority")[0])


def test_certificates_names_and_the_version_count(ca: str) -> None:
    for context in (trusting(), trusting(ca_text=ca)):
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_who_names_an_authority_trusts_no_other(ca: str) -> None:
    assert trusting(ca_text=ca).cert_store_stats()["x509_ca"] == 1


def test_what_is_no_certificate_is_an_error() -> None:
    with pytest.raises((ssl.SSLError, ValueError)):
        trusting(ca_text="no certificate")
    with pytest.raises(OSError, match="No such file"):
        trusting(ca_file="/nowhere")


def test_nobody_makes_a_context_of_their_own() -> None:
    sources = [
        path
        for top in ("mago", "accounts", "hubs", "admincenter")
        for path in (ROOT / top).rglob("*.py")
    ]
    found = {str(p.relative_to(ROOT)) for p in sources if MAKES_ONE.search(p.read_text())}
    assert found == PLACES
