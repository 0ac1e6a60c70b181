"""A site takes with it what is held there, so that whoever removes one proves again who they are."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.services import create_custom_role, create_service_account
from accounts.organizations.models import Site
from accounts.provider.models import TokenFamily
from accounts.provider.services import create_api_token
from accounts.sessions.models import Session
from tests.conftest import App

pytestmark = pytest.mark.one_database

LONG_AGO = timedelta(minutes=11)


def test_a_page_asks_again_before_a_site_goes(owner: Any, hall: Site) -> None:
    at = f"/admincenter/organizations/acme/sites/{hall.pk}/"
    Session.objects.update(proved_at=timezone.now() - LONG_AGO)
    assert owner.get(at).status_code == 200
    asked = owner.post(f"{at}remove/", headers={"Referer": f"http://testserver{at}"})
    assert asked["Location"].startswith("/accounts/reauthenticate/?next=")
    assert Site.objects.of(hall.organization_id).get() == hall
    Session.objects.update(proved_at=timezone.now())
    assert owner.post(f"{at}remove/").status_code == 302
    assert not Site.objects.of(hall.organization_id).exists()


def test_an_app_proves_it_too(app: App, alice: Any, hall: Site) -> None:
    path = f"organizations/{hall.organization_id}/sites/{hall.pk}"
    app.as_person(alice)
    TokenFamily.objects.update(authenticated_at=timezone.now() - LONG_AGO)
    answer = app.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "step_up_required")
    assert Site.objects.of(hall.organization_id).get() == hall
    assert app.as_person(alice).delete(path).status_code == 204


def test_a_service_account_has_nobody_to_prove_it(
    app: App, acme: Any, alice: Any, hall: Site
) -> None:
    builder = create_custom_role(
        organization=acme, name="Builder", permissions=["sites:create", "sites:read"], actor=alice
    )
    robot = create_service_account(organization=acme, name="Robot", role=builder, actor=alice)
    _, app.token = create_api_token(account=robot, name="Sites", actor=alice, read_only=False)
    assert app.delete(f"organizations/{acme.pk}/sites/{hall.pk}").status_code == 204
    assert not Site.objects.of(acme).exists()
