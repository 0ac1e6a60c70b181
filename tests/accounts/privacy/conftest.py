"""Charlie, with something in every corner."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import PASSWORD, Browser


@pytest.fixture
def lived(charlie: Any, dora: Any, browser: Browser) -> Any:
    """Charlie, who has signed in, failed, was invited, changed his name, linked an account and has factors."""
    from accounts.access.models import Membership
    from accounts.access.roles import RoleName
    from accounts.access.services import grant_role, invite
    from accounts.federation.models import ExternalIdentity
    from accounts.mfa.models import SmsDevice, TotpDevice
    from accounts.organizations.services import create_organization
    from accounts.signin.services.owners import change_profile
    from mago.messaging.services import send_mail

    create_organization(name="Acme", owner=charlie, actor=dora)
    other = create_organization(name="Beta", owner=dora, actor=dora)
    invite(organization=other, email=charlie.email, role=RoleName.REPORTER, actor=dora)
    Membership.objects.create(organization=other, user=charlie)
    grant_role(user=charlie, role=RoleName.REPORTER, actor=None, scope=other.access_scope)
    sign_in = {"login": charlie.email, "password": "wrong guess"}
    browser.post("/accounts/login/", sign_in)
    browser.post("/accounts/login/", sign_in | {"password": PASSWORD})
    change_profile(user=charlie, name="Karl Zwölf", language="it", actor=charlie)
    ExternalIdentity.objects.create(
        user=charlie,
        kind="google",
        issuer="https://accounts.google.com",
        subject="subject-4711",
        email="charlie@private.example",
    )
    now = timezone.now()
    TotpDevice.objects.create(
        user=charlie, name="phone", confirmed=True, key="TOTPSECRETTOTPSECRET"
    )
    SmsDevice.objects.create(user=charlie, name="sms", confirmed=True, number="+391234567890")
    send_mail("signin/no_account", to=charlie.email, context={"sign_up": "x"})
    assert now - timedelta(minutes=5) < charlie.created_at
    return charlie


@pytest.fixture
def dump(db: None) -> Callable[[], str]:
    """Each row of each table, as text."""
    from django.db import connection

    def read() -> str:
        lines = []
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                lines += [f"{table}: {row}" for row in cursor.fetchall()]
        return "\n".join(lines)

    return read
