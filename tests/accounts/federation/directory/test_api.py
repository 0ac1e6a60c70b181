"""An app shows a password that is the directory's to judge; the same services, the same limits."""

from typing import Any

import pytest

from accounts.federation.enterprise.models import DomainRoute, Enforcement, IdentityProvider
from accounts.organizations.models import Domain
from tests.conftest import PASSWORD, App

from .fake import FakeDirectory

pytestmark = pytest.mark.django_db


@pytest.fixture
def route(fake: FakeDirectory, provider: Any, acme: Any) -> DomainRoute:
    fake.person("ada", "ada counts on her engine")
    domain = Domain.objects.of(acme).get()
    return DomainRoute.objects.create(
        domain=domain, provider=provider, enforcement=Enforcement.ENFORCED
    )


def sign_in(
    app: App, email: str = "ada@example.com", password: str = "ada counts on her engine"
) -> Any:
    return app.post("auth/login", {"email": email, "password": password})


def test_an_app_signs_somebody_of_the_directory_in(app: App, route: DomainRoute) -> None:
    answer = sign_in(app)
    assert answer.status_code == 200, answer.content
    app.token = answer.json()["access_token"]
    assert app.get("me").json()["email"] == "ada@example.com"


def test_wrong_and_unknown_are_one_answer_and_the_limit_is_the_directorys(
    app: App, route: DomainRoute, fake: FakeDirectory
) -> None:
    wrong, unknown = sign_in(app, password="x"), sign_in(app, email="nobody@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["detail"] == unknown.json()["detail"]
    for _ in range(2):
        sign_in(app, password="x")
    asked = len(fake.binds())
    assert sign_in(app).status_code == 429
    assert len(fake.binds()) == asked


def test_whom_the_organization_does_not_let_in_is_told_so(
    app: App, route: DomainRoute, events: Any
) -> None:
    IdentityProvider.objects.everywhere(reason="test").update(required_groups=["others"])
    answer = sign_in(app)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_in_group")
    assert events("enterprise:sign-in:refused")


def test_a_password_of_ours_opens_only_while_the_directory_is_not_enforced(
    app: App, route: DomainRoute, fake: FakeDirectory, bob: Any
) -> None:
    assert sign_in(app, bob.email, PASSWORD).status_code == 401
    DomainRoute.objects.update(enforcement=Enforcement.TRIAL)
    fake.asked.clear()
    assert sign_in(app, bob.email, PASSWORD).status_code == 200
    assert fake.asked == []
    assert sign_in(app).status_code == 200
