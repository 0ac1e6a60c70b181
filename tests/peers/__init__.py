"""Programs that others wrote, started for the journeys that try Mago with them."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
INSTALL = "npm install --prefix tests/peers"


def folder_of(package: str) -> Path:
    """Where npm has put the package: below MAGO_NODE_PEERS, else here; the test is skipped where it is not."""
    home = Path(os.environ.get("MAGO_NODE_PEERS") or HERE)
    if shutil.which("node") is None:
        pytest.skip("there is no node on the path")
    if not (home / "node_modules" / package).is_dir():
        pytest.skip(f"npm’s {package} is not installed: {INSTALL}")
    return home


@contextmanager
def openid_provider(port: int, callback: str, copy_to: Path) -> Iterator[str]:
    """The issuer of npm's oidc-provider, answering until the end. Node finds packages beside the script's own place."""
    home = folder_of("oidc-provider")
    (copy_to / "node_modules").symlink_to(home / "node_modules")
    script = shutil.copy(HERE / "openid_provider.mjs", copy_to)
    process = subprocess.Popen(
        ["node", script, str(port), callback],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert any(line.startswith("listening") for line in process.stdout)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=20)


class OpenidClient:
    """npm's openid-client at work, as `openid_client.mjs` tells it: what it says, step by step."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def says(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        step: dict[str, Any] = json.loads(
            self.process.stdout.readline() or '{"failed": "it ended"}'
        )
        assert "failed" not in step, step["failed"]
        return step

    def arrived(self, url: str) -> None:
        """A browser has arrived there."""
        assert self.process.stdin is not None
        self.process.stdin.write(url + "\n")
        self.process.stdin.flush()


@contextmanager
def openid_client(copy_to: Path, **told: Any) -> Iterator[OpenidClient]:
    home = folder_of("openid-client")
    (copy_to / "node_modules").symlink_to(home / "node_modules")
    script = shutil.copy(HERE / "openid_client.mjs", copy_to)
    process = subprocess.Popen(
        ["node", script, json.dumps(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield OpenidClient(process)
    finally:
        process.terminate()
        process.communicate(timeout=20)


APACHE = Path("/usr/lib/apache2/modules")
MODULES = ("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "auth_openidc")


@contextmanager
def apache(port: int, more: str, **pages: str) -> Iterator[str]:
    """The address of an Apache of ours that serves `pages` by folder, with `more` in its configuration."""
    program = shutil.which("apache2") or shutil.which("apache2", path="/usr/sbin")
    if program is None or not (APACHE / "mod_auth_openidc.so").exists():
        pytest.skip("Apache or its mod_auth_openidc is not installed (libapache2-mod-auth-openidc)")
    with tempfile.TemporaryDirectory(prefix="mago-apache-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # Started by root it becomes nobody.
        for path, text in pages.items():
            (folder / "site" / path).mkdir(parents=True)
            (folder / "site" / path / "index.html").write_text(text)
        own = folder / "own.conf"
        own.write_text(_configuration(folder, port) + more)
        process = subprocess.Popen([program, "-X", "-f", own])
        try:
            _wait_for(port, process, folder / "error.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _configuration(folder: Path, port: int) -> str:
    lines = [f"LoadModule {name}_module {APACHE}/mod_{name}.so" for name in MODULES]
    lines += [
        f"ServerRoot {folder}",
        f"PidFile {folder}/pid",
        f"DefaultRuntimeDir {folder}",
        f"ErrorLog {folder}/error.log",
        f"Listen 127.0.0.1:{port}",
        f"ServerName 127.0.0.1:{port}",
        f"DocumentRoot {folder}/site",
        "DirectoryIndex index.html",
    ]
    lines += ["User nobody", "Group nogroup"] if os.getuid() == 0 else []
    return "\n".join([*lines, ""])


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert process.poll() is None, log.read_text() if log.exists() else "Apache did not start"
        time.sleep(0.05)
    raise AssertionError("Apache does not answer")
