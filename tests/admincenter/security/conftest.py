"""Acme's programme: alice owns Acme, bob is its security officer, rita reads there; charlie is a stranger, dora administers the platform."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.admincenter.organizations.conftest import acme, other
from tests.conftest import Browser

__all__ = ["acme", "other"]

AT = "/admincenter/security/acme/"
CRITICAL = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.SECURITY_FILES_DIR = tmp_path / "files"


@pytest.fixture
def programme(acme: Any) -> Any:
    from admincenter.security.selectors.programmes import programme_of

    return programme_of(acme)


@pytest.fixture
def platform(db: None) -> Any:
    from admincenter.security.selectors.programmes import programme_of

    return programme_of(None)


@pytest.fixture
def officer(bob: Any, acme: Any) -> Any:
    from accounts.access.roles import RoleName
    from accounts.access.services import grant_role

    grant_role(user=bob, role=RoleName.SECURITY_OFFICER, actor=None, scope=acme.access_scope)
    return bob


@pytest.fixture
def rita(person: Callable[..., Any], acme: Any) -> Any:
    from accounts.access.models import Membership
    from accounts.access.roles import RoleName
    from accounts.access.services import grant_role

    rita = person("rita")
    Membership.objects.create(organization=acme, user=rita)
    grant_role(user=rita, role=RoleName.REPORTER, actor=None, scope=acme.access_scope)
    return rita


@pytest.fixture
def owner(alice: Any, acme: Any) -> Browser:
    return Browser().as_person(alice)


@pytest.fixture
def ticket(programme: Any, alice: Any) -> Callable[..., Any]:
    """Makes a ticket of Acme; critical unless told otherwise."""
    from admincenter.security.services.tickets import create_ticket

    def make(title: str = "Session survives sign-out", **fields: Any) -> Any:
        given = {"source": "scanner", "vector": CRITICAL, "actor": alice} | fields
        return create_ticket(programme=programme, title=title, **given)

    return make


@pytest.fixture
def release(programme: Any, alice: Any) -> Any:
    from admincenter.security.services.releases import create_release

    return create_release(programme=programme, version="2.5.0", actor=alice)


@pytest.fixture
def fixed(ticket: Any, release: Any, alice: Any) -> Any:
    """A ticket that alice has fixed in the release."""
    from admincenter.security.services.moves import move_ticket
    from admincenter.security.workflow import Move

    one = ticket()
    for move, needs in (
        (Move.TRIAGE, {}),
        (Move.PLAN, {"release": release}),
        (Move.START, {}),
        (Move.FIX, {"evidence": "commit 4f2a, test added"}),
    ):
        one = move_ticket(ticket=one, move=move, actor=alice, **needs)
    return one


@pytest.fixture
def robot(acme: Any, alice: Any) -> Any:
    """A service account of Acme that alice made."""
    from accounts.access.roles import RoleName
    from accounts.access.services import create_service_account, grant_role

    account = create_service_account(organization=acme, name="Pipeline", actor=alice)
    grant_role(user=account, role=RoleName.SECURITY_OFFICER, actor=None, scope=acme.access_scope)
    return account


class Crew(NamedTuple):
    alice: Any
    officer: Any
    rita: Any


@pytest.fixture
def crew(alice: Any, officer: Any, rita: Any) -> Crew:
    """Who works in Acme: its owner, its security officer, and somebody who reads."""
    return Crew(alice, officer, rita)
