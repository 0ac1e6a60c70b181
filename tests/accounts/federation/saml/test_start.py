"""What SAML costs is paid by whoever uses it."""

import subprocess
import sys

import pytest

from tests.running import ROOT

HEAVY = ("lxml", "saml2", "xmlsec")


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
