"""A hub as a test plays it, over HTTP; its cryptography is scramp's, none of it ours."""

import base64
import hmac
import json
from typing import Any

import scramp
from django.test import Client

from tests.hubs.conftest import Enrolled


class Device:
    """Signs in as a hub does. `last` is the last answer."""

    def __init__(
        self, enrolled: Enrolled | None = None, *, name: str = "", secret: str = ""
    ) -> None:
        self.name = name or (enrolled.name if enrolled else "")
        self.secret = secret or (enrolled.secret if enrolled else "")
        self.client, self.headers = Client(), dict[str, str]()
        self.token = ""

    def post(self, path: str, body: Any) -> Any:
        headers = self.headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        text = body if isinstance(body, bytes) else json.dumps(body)
        self.last = self.client.post(
            f"/api/v1/hubs/{path}", text, content_type="application/json", headers=headers
        )
        return self.last

    def get(self, path: str) -> Any:
        headers = self.headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        return self.client.get(f"/api/v1/hubs/{path}", headers=headers)

    def start(self, mechanism: str = "SCRAM-SHA-256", binding: Any = None) -> Any:
        self.scram = scramp.ScramClient(
            [mechanism], self.name, self.secret, channel_binding=binding
        )
        first = encoded(self.scram.get_client_first())
        return self.post("auth/start", {"mechanism": mechanism, "initial_response": first})

    def proceed(self, started: Any) -> Any:
        body = started.json()
        self.scram.set_server_first(decoded(body["challenge"]))
        self.final = {"sid": body["sid"], "response": encoded(self.scram.get_client_final())}
        return self.post("auth/continue", self.final)

    def sign_in(self, mechanism: str = "SCRAM-SHA-256", binding: Any = None) -> Any:
        """The body of the success; the server has proved itself too, or this raises."""
        answer = self.proceed(self.start(mechanism, binding))
        body = answer.json()
        if answer.status_code == 200:
            self.scram.set_server_final(decoded(body["additional_data"]))
            self.token = body["access_token"]
        return body

    def reconnect(self, told: dict[str, str], count: int, binding: bytes = b"") -> Any:
        """One request with the reconnect token of a success."""
        extra = f"c={count}".encode()
        code = hmac.digest(told["token"].encode(), b"Initiator" + binding + extra, "sha256")
        message = self.name.encode() + b"\0" + extra + b"\0" + code
        sent = {
            "mechanism": told["mechanism"],
            "initial_response": base64.b64encode(message).decode(),
        }
        answer = self.post("auth/start", sent)
        if answer.status_code == 200:
            body = answer.json()
            proof = hmac.digest(told["token"].encode(), b"Responder" + binding + extra, "sha256")
            wanted = b"\0" + extra + b"\0" + proof
            assert base64.b64decode(body["additional_data"]) == wanted
            self.token = body["access_token"]
        return answer


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def decoded(text: str) -> str:
    return base64.b64decode(text).decode()
