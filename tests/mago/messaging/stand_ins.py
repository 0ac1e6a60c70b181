"""Twilio and a mail server of our own, on loopback, for whole stories."""

import base64
import contextlib
import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

SID, TOKEN = "AC" + "0" * 32, "t0ken"


class TwilioServer(http.server.ThreadingHTTPServer):
    """Answers as Twilio's Messages resource does; `forms` is what it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _TwilioHandler)
        self.forms: list[dict[str, str]] = []
        self.agents: list[str] = []
        self.delay = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


ANSWERS = {
    "+15005550001": (400, {"code": 21211, "message": "The 'To' number is not valid: 483920"}),
    "+15005550029": (429, {"code": 20429, "message": "Too Many Requests"}),
    "+15005550050": (503, {"code": 20503, "message": "Service Unavailable"}),
}


class _TwilioHandler(http.server.BaseHTTPRequestHandler):
    server: TwilioServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        wanted = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if self.path != f"/2010-04-01/Accounts/{SID}/Messages.json":
            return self.answer(404, {"code": 20404, "message": "not found"})
        if self.headers["Authorization"] != wanted:
            return self.answer(401, {"code": 20003, "message": "Authenticate"})
        self.server.forms.append(form)
        self.server.agents.append(self.headers["User-Agent"])
        if self.server.delay:
            time.sleep(self.server.delay)
            return None
        created = {"sid": "SM" + "1" * 32, "status": "queued", "body": form["Body"]}
        return self.answer(*ANSWERS.get(form["To"], (201, created)))

    def answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content | {"status": status}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@contextlib.contextmanager
def twilio_server() -> Iterator[TwilioServer]:
    with TwilioServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Mailbox:
    """What a mail server took, and how it behaves.

    `mode`: "" takes all; "451", "550" refuse at the end; "hang" takes and never answers; "late"
    takes and breaks off before the answer; "rcpt" refuses the recipient.
    """

    def __init__(self) -> None:
        self.mails: list[tuple[str, Message]] = []
        self.mode = ""
        self.sessions: set[int] = set()
        self.encrypted = False
        self.user = b""
        self.delay = 0.0

    async def handle_RCPT(  # noqa: N802  (aiosmtpd calls it so)
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.mode == "rcpt":
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        import asyncio
        import email
        from email import policy

        self.sessions.add(id(session))
        self.encrypted = session.ssl is not None
        self.user = getattr(session.auth_data, "login", b"")
        if self.mode in {"451", "550"}:
            return f"{self.mode} refused by the test"
        mail = email.message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((envelope.rcpt_tos[0], mail))
        await asyncio.sleep(30 if self.mode == "hang" else self.delay)
        if self.mode == "late":
            server.transport.abort()
        return "250 fine"


@contextlib.contextmanager
def mail_server(mailbox: Mailbox, port: int = 0, **options: Any) -> Iterator[int]:
    """An SMTP server on loopback, in a thread; gives its port."""
    from aiosmtpd.controller import Controller

    controller = Controller(mailbox, hostname="127.0.0.1", port=port or free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
