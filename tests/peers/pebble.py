"""A certificate authority that speaks ACME (RFC 8555) on loopback: Pebble, which Let's Encrypt tests clients with."""

import http.client
import json
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.peers.certificates import certificate_authority, issue, pem, private_pem
from tests.running import free_port


@dataclass
class Pebble:
    """`directory` is where ACME begins, spoken to by a certificate of `own_ca`; `root` signs what it issues."""

    folder: Path
    directory: str
    own_ca: Path
    root: Path


@contextmanager
def running_pebble(folder: Path, *, https_port: int, life: timedelta) -> Iterator[Pebble]:
    """An authority that finds every name on loopback, asks it at `https_port`, and issues for `life`.

    Every fourth of its nonces it refuses, as one may under load. Skipped where it is not installed.
    """
    if not shutil.which("pebble") or not shutil.which("pebble-challtestsrv"):
        pytest.skip("pebble is not installed (Debian: pebble)")
    acme, management, dns, tests = (free_port() for _ in range(4))
    ca, key = certificate_authority("Test CA")
    certificate, own_key = issue(ca, key, "localhost", ["127.0.0.1"])
    (folder / "ca.pem").write_text(pem(ca))
    (folder / "api.pem").write_text(pem(certificate))
    (folder / "api.key").write_text(private_pem(own_key))
    told = {
        "listenAddress": f"127.0.0.1:{acme}",
        "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(folder / "api.pem"),
        "privateKey": str(folder / "api.key"),
        "httpPort": free_port(),
        "tlsPort": https_port,
        "ocspResponderURL": "",
        "externalAccountBindingRequired": False,
        "certificateValidityPeriod": int(life.total_seconds()),
    }
    (folder / "pebble.json").write_text(json.dumps({"pebble": told}))
    names = [
        "pebble-challtestsrv", "-management", f"127.0.0.1:{tests}", "-dns01", f"127.0.0.1:{dns}",
        "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "",
    ]  # fmt: skip
    authority = ["pebble", "-strict", "-config", str(folder / "pebble.json"), "-dnsserver", f"127.0.0.1:{dns}"]  # fmt: skip
    with _running(names, folder / "names.log"), _running(authority, folder / "pebble.log"):
        root = folder / "root.pem"
        root.write_bytes(_get(management, "/roots/0", folder / "ca.pem"))
        yield Pebble(folder, f"https://localhost:{acme}/dir", folder / "ca.pem", root)


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[None]:
    hurried = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "25"}
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=hurried)
    try:
        yield
    finally:
        process.kill()
        process.wait(20)


def _get(port: int, path: str, ca: Path) -> bytes:
    context = ssl.create_default_context(cafile=str(ca))
    end = time.monotonic() + 30
    while time.monotonic() < end:
        connection = http.client.HTTPSConnection("localhost", port, timeout=5, context=context)
        with suppress(OSError), closing(connection):
            connection.request("GET", path)
            return connection.getresponse().read()
        time.sleep(0.05)
    raise AssertionError("pebble did not start")
