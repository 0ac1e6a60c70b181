"""One installation for the stories that need no other."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PASSWORD
from tests.journeys.visitor import Visitor
from tests.running import ROOT, Site, environment, running

OWNER = "dora@example.com"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(Path(tmp_path_factory.mktemp("journey"))) as running_site:
        yield running_site


@pytest.fixture
def visitor(site: Site) -> Visitor:
    return Visitor(site.base)


@pytest.fixture(scope="session")
def owner(site: Site) -> str:
    """The address of an administrator, made by the command."""
    printed = subprocess.run(
        [
            sys.executable,
            str(ROOT / "manage.py"),
            "create_owner",
            "--email",
            OWNER,
            "--password-stdin",
        ],
        env=environment(site.data, 8000),
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    address: str = json.loads(printed)["email"]
    return address
