"""The demonstration's fleet: made once, with hubs that can sign in by what was kept of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.access.models import Membership
from accounts.mfa.models import TotpDevice
from accounts.models import User
from accounts.organizations.models import Organization
from hubs.demo import NAME, SILENT
from hubs.models import Hub, State
from hubs.operations.models import Task


@pytest.mark.slow
def test_a_fleet_is_added_once(db: None, settings: Any, tmp_path: Path, capsys: Any) -> None:
    settings.DATA_DIR = tmp_path
    for _again in range(2):
        call_command("demo_data")
    assert json.loads(capsys.readouterr().out.splitlines()[0])["email"] == "dora@example.com"
    organization = Organization.objects.get(name=NAME)
    hubs = Hub.objects.of(organization)
    assert hubs.filter(state=State.EXPECTED).count() == 2
    assert hubs.exclude(state=State.EXPECTED).count() == 12
    assert Task.objects.of(organization).count() == 2
    assert Membership.objects.of(organization).count() == 15
    assert TotpDevice.objects.count() == 20
    # The trail says of everybody else that they signed in, and so does the list of people.
    assert [person.email for person in User.objects.filter(last_login=None)] == ["dora@example.com"]
    kept = list(tmp_path.glob("demo-hubs/*/hub.json"))
    assert len(kept) == 12 - len(SILENT)
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}


def test_nobody_gets_one_who_is_not_trying_mago_out(db: None, settings: Any) -> None:
    settings.IS_LOCAL = False
    with pytest.raises(CommandError):
        call_command("demo_data")
    assert not Organization.objects.exists()
