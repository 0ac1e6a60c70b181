"""Every kind of provider stands on the same pages."""

from typing import Any

import pytest

from accounts.federation.enterprise.kinds import known_kinds
from accounts.federation.enterprise.services import create_provider
from tests.conftest import Browser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", known_kinds())
def test_the_pages_of_each_kind_are_shown_before_anything_is_set(
    acme: Any, alice: Any, kind: str
) -> None:
    provider = create_provider(organization=acme, kind=kind, name="New", actor=alice)
    browser = Browser().as_person(alice)
    at = f"/admincenter/identity-providers/acme/{provider.pk}/"
    for path in ("", "steps/values/", "steps/settings/", "steps/mapping/", "steps/test/", "roles/"):
        assert browser.get(f"{at}{path}").status_code == 200, path
    # Nothing to try yet: said, and no error.
    page = browser.post(f"{at}test/", follow=True)
    assert "Give the values of the provider first." in page.text
    assert browser.post(f"{at}steps/settings/", {}).status_code == 400
