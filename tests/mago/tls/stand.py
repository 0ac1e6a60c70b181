"""A certificate of one's own, and the real proxies on loopback."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mago.tls import certificates

HOST = "localhost"
SERIAL = 4711
PEM = serialization.Encoding.PEM


class Pair(NamedTuple):
    certificate: Path
    key: Path


def make_pair(
    folder: Path, *, key: Any = None, days: float = 90, host: str = HOST, age: float = 0
) -> Pair:
    """A self-signed certificate, in force since `age` days, and its key beside it."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    begins = datetime.now(UTC) - timedelta(days=age, seconds=5)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), SERIAL, begins, begins + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pair = Pair(folder / "certificate.pem", folder / "certificate.pem.key")
    pair.certificate.write_bytes(certificate.public_bytes(PEM))
    pair.key.write_bytes(secret)
    return pair


def rsa_key(bits: int) -> Any:
    return rsa.generate_private_key(65537, bits)


def program(name: str) -> str:
    """Where it is installed, beside Python or on the path; "" for nowhere."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or ""


def command(name: str, folder: Path) -> list[str]:
    """How the proxy is run in the foreground with what was rendered into `folder`."""
    match name:
        case "traefik":
            return [program(name), f"--configFile={folder / 'traefik.yml'}"]
        case "caddy":
            return [program(name), "run", "--config", str(folder / "Caddyfile")]
        case "haproxy":
            return [program(name), "-db", "-f", str(folder / "haproxy.cfg")]
        case _:
            return [program(name), "-e", "stderr", "-p", str(folder), "-c", str(nginx_conf(folder))]


def check_command(name: str, folder: Path) -> list[str]:
    """How the proxy is asked whether it takes the files; it serves nothing."""
    match name:
        case "caddy":
            return [program(name), "adapt", "--validate", "--config", str(folder / "Caddyfile")]
        case "haproxy":
            return [program(name), "-c", "-f", str(folder / "haproxy.cfg")]
        case _:
            return [*command("nginx", folder), "-t"]


def nginx_conf(folder: Path) -> Path:
    """nginx takes a file for its http block; this is the rest, for one who may write nowhere else."""
    whole = folder / "nginx.conf"
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log stderr warn;\n"
        f"events {{}}\nhttp {{ access_log off;\n{places} include {folder}/mago.conf; }}\n"
    )
    return whole


@contextmanager
def running_proxy(name: str, folder: Path, port: int) -> Iterator[None]:
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command(name, folder),
            stdout=output,
            stderr=output,
            env=os.environ | {"HOME": str(folder)},
        )
    try:
        for _ in range(400):
            try:
                # Some listen before they have read their certificate, and show one of their own.
                if certificates.fetch(HOST, port, seconds=1).serial == f"{SERIAL:x}":
                    break
                time.sleep(0.05)
            except OSError:
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
        else:
            raise AssertionError(log.read_text())
        yield
    finally:
        process.kill()  # Some take their time to end in peace.
        process.wait(20)
