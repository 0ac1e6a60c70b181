"""How a fleet stands, in figures."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.organizations.services import create_organization, create_site
from admincenter.selectors.fleets import MOST_HUBS, Fleet, all_fleets, fleet_of, fleet_seen_by
from hubs.life.models import Presence
from hubs.life.selectors import late_after, offline_after
from hubs.models import Hub, State
from tests.conftest import Browser

A_MOMENT = timedelta(seconds=5)


@pytest.fixture
def fleet(enrol: Any) -> list[Hub]:
    """Of each standing one, one that was never heard, and of the states one each that was heard just now."""
    just_now = timedelta(0)
    heard: list[tuple[State, timedelta | None]] = [
        (State.ACTIVE, just_now),
        (State.ACTIVE, late_after() + A_MOMENT),
        (State.ACTIVE, offline_after() + A_MOMENT),
        (State.ACTIVE, None),
        (State.QUARANTINED, just_now),
        (State.SUSPENDED, just_now),
        (State.RETIRED, offline_after() + A_MOMENT),
    ]
    hubs = []
    for number, (state, ago) in enumerate(heard):
        hub = enrol(f"S-{number}").hub
        Hub.objects.of(hub.organization).filter(pk=hub.pk).update(state=state)
        if ago is not None:
            Presence.objects.update_or_create(hub=hub, defaults={"seen_at": timezone.now() - ago})
        hubs.append(hub)
    return hubs


def test_each_hub_that_is_awaited_counts_once_and_no_other(fleet: Any, acme: Any) -> None:
    expected = Fleet(awaited=5, online=2, late=1, offline=1, quarantined=1)
    assert fleet_of(acme) == expected
    assert all_fleets() == expected
    assert expected.incidents == 2


def test_whoever_is_missing_and_in_quarantine_is_one_incident(fleet: Any, acme: Any) -> None:
    silent = Presence.objects.filter(hub__state=State.QUARANTINED)
    silent.update(seen_at=timezone.now() - offline_after() - A_MOMENT)
    expected = Fleet(awaited=5, online=1, late=1, offline=2, quarantined=1, both=1)
    assert fleet_of(acme) == expected
    assert all_fleets() == expected
    assert expected.incidents == 2


def test_the_figure_of_incidents_leads_to_all_of_them(
    fleet: Any, admin: Any, owner: Browser
) -> None:
    for browser, path in ((admin, "/admincenter/"), (owner, "/admincenter/organizations/acme/")):
        shown = browser.get(path).context["tiles"]
        incidents = next(one for one in shown if one.label == "Incidents")
        listed = browser.get(incidents.href).context["rows"].rows
        assert incidents.value == "2"
        assert sorted(one.serial for one in listed) == ["S-2", "S-4"]


def test_hubs_of_others_are_in_the_figures_of_all_alone(fleet: Any, charlie: Any) -> None:
    theirs = create_organization(name="Globex", owner=charlie, actor=charlie)
    assert fleet_of(theirs) == Fleet(0, 0, 0, 0, 0)
    assert all_fleets().awaited == 5


def test_however_many_there_are_no_figure_looks_at_all(fleet: Any, acme: Any) -> None:
    """Nor at all of those that are retired, who are more each year."""
    with CaptureQueriesContext(connection) as asked:
        all_fleets()
        fleet_of(acme)
    statements = [one["sql"] for one in asked if "FROM" in one["sql"]]
    assert len(statements) == 5
    assert [
        sql for sql in statements if not re.search(rf"LIMIT ({MOST_HUBS}|{MOST_HUBS + 1})\b", sql)
    ] == []


def test_whoever_looks_after_a_site_has_its_figures_alone(
    fleet: Any, acme: Any, alice: Any, charlie: Any
) -> None:
    annex = create_site(organization=acme, name="Annex", actor=alice)
    Hub.objects.of(acme).filter(pk=fleet[0].pk).update(site=annex, room=None)
    Membership.objects.create(organization=acme, user=charlie)
    grant_role(user=charlie, role=RoleName.TECHNICIAN, actor=None, scope=annex.access_scope)
    assert fleet_seen_by(charlie, acme) == Fleet(1, 1, 0, 0, 0)
    # And what they see is not what others are shown.
    assert fleet_seen_by(alice, acme).awaited == 5
