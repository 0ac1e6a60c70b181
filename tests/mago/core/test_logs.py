"""Log lines: one a record."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mago.core.context import Caller, calling
from mago.core.logs import JsonFormatter, NoRefusals, PlainFormatter


def entry(message: str) -> logging.LogRecord:
    return logging.LogRecord("mago", logging.WARNING, __file__, 1, "seen: %s", (message,), None)


@given(st.text())
@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter()])
def test_whatever_a_client_sent_is_one_line(formatter: logging.Formatter, text: str) -> None:
    line = formatter.format(entry(text))
    assert line.isprintable()
    assert line.isascii()


def test_production_lines_are_json_with_time_level_and_request() -> None:
    with calling(Caller(request_id="abc")):
        line = json.loads(JsonFormatter().format(entry("x")))
    assert line["message"] == "seen: x"
    assert line["level"] == "WARNING"
    assert line["request_id"] == "abc"
    assert line["time"].endswith("+00:00")


def test_being_busy_is_no_line_and_a_failure_is() -> None:
    refused, failed = entry("busy"), entry("away")
    refused.status_code = failed.status_code = 503
    failed.exc_info = (OSError, OSError("away"), None)
    dropped = [not NoRefusals().filter(record) for record in (refused, failed, entry("x"))]
    assert dropped == [True, False, False]
