"""The people of the suite, and what they hold in their hands.

alice owns what a test is about, bob is a member beside her, charlie is a stranger with an account of
his own, dora administers the platform.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.template.backends.django import Template
from django.test import Client, TransactionTestCase
from django.utils import timezone

from mago.core.ids import digest
from tests.running import copy_on_postgresql, migrated, migrated_on_postgresql

PASSWORD = "seven geese cross a wet meadow"


class Browser(Client):
    """A web browser: keeps cookies, checks CSRF tokens no more than Django's test client does."""

    def as_person(self, user: Any, *proofs: str) -> "Browser":
        """Signed in without the pipeline's cost, as if by `proofs` (`accounts.sessions.assurance.Proof`)."""
        from accounts.sessions.assurance import strength_of
        from accounts.sessions.models import Session

        self.force_login(user)
        shown = proofs or ("password",)
        Session.objects.filter(session_key=digest(self.session.session_key)).update(
            method=shown[0], proofs=" ".join(shown), strength=strength_of(shown)
        )
        return self


class App:
    """A native app: JSON over the REST API, with an access token once it has one."""

    def __init__(self) -> None:
        self.client = Client()
        self.token = ""

    def as_person(self, user: Any) -> "App":
        """Signed in with a password, without what that costs."""
        from accounts.provider.services import open_family

        self.token = open_family(user, method="password", proofs=["password"]).access_token
        return self

    def _headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        token = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return token | (more or {})

    def get(self, path: str, headers: dict[str, str] | None = None) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self._headers(headers))

    def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        return self.send("POST", path, body, headers)

    def patch(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        return self.send("PATCH", path, body, headers)

    def delete(self, path: str, headers: dict[str, str] | None = None) -> Any:
        return self.send("DELETE", path, None, headers)

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        return self.client.generic(
            method,
            f"/api/v1/{path}",
            json.dumps({} if body is None else body),
            content_type="application/json",
            headers=self._headers(headers),
        )

    def change(self, path: str, body: Any) -> Any:
        """The thing at `path` is read, and changed as `body` says if nobody else has changed it meanwhile."""
        return self.patch(path, body, {"If-Match": self.get(path)["ETag"]})

    def sign_in(self, user: Any, password: str = PASSWORD) -> dict[str, Any]:
        pair: dict[str, Any] = self.post(
            "auth/login", {"email": user.email, "password": password}
        ).json()
        self.token = pair["access_token"]
        return pair


@pytest.fixture
def person(db: None) -> Callable[..., Any]:
    """Makes a confirmed person with the suite's password."""
    from accounts.models import User

    def make(name: str, **fields: Any) -> Any:
        fields = {"email_confirmed_at": timezone.now(), "name": name.capitalize()} | fields
        return User.objects.create_user(f"{name}@example.com", PASSWORD, **fields)

    return make


@pytest.fixture
def alice(person: Callable[..., Any]) -> Any:
    return person("alice")


@pytest.fixture
def bob(person: Callable[..., Any]) -> Any:
    return person("bob")


@pytest.fixture
def charlie(person: Callable[..., Any]) -> Any:
    return person("charlie")


@pytest.fixture
def dora(person: Callable[..., Any]) -> Any:
    from accounts.access.roles import RoleName
    from accounts.access.scope import PLATFORM
    from accounts.access.services import grant_role

    user = person("dora")
    grant_role(user=user, role=RoleName.PLATFORM_ADMINISTRATOR, actor=None, scope=PLATFORM)
    return user


@pytest.fixture
def browser(db: None) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser()


@pytest.fixture
def app(db: None) -> App:
    return App()


@pytest.fixture
def mails(db: None) -> Callable[..., list[Any]]:
    """The mails that wait in the outbox, oldest first; of one template, to one address."""
    from mago.messaging.models import Message

    def waiting(template: str = "", to: str = "") -> list[Any]:
        messages = Message.objects.order_by("created_at", "id")
        return [
            m for m in messages if m.template.endswith(template) and (not to or m.recipient == to)
        ]

    return waiting


@pytest.fixture
def link_in(mails: Callable[..., list[Any]]) -> Callable[..., str]:
    """The path of the link in the newest mail of a template."""

    def find(template: str, to: str = "") -> str:
        context = mails(template, to)[-1].context
        return re.sub(
            r"^https?://[^/]+",
            "",
            (context if isinstance(context, dict) else json.loads(context))["link"],
        )

    return find


@pytest.fixture
def events(db: None) -> Callable[..., list[Any]]:
    """The audit events told so far, oldest first; of one tag."""
    from mago.audit.models import AuditEvent

    def told(tag: str = "") -> list[Any]:
        return [event for event in AuditEvent.objects.order_by("id") if not tag or event.tag == tag]

    return told


@pytest.fixture
def without_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages come empty, for who asks of each of them whom it lets in: that is decided before."""
    monkeypatch.setattr(Template, "render", lambda *args: "")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> None:
    """Each worker has a copy of one migrated database; to see that nothing is left to migrate costs Django seconds."""
    from django.conf import settings
    from django.db import connection

    database = settings.DATABASES["default"]
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            name = database["TEST"]["NAME"]
            shutil.copy(migrated(), name)
        else:
            name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
            copy_on_postgresql(migrated_on_postgresql(), name)
        connection.close()
        database["NAME"] = connection.settings_dict["NAME"] = name


@pytest.fixture(scope="session", autouse=True)
def what_is_committed_is_deleted() -> Iterator[None]:
    """At the end of a test with real transactions, from the tables that hold something; Django would go through all."""
    from django.apps import apps
    from django.db import connection, transaction

    from mago.audit import append_only

    models = apps.get_models(include_auto_created=True)
    tables = [model._meta.db_table for model in models if model._meta.managed]
    # What migrations made stays.
    ours = [table for table in tables if not table.startswith(("django_", "auth_"))]
    full = " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT 1 FROM {t})" for t in ours)

    def delete(self: TransactionTestCase) -> None:
        with append_only.lifted(connection), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(full)
            for (table,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM {table}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", delete)
        yield


@pytest.fixture(autouse=True)
def _tokens_are_looked_up_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that whatever a test changes counts at once; `tests/accounts/api/test_memory.py` is about the second."""
    monkeypatch.setattr("accounts.access.principals.SECONDS", 0.0)


@pytest.fixture(autouse=True)
def _no_state_between_tests() -> Iterator[None]:
    """Whatever a process keeps for itself is forgotten, as the test's rows are."""
    from django.core.cache import cache

    from accounts.access import principals
    from accounts.provider.services import keys as signing
    from hubs import keys, refusals
    from hubs.life.board import board
    from mago.audit import pseudonyms

    yield
    # On Redis the board lies in the cache's database, which this empties.
    cache.clear()
    board.cache_clear()
    for kept in (
        principals._memory,
        keys._kept,
        refusals._suspects,
        signing._known,
        pseudonyms._known,
    ):
        kept.clear()
