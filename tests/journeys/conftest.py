"""One installation for the stories that need no other, and a hand inside it."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import override_settings

from mago.settings import identity
from tests.conftest import PASSWORD
from tests.journeys.visitor import Visitor
from tests.running import Site, running

OWNER = "dora@example.com"
Inside = Callable[[Site], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(Path(tmp_path_factory.mktemp("journey"))) as running_site:
        yield running_site


@pytest.fixture(scope="session")
def inside(django_db_blocker: Any) -> Inside:
    """Works on an installation's database as a command beside its server does, and need not start a process for it."""

    @contextmanager
    def work(site: Site) -> Iterator[None]:
        ours = connections["default"]
        file, key = site.data / "mago.sqlite3", (site.data / "secret.key").read_text().strip()
        theirs = type(ours)({**ours.settings_dict, "NAME": str(file)}, "default")
        product = {"SECRET_KEY": key, "PASSWORD_HASHERS": identity.PASSWORD_HASHERS}
        connections["default"] = theirs
        try:
            with override_settings(**product), django_db_blocker.unblock():
                yield
        finally:
            theirs.close()
            connections["default"] = ours

    return work


@pytest.fixture
def visitor(site: Site) -> Visitor:
    return Visitor(site.base)


@pytest.fixture(scope="session")
def owner(site: Site, inside: Inside) -> str:
    """The address of an administrator, made by the command."""
    with inside(site), mock.patch("sys.stdin", io.StringIO(f"{PASSWORD}\n")):
        call_command("create_owner", email=OWNER, password_stdin=True, stdout=io.StringIO())
    return OWNER
