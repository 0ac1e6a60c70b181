"""Shutting out and letting in again, for programs: by whoever may on the platform, with a reason."""

from typing import Any

import pytest

from accounts.standing.models import Lockdown
from tests.conftest import App

pytestmark = pytest.mark.one_database


def test_somebody_is_locked_down_and_let_in_again(app_of: Any, dora: Any, bob: Any) -> None:
    admin, his = app_of(dora), app_of(bob)
    assert his.get("me").status_code == 200
    assert admin.post(f"people/{bob.pk}/lock-down").json()["errors"].keys() == {"reason"}
    locked = admin.post(f"people/{bob.pk}/lock-down", {"reason": "Stolen."})
    assert (locked.status_code, locked.json()["person"]) == (201, str(bob.pk))
    assert his.get("me").status_code == 401
    (one,) = admin.get("lockdowns").json()["results"]
    lifted = admin.post(f"lockdowns/{one['id']}/lift", {"reason": "Found."})
    assert lifted.json()["lifted_because"] == "Found."
    assert admin.get("lockdowns").json()["results"] == []


def test_the_recycle_bin_gives_back_and_nobody_else_may(
    app_of: Any, owner: App, acme: Any, dora: Any, bob: Any
) -> None:
    admin = app_of(dora)
    for path in (f"people/{bob.pk}/delete", f"organizations/{acme.pk}/lock-down"):
        assert owner.post(path, {"reason": "Mine."}).status_code == 403
    assert not Lockdown.objects.exists()
    assert admin.post(f"people/{bob.pk}/delete", {"reason": "They left."}).status_code == 204
    bob.refresh_from_db()
    assert not bob.is_active
    assert admin.post(f"people/{bob.pk}/restore").status_code == 204
    asked = admin.post(f"people/{bob.pk}/copies", {"reason": "They asked."})
    assert (asked.status_code, asked.json()["id"]) == (
        202,
        admin.get(f"people/{bob.pk}/copies").json()["results"][0]["id"],
    )
