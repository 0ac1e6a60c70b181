"""kill -9 between the answer to a sign-up and its mail: nothing is lost."""

import signal
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from django.utils import timezone

from mago.messaging.models import Message
from tests.conftest import PASSWORD
from tests.journeys.conftest import Inside
from tests.journeys.visitor import Visitor
from tests.running import Site, free_port, running

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def kill(site: Site) -> None:
    """All of its processes at once, with no chance to tidy up."""
    parent = psutil.Process(site.process.pid)
    for process in [*parent.children(recursive=True), parent]:
        process.send_signal(signal.SIGKILL)
    site.process.wait(20)


def test_the_mail_arrives_after_the_restart_and_the_account_comes_to_be(
    tmp_path: Path, inside: Inside
) -> None:
    # Nobody listens there, so the mail cannot have left when the process dies.
    with running(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{free_port()}") as site:
        answer = Visitor(site.base).submit(
            "/accounts/signup/", email="eve@example.com", password1=PASSWORD
        )
        assert answer.status == 200
        kill(site)
    with inside(site):
        let_a_minute_pass()
    with running(tmp_path) as site:
        visitor = Visitor(site.base)
        # Written before the restart, under the port of that time.
        link = urlsplit(site.link_to("eve@example.com", "/confirm-email/")).path
        page = visitor.submit(link, password1=PASSWORD)
        assert page.url.endswith("/accounts/")
        assert len([mail for mail in site.inbox() if mail["to"] == "eve@example.com"]) == 1
        kill(site)
    with running(tmp_path) as site:
        page = Visitor(site.base).submit(
            "/accounts/login/", login="eve@example.com", password=PASSWORD
        )
        assert page.url.endswith("/accounts/")


def let_a_minute_pass() -> None:
    """A mail that was put off is due, and the lease of whoever died with it has run out."""
    before = timezone.now() - timedelta(minutes=1)
    Message.objects.update(due_at=before)
    Message.objects.filter(leased_until__isnull=False).update(leased_until=before)
