"""The whole description of the API, tried with what a generator makes of it, as nobody and as each role.

In each run one of them tries each of a share of the operations, every other one an administrator or an owner;
`bin/test --exhaustive` has everybody try all of it.
Whatever is sent, no answer is an error of ours, and each is one that the description knows.
"""

import random
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import create_service_account, grant_role
from accounts.organizations.services import create_organization
from accounts.provider.services import create_api_token, open_family
from tests.turns import EXHAUSTIVE, SHARE, a_share

pytestmark = [pytest.mark.slow, pytest.mark.one_database, pytest.mark.exhaustive]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# One of each: more of them, and whatever a generator thinks of, is for a run of one's own.
FEW = settings(
    max_examples=1,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def tokens(alice: Any, bob: Any, charlie: Any, dora: Any, person: Any) -> dict[str, str]:
    """Somebody of each kind who may ask, by who they are; alice's Acme is what paths speak of."""
    acme = create_organization(name="Acme", owner=alice, actor=alice)
    people = {"an owner": alice, "a member": bob, "a stranger": charlie, "an administrator": dora}
    for role in RoleName:
        if role in (RoleName.PLATFORM_ADMINISTRATOR, RoleName.ORGANIZATION_OWNER):
            continue
        people[role.value] = user = person(role.value.replace("_", "-"))
        Membership.objects.create(organization=acme, user=user)
        grant_role(user=user, role=role, scope=acme.access_scope, actor=alice)
    Membership.objects.create(organization=acme, user=bob)
    found = {
        who: open_family(user, method="password", proofs=["password", "totp"]).access_token
        for who, user in people.items()
    }
    robot = create_service_account(
        organization=acme, name="Robot", role=RoleName.ORGANIZATION_OWNER, actor=alice
    )
    found["a service account"] = create_api_token(
        account=robot, name="All", actor=alice, read_only=False
    )[1]
    return found | {"nobody": "", "somebody with a bad token": "mago_at_bad", "acme": str(acme.pk)}


@pytest.fixture
def _unlimited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Who asks too often is told so before anything else is looked at."""
    monkeypatch.setattr("mago.core.ratelimit.Limit.take", lambda *args, **kwargs: None)
    monkeypatch.setattr("accounts.signin.services.first_factor.take_all", lambda wanted: None)
    # What is changed is taken back before the next one asks.
    monkeypatch.setattr("accounts.access.principals.SECONDS", 600.0)
    # As Django's test client: the connection is the test's own.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_unlimited")
def test_whatever_is_sent_no_answer_is_an_error_and_all_are_described(
    tokens: dict[str, str],
) -> None:
    acme = tokens.pop("acme")
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())
    found: dict[str, str] = {}
    chosen: dict[str, str] = {}
    tried = 0

    def try_as_everybody(case: Any) -> None:
        nonlocal tried
        if "organization_id" in case.path_parameters:
            case.path_parameters["organization_id"] = acme
        for who, token in chosen.items():
            tried += 1
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            with transaction.atomic():  # Nobody's sign-in is over for those who come after.
                response = case.call(headers=headers)
                transaction.set_rollback(True)
            try:
                case.validate_response(response, checks=CHECKS)
            except FailureGroup as problem:
                key = f"{case.operation.label} {response.status_code}"
                found.setdefault(key, f"{who}: {str(problem)[:600]}")

    mighty = ["an administrator", "an owner"]
    others = [who for who in tokens if who not in mighty]
    turns = [who for other in others for who in (other, random.choice(mighty))]
    begin = random.randrange(len(turns))
    for number, result in enumerate(a_share(schema.get_all_operations()), begin):
        who = turns[number % len(turns)]
        chosen = tokens if EXHAUSTIVE else {who: tokens[who]}
        operation = result.ok()
        seed(1)(FEW(given(case=operation.as_strategy())(try_as_everybody)))()
    assert found == {}, "\n\n".join(f"{key} by {text}" for key, text in found.items())
    assert tried > 350 * (len(tokens) if EXHAUSTIVE else 1 / SHARE)
