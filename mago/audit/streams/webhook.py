"""Webhook: batches of events as JSON, POSTed with a signature that the receiver can check.

The three headers are those of Standard Webhooks: an id that is the same when a batch is sent again,
the time, and HMAC-SHA256 over both and the body.
"""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import time
from http import HTTPStatus

from .addresses import Place
from .connecting import ContentRefused, Step, StreamFailed, tls_connection

PREFIX = "whsec_"
LONGEST_ANSWER = 65_536
# Answers about what was sent. All others are about the receiver: who may, where it is, whether it is well.
ABOUT_CONTENT = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """What the receiver computes, too, with its copy of the secret."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def send(place: Place, secret: str, name: str, lines: list[str]) -> None:
    """The receiver answered that it has taken the lines; StreamFailed otherwise, ContentRefused where it is for what they say."""
    items = [json.loads(line) for line in lines]
    body = json.dumps({"type": "mago.audit", "items": items}, ensure_ascii=False).encode(
        "utf-8", "replace"
    )
    now = int(time.time())
    headers = {
        "Host": place.authority,
        "Content-Type": "application/json",
        "User-Agent": "Mago",
        "webhook-id": name,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, name, now, body),
    }
    with tls_connection(place.host, place.port) as connection:
        client = http.client.HTTPConnection(place.host, place.port)
        client.sock = connection
        try:
            client.request("POST", place.path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise StreamFailed(Step.SEND, error) from None
        try:
            answer = client.getresponse()
            answer.read(LONGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise StreamFailed(Step.ANSWER, error or type(error).__name__) from None
    if 300 <= answer.status < 400:
        raise StreamFailed(Step.ANSWER, f"{answer.status}: redirects are not followed")
    if answer.status in ABOUT_CONTENT:
        # In our words: theirs may repeat what they were sent, and are kept for long.
        status = HTTPStatus(answer.status)
        raise ContentRefused(Step.ANSWER, f"{status.value} {status.phrase}")
    if not 200 <= answer.status < 300:
        raise StreamFailed(Step.ANSWER, f"{answer.status} {answer.reason}")
