"""Acme, which has proved example.com, with a directory of its own in memory."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.federation.directory import client, limits
from accounts.federation.directory.models import Directory, Product, SyncRun
from accounts.federation.directory.presets import PRESETS
from accounts.federation.directory.selectors import directory_of, run_for
from accounts.federation.directory.services import configure, request, work
from tests.accounts.federation.enterprise.conftest import organization_with, provider_in

from .fake import BASE, GROUPS, READER, SECRET, FakeDirectory

__all__ = ["directory", "fake", "provider"]

SERVERS = [
    {"host": "one.example.com", "port": 636, "security": "ldaps"},
    {"host": "two.example.com", "port": 389, "security": "starttls"},
]


@pytest.fixture(autouse=True)
def onprem(settings: Any) -> None:
    settings.MAGO_DEPLOYMENT = "onprem"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeDirectory:
    made = FakeDirectory()
    monkeypatch.setattr(client, "open_session", made.session)
    monkeypatch.setattr(client, "_passed_over", {})
    limits._lanes.clear()
    return made


@pytest.fixture
def acme(alice: Any) -> Any:
    return organization_with("Acme", alice, "example.com")


def values(**chosen: Any) -> dict[str, Any]:
    usual = PRESETS[Product.OPENLDAP]
    return {
        "product": Product.OPENLDAP,
        "servers": SERVERS,
        "ca": "",
        "bind_name": READER,
        "base": BASE,
        "people_filter": "(&(objectClass=inetOrgPerson)(mail=*))",
        "login_filter": usual.login_filter,
        "subject_attribute": "entryUUID",
        "group_base": GROUPS,
        "group_filter": usual.group_filter,
        "nesting": usual.nesting,
        "groups_named_by": "cn",
        "imports": True,
    } | chosen


@pytest.fixture
def provider(acme: Any, alice: Any) -> Any:
    made = provider_in(acme, alice, kind="ldap", name="Directory", slug="directory")
    configure(provider=made, actor=alice, bind_password=SECRET, **values())
    made.refresh_from_db()
    return made


@pytest.fixture
def directory(provider: Any) -> Directory:
    return directory_of(provider)


@pytest.fixture
def sync(provider: Any) -> Callable[..., SyncRun]:
    """A run from its asking to its end, or to where the brake stops it."""

    def run(actor: Any = None, **how: Any) -> SyncRun:
        provider.refresh_from_db()
        asked = request(provider=provider, actor=actor, **how)
        while work(asked.pk):
            pass
        return run_for(provider, asked.pk)

    return run
