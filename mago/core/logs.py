"""Log lines: one a record, whatever a client put into its headers or paths; JSON in production."""

import json
import logging
from datetime import UTC, datetime

from .context import caller


class NoRefusals(logging.Filter):
    """Drops what Django says of a 503 that was answered on purpose: it is counted, and a storm of guesses would
    bury all else. Where something failed, the record has its exception and stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info) or getattr(record, "status_code", 0) != 503


class JsonFormatter(logging.Formatter):
    """One JSON object a line, in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": caller().request_id,
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=True)


class PlainFormatter(logging.Formatter):
    """For a person's terminal; line breaks and control characters of a message are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage().encode("unicode_escape").decode("ascii")
        line = f"{datetime.fromtimestamp(record.created, UTC):%H:%M:%S} {record.levelname.lower()}: {message}"
        return line + "\n" + self.formatException(record.exc_info) if record.exc_info else line
