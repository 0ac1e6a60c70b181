"""Clients that others wrote sign in, trust our signature, and are refused with a wrong secret."""

import base64
import os
import pty
import select
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.hubs.conftest import Enrolled
from tests.hubs.hub import Device

pytestmark = [pytest.mark.one_database, pytest.mark.peer]

LIMIT = 10  # seconds
needs_gsasl = pytest.mark.skipif(not shutil.which("gsasl"), reason="gsasl is not installed")
needs_cyrus = pytest.mark.skipif(
    not shutil.which("sasl-sample-client"), reason="sasl2-bin is not installed"
)


def gsasl(device: Device, mechanism: str) -> tuple[int, bool]:
    """Status of our last answer, and whether GNU SASL took it for a success."""
    options = ["-m", mechanism, "-a", device.name, "-p", device.secret]
    with subprocess.Popen(
        ["stdbuf", "-oL", "gsasl", "--client", "--quiet", "--no-cb", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as client:
        assert client.stdin
        assert client.stdout
        assert client.stdout.readline().strip() == mechanism
        first = client.stdout.readline().strip()
        started = device.post(
            "auth/start", {"mechanism": mechanism, "initial_response": first}
        ).json()
        client.stdin.write(started["challenge"] + "\n")
        client.stdin.flush()
        final = client.stdout.readline().strip()
        answer = device.post("auth/continue", {"sid": started["sid"], "response": final})
        # It asks for one more line once it has what it wants.
        data = answer.json().get("additional_data", answer.json().get("data"))
        client.communicate(f"{data}\n\n", timeout=LIMIT)
        return answer.status_code, client.returncode == 0


def cyrus(device: Device, mechanism: str) -> tuple[int, bool]:
    """The same of Cyrus SASL, which wants to ask for the secret at a terminal."""
    options = ["-m", mechanism, "-s", "http", "-n", "localhost", "-a", device.name, "-l"]
    terminal, theirs = pty.openpty()
    client = subprocess.Popen(
        ["sasl-sample-client", *options],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    read = _reader(terminal)
    try:
        _send(terminal, "S: " + base64.b64encode(mechanism.encode()).decode())
        read("Password:")
        _send(terminal, device.secret)
        name, _, first = base64.b64decode(read("C: ")).partition(b"\0")
        assert name.decode() == mechanism
        sent = {"mechanism": mechanism, "initial_response": base64.b64encode(first).decode()}
        started = device.post("auth/start", sent).json()
        _send(terminal, "S: " + started["challenge"])
        final = {"sid": started["sid"], "response": read("C: ")}
        answer = device.post("auth/continue", final)
        data = answer.json().get("additional_data", answer.json().get("data"))
        _send(terminal, "S: " + data)
        return answer.status_code, read("omplete", "cancel", "ailure").endswith("omplete")
    finally:
        os.close(terminal)
        client.kill()
        client.wait(LIMIT)


def _send(terminal: int, line: str) -> None:
    os.write(terminal, line.encode() + b"\n")


def _reader(terminal: int) -> Callable[..., str]:
    """Reads until one of some words came; for `C: ` gives the rest of that line."""
    seen = ""

    def read(*words: str) -> str:
        nonlocal seen
        end = time.monotonic() + LIMIT
        while True:
            for word in words:
                before, found, after = seen.partition(word)
                if found and (word != "C: " or "\n" in after):
                    line, _, rest = after.partition("\n") if word == "C: " else ("", "", after)
                    seen = rest
                    return line.strip() if word == "C: " else before + found
            assert time.monotonic() < end, seen
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    seen += os.read(terminal, 4096).decode()
                except OSError:  # It has ended.
                    raise AssertionError(seen) from None

    return read


PEERS = [
    pytest.param(gsasl, "SCRAM-SHA-256", marks=needs_gsasl),
    pytest.param(cyrus, "SCRAM-SHA-256", marks=needs_cyrus),
    pytest.param(cyrus, "SCRAM-SHA-512", marks=needs_cyrus),
]


@pytest.mark.slow
@pytest.mark.parametrize(("peer", "mechanism"), PEERS)
def test_signs_in_and_trusts_us(enrol: Any, peer: Any, mechanism: str) -> None:
    enrolled: Enrolled = enrol("S-1", "SCRAM-SHA-256", "SCRAM-SHA-512")
    assert peer(Device(enrolled), mechanism) == (200, True)
    assert peer(Device(enrolled, secret="wrong"), mechanism) == (401, False)
