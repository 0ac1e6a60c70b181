"""Whose programme is meant, and which ones somebody may see."""

from typing import Any

from accounts.access.selectors.decisions import Actor
from accounts.organizations.models import Organization
from accounts.organizations.selectors import organization_for
from mago.core.columns import Columns
from mago.core.sql import Statement

from ..models import PLATFORM_ID, PLATFORM_SLUG, Programme

# How many penetration tests a year: the platform's own are promised to its customers.
PLATFORM_TESTS = 2


# Asked for each page of a programme.
# ruff: noqa: S608 - the names in this statement are our own
_programme = Columns(Programme, "p")
_BY_KEY = Statement(f"SELECT {_programme.sql} FROM {Programme._meta.db_table} p WHERE p.id = %s")


def programme_of(organization: Organization | None, viewer: Actor | None = None) -> Programme:
    """The organization's programme, or the platform's; it is there from the first look on. `viewer` is who looks."""
    key = organization.pk if organization else PLATFORM_ID
    if row := _BY_KEY.run([key]):
        found = _programme.object(row, organization=organization)
        found.viewer = viewer
        return found
    new: dict[str, Any] = {"organization": organization}
    if organization is None:
        new["tests_a_year"] = PLATFORM_TESTS
    found, _made = Programme.objects.get_or_create(pk=key, defaults=new)
    # Known already: no further query.
    found.organization, found.viewer = organization, viewer
    return found


def programme_for(actor: Actor, slug: str) -> Programme:
    """The programme that stands for `slug` in addresses; NotFound for an organization that is not theirs to see."""
    return programme_of(None if slug == PLATFORM_SLUG else organization_for(actor, slug), actor)
