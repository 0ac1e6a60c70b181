"""Hubs are told apart by what is asked of them, and by nothing else."""

from typing import Any

import pytest

from accounts.organizations.services import create_site
from hubs.alike import alike
from hubs.models import Hub, State
from hubs.operations.models import Tag


@pytest.fixture
def site(acme: Any, alice: Any) -> Any:
    return create_site(organization=acme, name="Yard", actor=alice)


@pytest.fixture
def fleet(acme: Any, site: Any) -> None:
    models = ("Panel 7", "Panel 7", "Panel 8", "Panel 9")
    hubs = [
        Hub.objects.create(organization=acme, site=site, serial=str(n), model=model)
        for n, model in enumerate(models)
    ]
    for n, name in ((0, "pilot"), (0, "blue"), (1, "blue"), (2, "pilot"), (3, "old")):
        Tag.objects.create(hub=hubs[n], name=name)
    Hub.objects.of(acme).filter(pk=hubs[3].pk).update(state=State.RETIRED)


def test_what_is_not_asked_makes_no_difference(acme: Any, site: Any, fleet: None) -> None:
    def kinds(models: set[str], tags: set[str], most: int = 9) -> Any:
        found, is_all = alike(acme.pk, [site.pk], models=models, tags=tags, most=most)
        return {(model, *sorted(named)) for _site, model, named in found}, is_all

    assert kinds(set(), {"old"}) == ({("",)}, True)
    assert kinds({"Panel 7"}, set()) == ({("Panel 7",), ("",)}, True)
    assert kinds(set(), {"pilot"}) == ({("", "pilot"), ("",)}, True)
    both = {("Panel 7", "blue", "pilot"), ("Panel 7", "blue"), ("", "pilot")}
    assert kinds({"Panel 7"}, {"pilot", "blue"}) == (both, True)
    assert kinds({"Panel 7"}, {"pilot", "blue"}, most=2)[1] is False


def test_more_than_can_be_read_is_said(acme: Any, site: Any, fleet: None, monkeypatch: Any) -> None:
    monkeypatch.setattr("hubs.alike.MOST_TAGGED", 2)
    _found, is_all = alike(acme.pk, [site.pk], models=set(), tags={"pilot", "blue"}, most=9)
    assert not is_all


def test_what_is_elsewhere_is_not_looked_at(acme: Any, fleet: None) -> None:
    assert alike(acme.pk, [], models={"Panel 7"}, tags={"pilot"}, most=9) == ([], True)
