"""Rules of the house that a reader would otherwise have to remember."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

pytestmark = pytest.mark.one_database

ROOT = Path(settings.BASE_DIR)
FILES = sorted(
    path
    for folder in ("mago", "accounts", "hubs", "admincenter")
    for path in (ROOT / folder).rglob("*.py")
)
SOURCES = [path for path in FILES if "migrations" not in path.parts]


@cache
def imported(path: Path) -> tuple[tuple[str, str], ...]:
    """Module and name of everything that a file imports."""
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from ((_absolute(path, node), alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    """The module that is meant, also where it is named from the file's own place."""
    above = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
    return ".".join([*above, *filter(None, [node.module])])


def who_imports(module: str, name: str = "") -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in SOURCES
        for found, what in imported(path)
        if found == module and (not name or what == name)
    }


def test_nothing_but_the_sessions_service_signs_in() -> None:
    assert who_imports("django.contrib.auth", "login") == {"accounts/sessions/browser.py"}


def test_nothing_but_the_pipeline_opens_a_session() -> None:
    assert who_imports("accounts.sessions.browser", "open_session") == {
        "accounts/sessions/pipeline.py"
    }


def test_nothing_but_the_api_door_opens_a_token_family() -> None:
    assert who_imports("accounts.provider.services", "open_family") == {"accounts/api/doors.py"}


def test_what_is_private_in_allauth_stays_in_one_module() -> None:
    private = {
        path
        for path in SOURCES
        for module, _ in imported(path)
        if module.startswith("allauth") and "internal" in module
    }
    assert {str(path.relative_to(ROOT)) for path in private} == {"accounts/sessions/pipeline.py"}


@pytest.mark.slow
def test_random_numbers_come_from_the_operating_system() -> None:
    allowed = {  # jitter of a retry is no secret
        "mago/audit/streams/following.py",
        "mago/messaging/delivery.py",
    }
    assert who_imports("random") <= allowed


def test_there_are_no_signal_receivers_of_ours() -> None:
    assert not who_imports("django.dispatch", "receiver")


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_environment_variable_is_documented() -> None:
    from mago.settings import env, main  # noqa: F401

    text = (ROOT / "docs" / "configuration.md").read_text()
    assert [name for name in env.DECLARED if f"`{name}`" not in text] == []


def test_a_unit_test_cannot_open_a_socket() -> None:
    import socket

    import pytest_socket

    # The plug-in warns before it raises, and warnings are errors here.
    with pytest.raises((pytest_socket.SocketBlockedError, UserWarning)):
        socket.socket(socket.AF_INET)
