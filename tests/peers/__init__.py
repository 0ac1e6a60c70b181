"""Programs that others wrote, started for the journeys that try Mago with them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
