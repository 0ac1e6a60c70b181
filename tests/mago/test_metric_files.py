"""Files of figures: on a disk that is full, in a folder of somebody else, beside processes that are forked."""

import fcntl
import os
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from prometheus_client.mmap_dict import MmapedDict, mmap_key

from mago.core import metric_files, metrics
from mago.core.metric_files import SIZE, Figures

pytestmark = pytest.mark.one_database


def read(path: Path) -> dict[str, float]:
    return {key: value for key, value, *_ in MmapedDict.read_all_values_from_file(str(path))}


def names(count: int) -> list[str]:
    return [f"{n:04}" + "x" * 100 for n in range(count)]


def test_files_grow_without_holes_and_the_library_reads_them(tmp_path: Path) -> None:
    figures = Figures(str(tmp_path / "counter_1.db"))
    for number, name in enumerate(names(1000)):
        figures.write_value(name, float(number), 0.0)
    assert figures.is_kept
    figures.close()
    status = (tmp_path / "counter_1.db").stat()
    assert status.st_size > SIZE
    assert status.st_blocks * 512 >= status.st_size, "there are holes in it"
    assert read(tmp_path / "counter_1.db") == {n: float(i) for i, n in enumerate(names(1000))}


@pytest.mark.parametrize("room", [0, SIZE])
def test_where_there_is_no_room_it_counts_on_in_memory_and_the_file_stays_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    has_room = metric_files._has_room
    monkeypatch.setattr(
        metric_files, "_has_room", lambda f, size: size <= room and has_room(f, size)
    )
    path = tmp_path / "counter_1.db"
    figures = Figures(str(path))
    for number, name in enumerate(names(2000)):
        figures.write_value(name, float(number), 0.0)
    assert not figures.is_kept
    assert [figures.read_value(name)[0] for name in names(2000)] == list(range(2000))
    figures.close()
    if room:
        assert read(path)[names(1)[0]] == 0.0


def test_a_full_disk_is_noticed_before_anything_is_mapped(tmp_path: Path) -> None:
    assert not metric_files._has_room("/dev/full", SIZE)
    assert not metric_files._has_room(str(tmp_path / "none" / "x"), SIZE)


def test_a_file_that_cannot_be_read_hides_nothing_that_others_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As after a loss of power: what it holds is said to be long, and is zeros."""
    monkeypatch.setattr(metrics, "FOLDER", tmp_path)
    key = mmap_key("mago_sign_ins", "mago_sign_ins_total", ["result"], ["failed"], "…")
    for name in ("counter_alive.db", "counter_dead.db"):
        figures = Figures(str(tmp_path / name))
        figures.write_value(key, 2.0, 0.0)
        figures.close()
    for name in ("counter_dead.db", "counter_ended.db"):
        (tmp_path / name).write_bytes((4096).to_bytes(4, "little") + bytes(8188))
    (tmp_path / "dead.alive").touch()
    for _time in range(2):
        [metric] = metrics.collect()
        assert [sample.value for sample in metric.samples] == [2.0]
    assert not (tmp_path / "counter_dead.db").exists()
    assert caplog.messages == [
        "What a process had counted is lost: counter_dead.db cannot be read."
    ]


def test_what_an_ended_process_counted_is_added_once_though_the_disk_is_full(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    total, ended = tmp_path / "counter_ended.db", tmp_path / "counter_1.db"
    figures = Figures(str(total))
    figures.write_value('"both"', 10.0, 0.0)
    figures.close()
    figures = Figures(str(ended))
    for name in ("both", *names(2000)):
        figures.write_value(f'"{name}"', 5.0, 0.0)
    figures.close()
    has_room = metric_files._has_room
    with monkeypatch.context() as full:
        full.setattr(metric_files, "_has_room", lambda f, size: size <= SIZE and has_room(f, size))
        assert [metrics._add(ended, total) for _time in range(3)] == [False] * 3
    assert read(total)['"both"'] == 10.0
    assert metrics._add(ended, total)
    assert read(total)['"both"'] == 15.0


def test_a_folder_of_somebody_else_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(metrics, "FOLDER", tmp_path / "file" / "metrics")
    monkeypatch.setattr(metrics, "_names", {})
    with pytest.raises(ImproperlyConfigured, match=r"^MAGO_METRICS_DIR cannot be written"):
        metrics._own_name()


# Python 3.12 warns of a fork beside threads; who does it is not asked here.
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_child_that_is_forked_meanwhile_keeps_the_folder_from_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As a worker forks one in the place of another that has ended, while monitoring asks it."""
    monkeypatch.setattr(metrics, "FOLDER", tmp_path)
    with metrics._folder_is_ours():
        child = os.fork()
        if not child:
            try:
                time.sleep(20)
            finally:
                os._exit(0)
    try:
        with (tmp_path / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
