"""A heartbeat is taken in without a write, seen at once, and written down with many others."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from hubs import keys
from hubs.keys import Purpose, fleet_key
from hubs.life import board, services
from hubs.life.models import Hour, Presence
from hubs.life.reports import Beat, Report
from hubs.life.selectors import Standing, hours_of, look_at, standing_of, where_standing
from hubs.models import Hub, State
from mago.audit.tags import Tag
from mago.core.ids import new_id

SAID = {
    "firmware": "1.2.0",
    "uptime": 3600,
    "temperature": 41.26,
    "peripherals": [{"kind": "camera", "name": "Front", "condition": "ok"}],
    "software": "Conference",
    "software_version": "6.1",
}


def test_it_is_answered_with_when_to_come_again_and_nothing_is_written(
    device: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = fleet_key(Purpose.ACCESS)  # read once in the life of a process
    monkeypatch.setitem(keys._kept, Purpose.ACCESS, key)
    with CaptureQueriesContext(connection) as queries:
        answer = device.post("me/heartbeat", SAID)
    assert answer.status_code == 200
    assert answer.json() == {"interval": 60, "jitter": 0.2, "tasks": False}
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
    assert len(queries) == 2


def test_it_is_seen_at_once_and_kept_by_the_next_flush(device: Any, enrolled: Any) -> None:
    device.post("me/heartbeat", SAID)
    hub = Hub.objects.of(enrolled.hub.organization_id).select_related("presence").get()
    look_at([hub])
    assert hub.standing == Standing.ONLINE
    assert not Presence.objects.exists()
    assert services.flush() == 1
    kept = Presence.objects.get()
    assert (kept.firmware, kept.uptime, kept.temperature) == ("1.2.0", 3600, 41.3)
    assert kept.peripherals == SAID["peripherals"]
    assert services.flush() == 0


def test_new_firmware_is_told_once(device: Any, enrolled: Any, events: Any) -> None:
    for _again in range(2):
        device.post("me/heartbeat", SAID)
        services.flush()
    assert Hub.objects.of(enrolled.hub.organization_id).get().firmware == "1.2.0"
    (event,) = events(Tag.HUB_FIRMWARE_CHANGED)
    assert event.detail == {"before": {"firmware": "1.0"}, "after": {"firmware": "1.2.0"}}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"uptime": -1}, "uptime"),
        ({"uptime": True}, "uptime"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"firmware": "x" * 65}, "firmware"),
        ({"software": ["a"]}, "software"),
        ({"peripherals": [{}] * 17}, "peripherals"),
        ({"peripherals": [{"kind": "camera", "condition": "so so"}]}, "peripherals.0"),
    ],
)
def test_what_is_wrong_is_refused_beside_its_name(device: Any, body: Any, wrong: str) -> None:
    answer = device.post("me/heartbeat", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [wrong])
    assert services.flush() == 0


def test_neither_a_text_nor_a_book_is_a_heartbeat(device: Any) -> None:
    assert device.post("me/heartbeat", b"\xff").status_code == 400
    assert device.post("me/heartbeat", [1]).status_code == 400
    assert device.post("me/heartbeat", {"x": "y" * 9000}).status_code == 413


def test_an_hour_counts_its_beats_and_its_heat(enrolled: Any) -> None:
    for temperature in (40.0, 45.5, 39.0, None):
        services.take_heartbeat(
            hub_id=enrolled.hub.pk, address="", report=Report(temperature=temperature)
        )
        services.flush()
    hour = Hour.objects.get()
    assert (hour.beats, hour.hottest) == (4, 45.5)
    hours = hours_of(enrolled.hub)
    assert [one.beats for one in hours] == [0] * 23 + [4]
    Hour.objects.update(start=timezone.now() - services.KEPT - timedelta(hours=1))
    services.forget_old()
    assert not Hour.objects.exists()


def test_a_hub_that_is_gone_meanwhile_disturbs_nobody(enrolled: Any) -> None:
    for hub_id in (enrolled.hub.pk, new_id()):
        services.take_heartbeat(hub_id=hub_id, address="", report=Report())
    assert services.flush() == 2
    assert Presence.objects.count() == 1


def test_what_a_failed_run_left_goes_with_the_next_and_newer_beats_win(enrolled: Any) -> None:
    kept, now = board.MemoryBoard(), timezone.now()
    kept.put(Beat(enrolled.hub.pk, now - timedelta(seconds=60), "", Report(firmware="1")))
    with pytest.raises(RuntimeError), kept.leaving():
        raise RuntimeError
    kept.put(Beat(enrolled.hub.pk, now, "", Report(firmware="2")))
    assert kept.look([enrolled.hub.pk])[enrolled.hub.pk].report.firmware == "2"
    with kept.leaving() as beats:
        assert [beat.report.firmware for beat in beats] == ["2"]
        with kept.leaving() as others:
            assert others == []
    assert kept.look([enrolled.hub.pk]) == {}


def test_a_beat_that_redis_does_not_take_is_to_come_again(
    device: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def hset(self, *what: object) -> None:
            raise RedisConnectionError

    monkeypatch.setattr(services, "board", lambda: board.RedisBoard(Gone()))
    answer = device.post("me/heartbeat", SAID)
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (503, True)


@pytest.mark.skipif(not settings.REDIS_URL, reason="runs where there is a Redis")
def test_redis_keeps_beats_for_all_processes(enrolled: Any) -> None:
    from redis import Redis

    client = Redis.from_url(settings.REDIS_URL)
    kept, beat = board.RedisBoard(client), Beat(enrolled.hub.pk, timezone.now(), "::1", Report(
        peripherals=({"kind": "camera", "name": "", "condition": "ok"},)))  # fmt: skip
    kept.put(beat)
    part, other = enrolled.hub.pk.int % kept.PARTS, UUID(int=enrolled.hub.pk.int ^ 1)
    with pytest.raises(RuntimeError), kept.leaving(part):
        raise RuntimeError
    assert kept.look([enrolled.hub.pk, other]) == {enrolled.hub.pk: beat}
    assert kept.look([]) == {}
    kept.put(Beat(other, timezone.now(), "::1", Report()))
    with kept.leaving(part) as beats, kept.leaving(part) as others:
        assert (beats, others) == ([beat], [])
        # Whoever comes meanwhile does the rest.
        with kept.leaving(part ^ 1) as more:
            assert [one.hub_id for one in more] == [other]
    assert client.keys("mago:hubs:*") == []


@pytest.mark.skipif(not settings.REDIS_URL, reason="runs where there is a Redis")
def test_one_flush_takes_down_what_waits_in_all_parts(enrol: Any) -> None:
    from redis import Redis

    kept = board.RedisBoard(Redis.from_url(settings.REDIS_URL))
    hubs = [enrol(f"S-{number}").hub.pk for number in range(4)]
    for hub in hubs:
        kept.put(Beat(hub, timezone.now(), "::1", Report()))
    assert services.flush(kept) == 4
    assert set(Presence.objects.values_list("hub", flat=True)) == set(hubs)


@pytest.mark.skipif(not settings.REDIS_URL, reason="runs where there is a Redis")
def test_what_a_process_of_the_version_before_puts_there_is_taken_down(enrolled: Any) -> None:
    """While they are restarted one at a time; that version knew no parts."""
    from redis import Redis

    client, beat = Redis.from_url(settings.REDIS_URL), Beat(
        enrolled.hub.pk, timezone.now(), "::1", Report()
    )  # fmt: skip
    client.hset("mago:hubs:beats", beat.hub_id.hex, beat.as_text())
    assert services.flush(board.RedisBoard(client)) == 1
    assert Presence.objects.get().hub_id == enrolled.hub.pk
    assert client.keys("mago:hubs:*") == []


def test_how_a_hub_stands_is_told_by_its_silence(enrolled: Any, heard: Any) -> None:
    now, hubs = timezone.now(), Hub.objects.of(enrolled.hub.organization_id)
    found = {}
    for silence in (None, 119, 121, 179, 181):
        if silence is not None:
            heard(timedelta(seconds=silence) - (timezone.now() - now))
        found[silence] = [s.value for s in Standing if hubs.filter(where_standing(s, now)).exists()]
        seen = None if silence is None else now - timedelta(seconds=silence)
        assert found[silence] == [standing_of(seen, now).value]
    assert found == {
        None: ["never"], 119: ["online"], 121: ["stale"], 179: ["stale"], 181: ["offline"],
    }  # fmt: skip


def test_a_quarantined_hub_may_tell_how_it_is_and_a_suspended_one_may_not(
    device: Any, enrolled: Any
) -> None:
    for state, status in ((State.QUARANTINED, 200), (State.SUSPENDED, 401)):
        Hub.objects.of(enrolled.hub.organization_id).update(state=state)
        assert device.post("me/heartbeat", {}).status_code == status
