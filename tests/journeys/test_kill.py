"""kill -9 between the answer to a sign-up and its mail: nothing is lost."""

import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.conftest import PASSWORD
from tests.journeys.visitor import Visitor
from tests.running import Site, free_port, running

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def kill(site: Site) -> None:
    """All of its processes at once, with no chance to tidy up."""
    parent = psutil.Process(site.process.pid)
    for process in [*parent.children(recursive=True), parent]:
        process.send_signal(signal.SIGKILL)
    site.process.wait(20)


def test_the_mail_arrives_after_the_restart_and_the_account_comes_to_be(tmp_path: Path) -> None:
    # Nobody listens there, so the mail cannot have left when the process dies.
    with running(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{free_port()}") as site:
        answer = Visitor(site.base).submit(
            "/accounts/signup/", email="eve@example.com", password1=PASSWORD
        )
        assert answer.status == 200
        kill(site)
    with running(tmp_path) as site:
        wait_for_mail(site)
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


def wait_for_mail(site: Site) -> None:
    """The first delay of a put-off mail and the sweeper's clock, or the lease that died: a minute in all."""
    end = time.monotonic() + 75
    while not site.inbox() and time.monotonic() < end:
        time.sleep(0.2)
