"""Who stays away is missed: one mail an outage, one on the return, and none for what was our own absence."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts.access.models import Membership
from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.organizations.models import Organization
from hubs.life import outages
from hubs.life.models import Outage, Watch
from hubs.life.outages import watch
from hubs.models import Hub, State
from mago.audit.tags import Tag

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def awake(db: None) -> None:
    """Mago has been listening for a day."""
    now = timezone.now()
    Watch.objects.create(pk=1, looked_at=now, awake_since=now - timedelta(days=1))


def test_one_mail_to_who_looks_after_it_and_one_when_it_is_back(
    heard: Any, alice: Any, bob: Any, mails: Any, events: Any
) -> None:
    acme = Organization.objects.get()
    Membership.objects.create(organization=acme, user=bob)
    grant_role(user=bob, role=RoleName.REPORTER, actor=None, scope=acme.access_scope)
    heard(14 * MINUTE)
    watch()
    assert not mails("hubs/offline")
    heard(16 * MINUTE)
    Outage.objects.update(began_at=timezone.now() - 16 * MINUTE)
    for _again in range(3):
        watch()
    (mail,) = mails("hubs/offline")
    assert mail.recipient == alice.email
    assert (len(events(Tag.HUB_MISSED)), len(events(Tag.HUB_BACK))) == (1, 0)
    heard(0 * MINUTE)
    for _again in range(2):
        watch()
    assert len(mails("hubs/back")) == len(events(Tag.HUB_BACK)) == 1
    assert Outage.objects.get().ended_at


def test_a_short_absence_is_told_to_nobody(heard: Any, mails: Any) -> None:
    heard(5 * MINUTE)
    watch()
    heard(0 * MINUTE)
    watch()
    assert Outage.objects.get().ended_at
    assert not mails()


def test_a_site_without_power_is_one_mail(enrol: Any, heard: Any, mails: Any) -> None:
    for number in range(3):
        heard(20 * MINUTE, enrol(f"T-{number}").hub)
    watch()
    (mail,) = mails("hubs/offline")
    assert json.loads(mail.context)["count"] == 3


def test_what_was_silent_while_we_were_away_is_not_missed_before_it_could_be_heard(
    heard: Any, mails: Any
) -> None:
    heard(60 * MINUTE)
    now = timezone.now()
    Watch.objects.update(looked_at=now - 60 * MINUTE)
    watch(now)
    assert not Outage.objects.exists()
    for minute in range(1, 15):
        watch(now + minute * MINUTE)
    assert Outage.objects.exists()
    assert not mails()
    for minute in range(15, 17):
        watch(now + minute * MINUTE)
    assert len(mails("hubs/offline")) == 1


def test_whose_word_waits_to_be_written_down_is_not_missed(
    device: Any, heard: Any, enrolled: Any
) -> None:
    """Workers may be behind; the hub is not."""
    heard(10 * MINUTE)
    device.post("me/heartbeat", {})
    watch()
    assert not Outage.objects.exists()
    watch(timezone.now() + 4 * MINUTE)
    assert not Outage.objects.exists(), "not before we have listened for long enough"
    for minute in range(5, 9):
        watch(timezone.now() + minute * MINUTE)
    assert Outage.objects.get().hub_id == enrolled.hub.pk


def test_while_redis_cannot_say_who_was_heard_nobody_is_missed(
    heard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard(10 * MINUTE)

    class Gone:
        def look(self, hubs: object) -> None:
            raise RedisConnectionError

    before = Watch.objects.get().looked_at
    monkeypatch.setattr(outages, "board", Gone)
    with pytest.raises(RedisConnectionError):
        watch()
    assert not Outage.objects.exists()
    # So this was no look, and a longer time without one counts as our own absence.
    assert Watch.objects.get().looked_at == before


def test_a_hub_that_is_suspended_is_awaited_no_more(heard: Any, enrolled: Any, mails: Any) -> None:
    heard(20 * MINUTE)
    watch()
    Hub.objects.of(enrolled.hub.organization_id).update(state=State.SUSPENDED)
    watch()
    assert Outage.objects.get().ended_at
    assert len(mails()) == 1


def test_no_delay_means_no_mail(heard: Any, mails: Any, settings: Any) -> None:
    settings.HUB_OFFLINE_MAIL_AFTER = timedelta(0)
    heard(60 * MINUTE)
    watch()
    assert Outage.objects.exists()
    assert not mails()
