"""`bin/bench saml`: what it costs to believe a SAML response and to open the session, in CPU time.

By Django's own client, so without a socket; from the form that the provider sends to the redirect that
lets the person in, once everything has been imported.
"""

import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import django

from .report import Report, Row, milliseconds
from .server import run_module
from .signin import prepared

GOAL = 0.060  # seconds
TIMES = 60
NAMES = {
    "assertion": "the assertion is signed",
    "both": "response and assertion are signed",
    "encrypted": "the assertion is signed and encrypted",
}


def run(*, postgres: bool, quick: bool, full: bool) -> Report:
    """`full` consumes ten times as many."""
    times = 5 if quick else TIMES * (10 if full else 1)
    with prepared(postgres=postgres) as variables:
        variables["MAGO_DEPLOYMENT"] = "onprem"
        measured = json.loads(run_module("bench.saml", variables, str(times)))
    title = f"{times} SAML responses each, from form to session, with keys of RSA-3072"
    return Report(title, [row(name, measured[name]) for name in NAMES])


def row(name: str, seconds: list[float]) -> Row:
    return Row(
        "SAML",
        NAMES[name],
        f"{milliseconds(median(seconds))} CPU",
        f"{milliseconds(quantiles(seconds, n=20)[-1])} of 1 in 20",
        median(seconds),
        GOAL,
    )


def measure(times: int) -> dict[str, list[float]]:
    """CPU seconds of each, by mode of signing."""
    from accounts.federation.saml.protocol.keys import make_key
    from tests.accounts.federation.saml.idp import MODES

    with tempfile.TemporaryDirectory() as folder:
        way = Provider(Path(folder), make_key("idp", datetime.now(UTC)))
        way.consume(MODES["both"])
        return {name: [way.consume(MODES[name]) for _ in range(times)] for name in NAMES}


class Provider:
    """Acme’s provider, and Acme's people on their way there and back."""

    def __init__(self, folder: Path, keys: tuple[str, str]) -> None:
        from django.utils import timezone

        from accounts.federation.enterprise.models import IdentityProvider
        from accounts.federation.saml.models import SamlProvider, Source
        from accounts.federation.saml.protocol.names import REDIRECT
        from accounts.federation.saml.services import describe
        from accounts.organizations.models import Domain, Organization
        from tests.accounts.federation.saml.idp import ISSUER, SSO, Idp

        self.count = 0
        self.organization = Organization.objects.create(name="Acme", slug="acme")
        Domain.objects.create(
            organization=self.organization, name="acme.example", proved_at=timezone.now()
        )
        provider = IdentityProvider.objects.create(
            organization=self.organization, kind="saml", name="Acme’s", slug="acme", state="live"
        )
        SamlProvider.objects.create(
            provider=provider,
            organization=self.organization,
            source=Source.FIELDS,
            entity_id=ISSUER,
            sign_on_url=SSO,
            sign_on_binding=REDIRECT,
            certificates=[keys[1]],
        )
        self.idp = Idp(describe(self.organization).decode(), folder, keys=keys)

    def consume(self, mode: tuple[str, ...]) -> float:
        from django.test import Client

        from accounts.federation.saml import addresses
        from tests.accounts.federation.saml.conftest import message_of, query_of
        from tests.accounts.federation.saml.idp import encode

        # From elsewhere each time, as networks have their limits.
        address = f"10.0.{self.count // 200}.{self.count % 200 + 1}"
        self.count += 1
        browser: Any = Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR=address)
        left = browser.get("/accounts/saml/acme/login/")["Location"]
        acs = addresses.acs_url(self.organization)
        raw = self.idp.response(
            to=message_of(left).get("ID"),
            acs=acs,
            sp=addresses.entity_id(self.organization),
            mode=mode,
            attributes={"mail": ["bob@acme.example"]},
        )
        fields = {"SAMLResponse": encode(raw), "RelayState": query_of(left)["RelayState"]}
        begin = time.thread_time()
        posted = browser.post("/accounts/saml/acme/acs/", fields)
        answer = browser.get(posted["Location"])
        spent = time.thread_time() - begin
        assert answer.status_code == 302, answer.content
        return spent


if __name__ == "__main__":
    django.setup()
    print(json.dumps(measure(int(sys.argv[1]))))
