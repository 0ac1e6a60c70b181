"""What SAML costs is paid by whoever uses it; so is what other providers, keys and certificates cost."""

import subprocess
import sys

import pytest

from tests.running import ROOT

HEAVY = ("lxml", "saml2", "xmlsec", "jwt", "joserfc", "cryptography.x509")


@pytest.mark.slow
def test_a_process_starts_without_saml(tmp_path: object) -> None:
    program = (
        "import sys, mago.wsgi; from django.urls import get_resolver; get_resolver().url_patterns;"
        "import accounts.federation.saml.views, accounts.federation.saml.kind, accounts.federation.saml.tasks;"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "mago.settings.test", "PATH": ""},
    )
    assert told.stdout.strip() == "[]"


AT_ONCE = """
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from lxml import etree
from accounts.federation.saml.protocol import documents
begin, document = Barrier(8), etree.fromstring("<a/>")
def check(_number):
    begin.wait()
    try:
        documents._check_schema(document, documents.PROTOCOL_SCHEMA)
    except documents.Unproved:
        return "refused"
print(set(ThreadPoolExecutor(8).map(check, range(8))))
"""


@pytest.mark.slow
def test_the_first_responses_of_a_process_may_come_at_once() -> None:
    """libxml2 broke its types for the rest of the process's life where two threads read a schema first."""
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", AT_ONCE],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "mago.settings.test", "PATH": ""},
    )
    assert told.stdout.strip() == "{'refused'}"
