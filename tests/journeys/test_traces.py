"""Where an operator asks for traces, OpenTelemetry's own packages send them, and nothing that opens a door is in them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.running import running

pytestmark = [pytest.mark.journey, pytest.mark.peer, pytest.mark.one_database]

TRACE = "0af7651916cd43dd8448eb211c80319c"


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Its address, and the bodies that it was sent."""
    bodies: list[bytes] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", bodies
    finally:
        server.shutdown()
        server.server_close()


def test_requests_and_tasks_are_spans_by_their_names_under_the_callers(tmp_path: Path) -> None:
    wire = pytest.importorskip(
        "opentelemetry.proto.collector.trace.v1.trace_service_pb2",
        reason="OpenTelemetry is not installed: pip install mago[tracing]",
    )
    with collector() as (place, bodies):
        told = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": place,
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        with running(tmp_path / "data", **told) as site:
            sent = Request(f"{site.base}/health/live", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})  # fmt: skip
            with urlopen(sent, timeout=10) as answer:
                request_id = answer.headers["X-Request-ID"]
            with suppress(HTTPError):  # It is no link of ours.
                urlopen(f"{site.base}/accounts/confirm-email/heron:heron/?next=heron", timeout=10)
            spans = until_there_are(bodies, wire, {"GET live", "GET account_confirm_email"})
    live = spans["GET live"]
    assert live.trace_id.hex() == TRACE
    values = {one.key: one.value for one in live.attributes}
    assert values["http.response.status_code"].int_value == 200
    assert values["mago.request_id"].string_value == request_id
    assert b"heron" not in b"".join(bodies)
    assert any(name.startswith("mago.") for name in spans), "tasks of the worker"


def until_there_are(bodies: list[bytes], wire: Any, names: set[str]) -> dict[str, Any]:
    """The spans that came, by their names."""
    spans: dict[str, Any] = {}
    end = time.monotonic() + 20
    while time.monotonic() < end and not (
        names <= spans.keys() and any("mago." in n for n in spans)
    ):
        time.sleep(0.1)
        for body in list(bodies):
            found = wire.ExportTraceServiceRequest.FromString(body)
            for resource in found.resource_spans:
                spans |= {span.name: span for scope in resource.scope_spans for span in scope.spans}
    return spans
