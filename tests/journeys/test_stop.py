"""A stop lets what is under way end: nobody who was being answered is cut off."""

import json
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.running import running

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def sign_in(base: str, answers: list[int | str]) -> None:
    """A sign-in by nobody, which takes a whole hash and is refused."""
    body = json.dumps({"email": "nobody@example.com", "password": "wrong"}).encode()
    asked = urllib.request.Request(
        f"{base}/api/v1/auth/login", body, {"Content-Type": "application/json"}
    )
    try:
        urllib.request.urlopen(asked, timeout=20)
    except urllib.error.HTTPError as refused:
        answers.append(refused.code)
        refused.close()
    except OSError as broken:
        answers.append(str(broken))


def test_requests_under_way_are_answered_and_new_ones_are_not_taken(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        sign_in(site.base, [])
        answers: list[int | str] = []
        threads = [threading.Thread(target=sign_in, args=(site.base, answers)) for _ in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        before = len(answers)
        site.process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        assert before < 6
        # Refused by the password or by a limit, but answered.
        assert set(answers) <= {401, 429, 503}
        site.process.wait(15)
        address = site.base.removeprefix("http://").split(":")
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address[0], int(address[1])), timeout=2)
