"""Servers in order, and what becomes of one that does not answer."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from accounts.federation.directory import client
from accounts.federation.directory.client import DirectoryFailed, Endpoint, Reason, Target

from .fake import READER, SECRET, FakeDirectory

ONE, TWO = Endpoint("one.test", 636), Endpoint("two.test", 636)
TARGET = Target((ONE, TWO), READER, SECRET)


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> FakeDirectory:
    made = FakeDirectory()
    monkeypatch.setattr(client, "open_session", made.session)
    monkeypatch.setattr(client, "_passed_over", {})
    return made


def opened(directory: FakeDirectory) -> list[str]:
    told = [what.partition(":")[0] for how, what in directory.asked if how == "open"]
    directory.asked.clear()
    return told


def test_a_dead_server_is_passed_over_for_a_while(
    directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=lambda: now[0]))
    directory.dead = {str(ONE)}
    assert client.ask(TARGET, lambda session: "found") == "found"
    assert opened(directory) == ["one.test", "two.test"]
    client.ask(TARGET, lambda session: None)
    assert opened(directory) == ["two.test"]
    now[0] += client.PASSED_OVER
    directory.dead = set()
    client.ask(TARGET, lambda session: None)
    assert opened(directory) == ["one.test"]


def test_where_none_answers_the_last_reason_is_told_and_all_are_asked_again_next_time(
    directory: FakeDirectory,
) -> None:
    directory.dead = {str(ONE), str(TWO)}
    for _ in range(2):
        with pytest.raises(DirectoryFailed) as failed:
            client.ask(TARGET, lambda session: None)
        assert (failed.value.reason, failed.value.server) == (Reason.CONNECT, str(TWO))
        assert opened(directory) == ["one.test", "two.test"]


def test_what_every_server_would_answer_is_not_asked_of_the_next(directory: FakeDirectory) -> None:
    wrong = Target((ONE, TWO), READER, "not it")
    with pytest.raises(DirectoryFailed) as failed:
        client.ask(wrong, lambda session: None)
    assert failed.value.reason is Reason.SERVICE_REFUSED
    assert opened(directory) == ["one.test"]


def test_work_that_breaks_off_begins_anew_with_the_next_server(directory: FakeDirectory) -> None:
    def work(session: object) -> int:
        if len(directory.asked) == 1:
            raise DirectoryFailed(Reason.LOST, "hung up in the middle")
        return len(directory.asked)

    assert client.ask(TARGET, work) == 2


def test_a_password_is_never_shown(directory: FakeDirectory) -> None:
    assert SECRET not in repr(TARGET)


def test_who_has_no_directory_does_not_pay_for_the_library() -> None:
    code = (
        "import sys; import accounts.federation.directory.client; sys.exit('ldap3' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
