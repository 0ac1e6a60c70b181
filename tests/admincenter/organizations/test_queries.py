"""What each page of an organization asks of the database: as much for twenty rows as for one."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access.models import Membership, ServiceAccount
from accounts.access.roles import RoleName
from accounts.access.services import create_condition, create_custom_role, grant_role, invite
from accounts.models import User
from accounts.organizations.models import Organization
from accounts.organizations.services import claim_domain, create_site, set_policy
from accounts.provider.services import create_api_token
from mago.audit.services import record
from mago.audit.tags import Tag

pytestmark = pytest.mark.slow
AT = "/admincenter/organizations/acme/"
PAGES = (
    "",
    "members/",
    "bindings/",
    "bindings/grant/",
    "roles/",
    "conditions/",
    "sites/",
    "domains/",
    "policies/",
    "service-accounts/",
    "service-accounts/{robot}/",
    "service-accounts/tokens/",
    "audit/",
    "audit/exports/",
    "explain/?permission=hubs:read&member=alice@example.com",
)


@pytest.fixture
def add(acme: Any, alice: Any, robot: Any) -> Any:
    """One more of everything that the pages list."""

    def one_more(n: int) -> None:
        made = {"organization": acme, "actor": alice}
        person = User.objects.create(email=f"person{n}@example.com", name=f"Person {n}")
        Membership.objects.create(organization=acme, user=person)
        site = create_site(name=f"Site {n}", **made)
        role = create_custom_role(name=f"Role {n}", permissions=["hubs:read"], **made)
        condition = create_condition(name=f"C {n}", rule={"method": ["password"]}, **made)
        second = ServiceAccount.objects.create(organization=acme, name=f"Robot {n}")
        for holder in (person, robot, second):
            grant_role(
                user=holder, role=role, actor=None, scope=site.access_scope, condition=condition
            )
        create_api_token(account=second, name="T", actor=alice)
        create_api_token(account=robot, name="T", actor=alice)
        invite(email=f"guest{n}@example.com", role=RoleName.GUEST, **made)
        claim_domain(name=f"n{n}.example.com", **made)
        set_policy(site=site, idle_minutes=600, **made)
        record(Tag.SITE_EDITED, actor=alice, target=site, organization_id=acme.pk)

    return one_more


def costs(browser: Any, robot: Any) -> dict[str, int]:
    found = {}
    for path in PAGES:
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(AT + path.format(robot=robot.pk))
            assert response.status_code == 200
        found[path] = len(queries)
    return found


def test_more_rows_take_no_more_queries(owner: Any, robot: Any, add: Any) -> None:
    add(0)
    costs(owner, robot)  # What is remembered for a while is remembered by now.
    few = costs(owner, robot)
    for n in range(1, 8):
        add(n)
    assert costs(owner, robot) == few
    assert max(few.values()) < 25


def test_the_list_of_organizations_takes_no_more_queries_either(
    admin_of_all: Any, alice: Any
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert admin_of_all.get("/admincenter/organizations/").status_code == 200
        return len(queries)

    cost()
    few = cost()
    Organization.objects.bulk_create(
        [Organization(name=f"O {n}", slug=f"o-{n}") for n in range(20)]
    )
    assert cost() == few


@pytest.fixture
def admin_of_all(dora: Any) -> Any:
    from tests.conftest import Browser

    return Browser().as_person(dora)
