"""The overviews, of an organization and of the platform: each its own figures, and the lists behind them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from hubs.life import services as life
from hubs.life.models import Presence
from hubs.life.reports import Report
from hubs.models import Hub, State
from mago.audit.tags import Tag
from tests.admincenter.test_overview import HOUR, happened, tiles
from tests.conftest import Browser


def serials(response: Any) -> set[str]:
    return {hub.serial for hub in response.context["rows"].rows}


def test_an_organization_sees_its_own_figures_and_its_own_lists(owner: Any, acme: Any) -> None:
    happened(Tag.HUB_SIGN_IN_SUCCEEDED, 0 * HOUR, HOUR, organization_id=acme.pk)
    happened(Tag.HUB_SIGN_IN_SUCCEEDED, 0 * HOUR, organization_id=UUID(int=9))
    shown = owner.get("/admincenter/organizations/acme/")
    assert tiles(shown)["Sign-ins of hubs"] == "2"
    assert tiles(shown)["Second factors"] == "0 %"
    for way in shown.context["tiles"]:
        assert "acme" in way.href
        assert owner.get(way.href).status_code == 200


def test_who_holds_a_role_at_one_site_sees_no_figures_of_the_whole(
    acme: Any, hall: Any, charlie: Any
) -> None:
    from accounts.access.models import Membership
    from accounts.access.roles import RoleName
    from accounts.access.services import grant_role

    Membership.objects.create(organization=acme, user=charlie)
    grant_role(user=charlie, role=RoleName.REPORTER, actor=None, scope=hall.access_scope)
    shown = Browser().as_person(charlie).get("/admincenter/organizations/acme/")
    assert shown.status_code == 200
    assert "tiles" not in shown.context


def test_hubs_of_all_fleets_stand_behind_the_figures(
    owner: Any, enrol: Any, dora: Any, other: Any, charlie: Any
) -> None:
    heard, missed, apart = (enrol(f"S-{n}").hub for n in range(3))
    for hub in (heard, missed):
        life.take_heartbeat(hub_id=hub.pk, address="", report=Report())
    life.flush()
    Presence.objects.filter(hub=missed).update(seen_at=timezone.now() - timedelta(hours=1))
    Hub.objects.of(heard.organization).filter(pk=apart.pk).update(state=State.QUARANTINED)
    admin = Browser().as_person(dora)
    shown = admin.get("/admincenter/")
    assert (tiles(shown)["Hubs online"], tiles(shown)["Incidents"]) == ("1 / 3", "2")
    by_label = {str(tile.label): tile.href for tile in shown.context["tiles"]}
    assert serials(admin.get(by_label["Hubs online"])) == {"S-0"}
    assert serials(admin.get(by_label["Incidents"])) == {"S-1", "S-2"}
    assert serials(owner.get("/admincenter/hubs/_all/")) == {"S-0", "S-1", "S-2"}
    assert serials(Browser().as_person(charlie).get("/admincenter/hubs/_all/")) == set()
