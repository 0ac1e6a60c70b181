"""One event of an organization's trail: whole, with names, and nothing of what happened elsewhere."""

from typing import Any

import pytest

from mago.audit.tags import Tag
from mago.core.context import Caller, calling
from tests.conftest import Browser
from tests.trail import record

pytestmark = pytest.mark.one_database


def test_an_event_shows_what_it_changed_and_what_else_the_request_did_here(
    owner: Browser, acme: Any, other: Any, alice: Any
) -> None:
    with calling(Caller(request_id="one")):
        event = record(
            Tag.ORGANIZATION_EDITED,
            actor=alice,
            organization_id=acme.pk,
            before={"name": "Acme"},
            after={"name": "Acme Rooms"},
            told="erin@example.com",
        )
        record(Tag.SITE_CREATED, actor=alice, organization_id=acme.pk)
        record(Tag.SITE_REMOVED, actor=alice, organization_id=other.pk)
    page = owner.get(f"/admincenter/organizations/acme/audit/{event.pk}/")
    text = page.content.decode()
    assert "<del>Acme</del>" in text
    assert "<ins>Acme Rooms</ins>" in text
    # Kept by a pseudonym, and shown as what is behind it.
    assert "erin@example.com" in text
    assert [one.tag for one in page.context["beside"]] == [Tag.SITE_CREATED]
    assert f'href="/admincenter/organizations/acme/audit/{page.context["beside"][0].pk}/"' in text
