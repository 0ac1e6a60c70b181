"""Who gets where by the API: every resource of an organization × everybody, by what it declares for each method.

As for the pages (test_permission_matrix.py), the resources are found by walking the resolver. What is sent makes no
sense on purpose: whoever is let in is told so (400, or 412 for a version that is none), and nothing is done. In each
run the roles take turns at a share of them (tests/turns.py); `bin/test --exhaustive` has each try all.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.utils import timezone

from accounts.access.methods import Means, may_use
from accounts.access.models import Membership
from accounts.access.permissions import NAMES, PLATFORM_ONLY, SENSITIVE, Permission
from accounts.access.roles import ON_PLATFORM, PERMISSIONS, RoleName
from accounts.access.scope import PLATFORM, Scope
from accounts.access.services import create_service_account, grant_role
from accounts.api import quota
from accounts.api.resources import Resource
from accounts.organizations.services import create_organization, create_site
from accounts.provider.models import TokenFamily
from accounts.provider.services import create_api_token
from mago.audit.models import AuditEvent
from mago.core.guards import SIGNED_IN
from tests.architecture.test_permission_matrix import (  # noqa: F401 - with fixtures
    ROLES,
    acme,
    fill,
    holder_of,
    holds,
    holds_on_platform,
    opens_elsewhere,
)
from tests.architecture.test_routes import routes
from tests.conftest import App
from tests.turns import a_share, by_turns

pytestmark = [pytest.mark.one_database, pytest.mark.slow, pytest.mark.exhaustive]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LET_IN = {"GET": {200, 304}, "DELETE": {412}}
NONSENSE = {"no-such-field": 1}
# Each one's own exports and jobs, what the hub has never said, and keys that only SAML has: whoever is let in finds
# nothing.
NOTHING_THERE = re.compile("<uuid:export_id>|^GET jobs/<|/presence$|/keys$")


class Door(NamedTuple):
    pattern: str
    method: str
    access: str
    within: bool
    # Whether it is for nobody but people.
    by_people: bool

    @property
    def permission(self) -> Permission:
        return Permission(self.access)

    @property
    def name(self) -> tuple[str, str]:
        return self.method, self.pattern


def doors() -> Iterator[Door]:
    for path, view in routes():
        resource = getattr(view, "view_class", None)
        if resource is None or not issubclass(resource, Resource):
            continue
        for method in METHODS:
            if hasattr(resource, method.lower()):
                access = resource.access if method == "GET" else resource.changes[method]
                by_people = access == SIGNED_IN or method in resource.by_people
                yield Door(
                    path.removeprefix("/api/v1/"), method, access, resource.within, by_people
                )


ALL = list(doors())
LOCAL = [door for door in ALL if "<uuid:organization_id>" in door.pattern]
# Of the platform, or of whatever one belongs to.
ELSEWHERE = [door for door in ALL if door not in LOCAL and door.access != SIGNED_IN]


@pytest.fixture(autouse=True)
def no_quota(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_READS = settings.API_WRITES = 1_000_000
    quota.forget()
    # Nobody's rights change while one goes through all doors.
    monkeypatch.setattr("accounts.access.principals.SECONDS", 600.0)


@pytest.fixture
def ask(fill: Any) -> Callable[[App, Door], int]:  # noqa: F811 - the fixture
    def send(app: App, door: Door) -> int:
        path = re.sub("^/", "", fill(door))
        match = {"If-Match": '"none"'} if door.method == "DELETE" else {}
        body = None if door.method in ("GET", "DELETE") else NONSENSE
        answer = app.send(door.method, path, body, match)
        if answer.streaming:  # A file, which is closed once it was read.
            b"".join(answer.streaming_content)
        status: int = answer.status_code
        return status

    return send


def is_let_in(door: Door, status: int) -> bool:
    if NOTHING_THERE.search(f"{door.method} {door.pattern}"):
        return status == 404
    return status in LET_IN.get(door.method, {400})


def test_the_matrix_is_not_empty() -> None:
    assert len(LOCAL) > 100
    assert {door.method for door in LOCAL} >= {"GET", "POST", "PATCH", "DELETE"}


def test_nobody_is_let_in_without_a_token_of_somebody(ask: Any) -> None:
    let_in = []
    for door, token in by_turns(a_share(ALL), ["", "mago_at_" + "x" * 43], lambda *_: False):
        app = App()
        app.token = token
        if ask(app, door) != 401:
            let_in.append((door.name, token))
    assert let_in == []


def test_strangers_find_nothing(ask: Any, charlie: Any, person: Any) -> None:
    """Neither who belongs nowhere nor who owns another organization."""
    owner, answers, expected = person("erin"), {}, {}
    create_organization(name="Other", owner=owner, actor=owner)
    apps = {who.name: App().as_person(who) for who in (charlie, owner)}
    for door, who in by_turns(a_share(LOCAL), list(apps), lambda *_: False):
        answers[door.name, who] = ask(apps[who], door)
        # What takes a permission of the platform is refused before anything is looked up.
        expected[door.name, who] = 403 if door.permission in PLATFORM_ONLY else 404
    assert answers == expected


def test_a_role_opens_what_it_holds_and_nothing_else(
    ask: Any,
    acme: Any,  # noqa: F811 - the fixture
    person: Any,
) -> None:
    apps = {role: App().as_person(holder_of(role, acme, person)) for role in ROLES}
    answers, expected = {}, {}
    for door, role in by_turns(a_share(LOCAL), ROLES, holds):
        status = ask(apps[role], door)
        answers[door.name, role] = True if is_let_in(door, status) else status
        expected[door.name, role] = True if holds(door, role) else 403
    assert answers == expected
    assert {role for _name, role in answers} == set(ROLES)


def test_a_role_in_an_organization_opens_nothing_of_the_platform(
    ask: Any,
    acme: Any,  # noqa: F811 - the fixture
    charlie: Any,
    person: Any,
) -> None:
    """Nor does who belongs nowhere; what says that somewhere inside is enough tells what the role holds there."""
    apps: dict[RoleName | None, App] = {None: App().as_person(charlie)}
    apps |= {role: App().as_person(holder_of(role, acme, person)) for role in ROLES}
    answers, expected = {}, {}
    for door, role in by_turns(a_share(ELSEWHERE), [None, *ROLES], opens_elsewhere):
        status = ask(apps[role], door)
        answers[door.name, role] = True if is_let_in(door, status) else status
        expected[door.name, role] = True if opens_elsewhere(door, role) else 403
    assert answers == expected


def test_a_role_on_the_platform_opens_what_it_holds_there_and_nothing_else(
    ask: Any, person: Any
) -> None:
    """Every door that takes a permission, those of an organization to which nobody of them belongs among them."""
    apps = {}
    for role in ON_PLATFORM:
        user = person(f"{role}-here")
        grant_role(user=user, role=RoleName(role), actor=None, scope=PLATFORM)
        apps[role] = App().as_person(user)
    doors = a_share(door for door in ALL if door.access in NAMES)
    wrong = []
    for door, role in by_turns(doors, list(ON_PLATFORM), holds_on_platform):
        status = ask(apps[role], door)
        if status >= 500 or (status == 403) == holds_on_platform(door, role):
            wrong.append((door.name, role, status))
    assert wrong == []


def test_a_role_at_one_site_opens_nothing_of_the_others(
    fill: Any,  # noqa: F811 - the fixture
    acme: Any,  # noqa: F811 - the fixture
    bob: Any,
    alice: Any,
) -> None:
    yard = create_site(organization=acme, name="Yard", actor=alice)
    Membership.objects.create(organization=acme, user=bob)
    role = RoleName.SITE_ADMINISTRATOR
    grant_role(user=bob, role=role, actor=None, scope=Scope(acme.pk, yard.pk))
    app, opened = App().as_person(bob), []
    for door in a_share(LOCAL):
        answer = app.send(door.method, re.sub("^/", "", fill(door)), NONSENSE)
        shut = answer.status_code in (403, 404, 400, 428)
        if not shut and ("Hall" in answer.text or door.permission not in PERMISSIONS[role]):
            opened.append((door.name, answer.status_code))
    assert opened == []


class Robot(NamedTuple):
    """A service account by what it holds in Acme, and one of its tokens."""

    role: RoleName
    read_only: bool = False
    # The only ones that the token may use, where it names them.
    chosen: tuple[Permission, ...] | None = None

    @property
    def permits(self) -> frozenset[Permission]:
        """What its role holds, its token may use, and no API token is kept from."""
        held = PERMISSIONS[self.role] & frozenset(
            Permission if self.chosen is None else self.chosen
        )
        usable = {permission for permission in held if may_use(Means.API_TOKEN, permission)}
        return frozenset(p for p in usable if p.endswith(":read") or not self.read_only)

    def opens(self, door: Door) -> bool:
        if door.by_people or (self.read_only and door.method != "GET"):
            return False
        return (door in LOCAL or door.within) and door.access in self.permits


P = Permission
ROBOTS = (
    Robot(RoleName.ORGANIZATION_OWNER),
    Robot(RoleName.ORGANIZATION_OWNER, read_only=True),
    # What it may not read would be 404, so that it may read whatever a path names.
    Robot(
        RoleName.ORGANIZATION_OWNER,
        chosen=(P.ORGANIZATIONS_READ, P.SITES_READ, P.HUBS_READ, P.HUBS_EDIT, P.TICKETS_EDIT),
    ),
    Robot(RoleName.TECHNICIAN),
)


def token_of(robot: Robot, organization: Any, owner: Any) -> str:
    name = f"Robot {ROBOTS.index(robot)}"
    account = create_service_account(organization=organization, name=name, actor=owner)
    grant_role(user=account, role=robot.role, actor=None, scope=organization.access_scope)
    made: dict[str, Any] = {} if robot.read_only else {"read_only": False}
    if robot.chosen is not None:
        made["permissions"] = [permission.value for permission in robot.chosen]
    return create_api_token(account=account, name="Here", actor=owner, **made)[1]


def test_a_service_account_opens_what_its_role_and_its_token_hold_and_nothing_else(
    ask: Any,
    acme: Any,  # noqa: F811 - the fixture
    alice: Any,
) -> None:
    """Nothing of the platform, what is about people or by them, and who may do what; and only to read, unless it says so."""
    apps = {}
    for robot in ROBOTS:
        apps[robot] = App()
        apps[robot].token = token_of(robot, acme, alice)
    answers, expected = {}, {}
    for door in a_share(ALL):
        for robot in ROBOTS:
            status = ask(apps[robot], door)
            answers[door.name, robot] = True if is_let_in(door, status) else status
            expected[door.name, robot] = True if robot.opens(door) else 403
    assert answers == expected


def test_what_an_api_token_is_kept_from_is_among_the_doors() -> None:
    """The table above would else agree with itself about nothing."""
    kept_from = {P(door.access) for door in LOCAL if not may_use(Means.API_TOKEN, P(door.access))}
    assert kept_from > {P.ROLES_BIND, P.SERVICE_ACCOUNTS_EDIT, P.IDENTITY_PROVIDERS_EDIT}
    assert any(door.by_people and may_use(Means.API_TOKEN, P(door.access)) for door in LOCAL)


def test_what_is_sensitive_asks_for_a_fresh_proof(ask: Any, dora: Any) -> None:
    """ASVS 7.5.3: whoever signed in more than ten minutes ago changes nothing of it."""
    app = App().as_person(dora)
    TokenFamily.objects.filter(user=dora).update(
        authenticated_at=timezone.now() - timedelta(minutes=11)
    )
    sensitive = a_share(door for door in ALL if door.access in SENSITIVE)
    before = AuditEvent.objects.count()
    assert [door.name for door in sensitive if ask(app, door) != 401] == []
    assert AuditEvent.objects.count() == before
