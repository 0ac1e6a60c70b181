"""Who tries to rise, and is refused by a service, stands in the trail: once, though the transaction is undone."""

from typing import Any

import pytest
from django.utils import translation

from accounts.access.roles import RoleName
from accounts.access.scope import PLATFORM
from accounts.access.services import grant_role
from accounts.models import User
from accounts.organizations.models import Organization, Site
from mago.audit.models import AuditEvent
from mago.audit.tags import Tag
from mago.core.errors import Forbidden
from tests.conftest import App, Browser

REFUSED = Tag.ACCESS_REFUSED


@pytest.fixture
def tom(acme: Organization, hall: Site, member: Any) -> User:
    """The site administrator at Acme's hall."""
    user: User = member("tom", acme, RoleName.SITE_ADMINISTRATOR, site=hall)
    return user


@pytest.mark.parametrize("means", ["page", "program"])
def test_who_grants_what_they_do_not_hold_stands_in_the_trail(
    means: str, acme: Organization, tom: User, bob: User, events: Any
) -> None:
    sent = {"role": RoleName.ORGANIZATION_OWNER.value, "expires_at": None}
    if means == "page":
        values = sent | {"member": bob.email, "expires_at": "", "site": ""}
        path = f"/admincenter/organizations/{acme.slug}/bindings/grant/"
        answer = Browser().as_person(tom).post(path, values)
    else:
        path = f"organizations/{acme.pk}/bindings"
        answer = App().as_person(tom).post(path, sent | {"member": bob.email})
    assert answer.status_code == 403
    (event,) = events(REFUSED)
    assert (event.actor_id, event.outcome) == (tom.pk, "refused")
    assert event.organization_id == acme.pk
    assert event.detail["permission"] == "roles:bind"
    assert event.request_id
    assert not bob.role_bindings.exists()


def test_who_may_not_act_on_a_higher_account_stands_in_the_trail_in_its_language(
    dora: User, bob: User, events: Any
) -> None:
    grant_role(user=bob, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    bob.role_bindings.update(expires_at=_tomorrow())
    app = App().as_person(bob)
    answer = app.send(
        "POST", f"people/{dora.pk}/disable", {"reason": "x"}, {"Accept-Language": "it"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "outranked")
    (event,) = events(REFUSED)
    assert event.detail["reason"].startswith("This person may do things")


def test_a_view_that_refuses_records_it_once(acme: Organization, bob: User, events: Any) -> None:
    assert App().as_person(bob).get("people").status_code == 403
    assert len(events(REFUSED)) == 1


def test_outside_of_a_request_nobody_is_told(acme: Organization, tom: User, bob: User) -> None:
    """A command or a worker says itself what became of its work."""
    before = AuditEvent.objects.count()
    with pytest.raises(Forbidden), translation.override("it"):
        grant_role(user=bob, role=RoleName.ORGANIZATION_OWNER, actor=tom, scope=acme.access_scope)
    assert AuditEvent.objects.count() == before


def _tomorrow() -> Any:
    from datetime import timedelta

    from django.utils import timezone

    return timezone.now() + timedelta(days=1)
