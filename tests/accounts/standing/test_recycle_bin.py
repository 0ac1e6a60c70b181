from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest
from django.db import connections, transaction

from accounts.access.models import Membership
from accounts.access.services import set_active
from accounts.models import User
from accounts.organizations.services import create_organization
from accounts.standing import services
from accounts.standing.models import Lockdown
from mago.core.errors import Conflict, Forbidden
from tests.conftest import PASSWORD, App, Browser

pytestmark = pytest.mark.django_db


def test_who_lies_there_is_out_and_keeps_everything(
    charlie: User, dora: User, mails: Any, events: Any
) -> None:
    acme = create_organization(name="Acme", owner=charlie, actor=dora)
    browser, app = Browser().as_person(charlie), App()
    app.sign_in(charlie)
    services.delete_person(person=charlie, reason="left", actor=dora)
    assert browser.get("/accounts/").status_code == 302
    assert app.get("me").status_code == 401
    credentials = {"login": charlie.email, "password": PASSWORD}
    assert "was deleted" in Browser().post("/accounts/login/", credentials).content.decode()
    with pytest.raises(Conflict):
        set_active(user=charlie, active=True, actor=dora)
    set_active(user=charlie, active=True, actor=None)  # As a directory would.
    assert not User.objects.get(pk=charlie.pk).is_active
    assert User.objects.filter(email=charlie.email).exists()
    services.restore_person(person=charlie, actor=dora)
    assert Browser().post("/accounts/login/", credentials).status_code == 302
    assert Membership.objects.of(acme).filter(user=charlie).exists()
    assert [m.context and m.recipient for m in mails("told")] == [charlie.email] * 2
    assert events("people:person:deleted")[0].detail == {"reason": "left"}


def test_not_oneself_not_who_may_more_not_twice(bob: User, charlie: User, dora: User) -> None:
    with pytest.raises(Conflict):
        services.delete_person(person=dora, reason="x", actor=dora)
    with pytest.raises(Forbidden):
        services.delete_person(person=dora, reason="x", actor=bob)
    services.delete_person(person=charlie, reason="x", actor=dora)
    with pytest.raises(Conflict):
        services.delete_person(person=charlie, reason="x", actor=dora)
    services.restore_person(person=charlie, actor=dora)
    with pytest.raises(Conflict):
        services.restore_person(person=charlie, actor=dora)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_who_is_locked_down_in_the_moment_of_being_restored_stays_out(
    real_database: None, charlie: User, dora: User
) -> None:
    services.delete_person(person=charlie, reason="left", actor=dora)

    def restore() -> None:
        try:
            services.restore_person(person=charlie, actor=User.objects.get(pk=dora.pk))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            services.lock_down_person(person=charlie, reason="stolen laptop", actor=dora)
            restored = pool.submit(restore)
            wait([restored], timeout=0.5)
        restored.result(20)
    assert Lockdown.objects.get().lifted_at is None
    assert not User.objects.get(pk=charlie.pk).is_active
