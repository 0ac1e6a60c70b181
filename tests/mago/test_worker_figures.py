"""A worker that shares its folder with no web process tells monitoring itself what it counts."""

import socket
import threading
import time
from contextlib import suppress
from typing import Any

import pytest
import yaml

from mago import worker_figures
from mago.core import metrics
from mago.worker_figures import Server
from tests.running import ROOT

pytestmark = pytest.mark.one_database

TOKEN = "a-token-of-thirty-two-characters-or-more"


def asked(line: str, *headers: str) -> str:
    """What it answers to a request; without a port, as the suite has none."""
    ours, theirs = socket.socketpair()

    def answer() -> None:
        with theirs:
            worker_figures.Answer(theirs, ("", 0), None)  # type: ignore[arg-type]

    with ours:
        ours.sendall("\r\n".join([line, *headers, "", ""]).encode())
        ours.shutdown(socket.SHUT_WR)
        # Read while it is written: what a process has counted may be more than a socket holds.
        answering = threading.Thread(target=answer)
        answering.start()
        read = b"".join(iter(lambda: ours.recv(65536), b""))
        answering.join()
    return read.decode()


@pytest.fixture(autouse=True)
def _token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def test_whoever_has_the_token_reads_what_was_counted() -> None:
    metrics.TASKS.labels("tests.counted", "succeeded").observe(1)
    answer = asked("GET /metrics HTTP/1.1", f"Authorization: Bearer {TOKEN}")
    assert answer.startswith("HTTP/1.0 200 ")
    assert 'mago_task_seconds_count{result="succeeded",task="tests.counted"} 1.0' in answer
    assert "Python" not in answer.partition("\r\n\r\n")[0]


@pytest.mark.parametrize(
    ("line", "headers"),
    [
        ("GET /metrics HTTP/1.1", ()),
        ("GET /metrics HTTP/1.1", ("Authorization: Bearer x",)),
        ("GET /metrics HTTP/1.1", ("Authorization: Bearer ü",)),
        ("GET / HTTP/1.1", (f"Authorization: Bearer {TOKEN}",)),
    ],
)
def test_to_all_others_there_is_nothing(line: str, headers: tuple[str, ...]) -> None:
    answer = asked(line, *headers)
    assert answer.startswith("HTTP/1.0 404 ")
    assert "mago" not in answer


@pytest.mark.parametrize(
    "line", ["POST /metrics HTTP/1.1", "HEAD /metrics HTTP/1.1", "GET /metrics x HTTP/1.1", "x"]
)
def test_what_is_not_asked_as_monitoring_does_gets_nothing_and_learns_nothing(line: str) -> None:
    answer = asked(line, f"Authorization: Bearer {TOKEN}")
    head, _, body = answer.partition("\r\n\r\n")
    assert body == ""
    assert "Server" not in head
    # Of a line that names no version, HTTP/0.9, there is no head in answer.
    assert head.startswith("HTTP/1.0 404 ") or (line == "x" and not head)


def test_whoever_sends_a_byte_now_and_then_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_figures.Answer, "timeout", 0.3)
    ours, theirs = socket.socketpair()

    def answer() -> None:
        with suppress(OSError):  # Nobody can be told.
            worker_figures.Answer(theirs, ("", 0), None)  # type: ignore[arg-type]

    answering = threading.Thread(target=answer, daemon=True)
    answering.start()
    with ours, theirs, suppress(BrokenPipeError):
        for _byte in range(30):
            ours.send(b"G")
            answering.join(0.1)
            if not answering.is_alive():
                break
        assert not answering.is_alive()


def test_so_many_are_answered_at_once_and_others_are_not_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, go_on = [object() for _number in range(Server.MOST + 2)], threading.Event()
    heard: list[object] = []
    closed: list[object] = []

    def finish(server: object, request: object, client: object) -> None:
        heard.append(request)
        go_on.wait(5)

    monkeypatch.setattr(Server, "finish_request", finish)
    monkeypatch.setattr(Server, "shutdown_request", lambda _server, one: closed.append(one))
    # Without a socket, as the suite has none.
    server = object.__new__(Server)
    server._free = threading.BoundedSemaphore(Server.MOST)
    for one in asked[:-1]:
        server.process_request(one, ("", 0))
    assert closed == [asked[-2]]
    go_on.set()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(5)
    # Whoever comes later is.
    server.process_request(asked[-1], ("", 0))
    while asked[-1] not in heard:
        time.sleep(0.01)
    assert set(heard) == {*asked[: Server.MOST], asked[-1]}


def test_without_a_port_nothing_listens(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WORKER_METRICS_PORT = 0
    monkeypatch.setattr(worker_figures, "Server", None)
    worker_figures.serve()


def test_a_port_that_is_taken_keeps_no_worker_from_its_work(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def taken(*what: object) -> None:
        raise OSError(98, "Address already in use")

    settings.WORKER_METRICS_PORT = 9000
    monkeypatch.setattr(worker_figures, "Server", taken)
    worker_figures.serve()
    assert "MAGO_WORKER_METRICS_PORT 9000 cannot be had (Address already in use)" in caplog.text


def test_every_pod_of_workers_has_the_port_and_monitoring_reaches_it() -> None:
    folder = ROOT / "deploy/kubernetes"
    base, workers, network = (
        list(yaml.safe_load_all((folder / f"{name}.yaml").read_text()))
        for name in ("base", "workers", "network")
    )
    (port,) = [
        one["data"]["MAGO_WORKER_METRICS_PORT"] for one in base if one["kind"] == "ConfigMap"
    ]
    (policy,) = [one for one in network if one["metadata"]["name"] == "to-workers"]
    (let_in,) = policy["spec"]["ingress"]
    assert [one["port"] for one in let_in["ports"]] == [int(port)]
    (parts,) = policy["spec"]["podSelector"]["matchExpressions"]
    told = set()
    for one in workers:
        if one["kind"] != "Deployment":
            continue
        (container,) = one["spec"]["template"]["spec"]["containers"]
        if "worker" in container["command"]:
            assert container["ports"] == [{"name": "figures", "containerPort": int(port)}]
            told.add(one["metadata"]["labels"]["app.kubernetes.io/component"])
    assert told == set(parts["values"])
