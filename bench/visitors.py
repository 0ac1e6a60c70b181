"""What visitors do, one action at a time; each fails loudly where the answer is not a success."""

import itertools
import json
from collections.abc import Iterator

from .client import Answer, Client
from .stage import PASSWORD
from .windows import Action


def must(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        text = answer.body.decode(errors="replace")[:2000]
        raise SystemExit(f"The bench expected {status}:\n{answer.head}\n\n{text}")
    return answer


def load_page(client: Client, path: str) -> Action:
    return lambda: void(must(client.get(path), 200))


def post_nothing(client: Client) -> Action:
    return lambda: void(must(client.post("/bench/empty/"), 200))


def sign_in(client: Client, people: Iterator[str]) -> Action:
    """The next of `people` signs in, with a browser never seen before, and has a session."""

    def act() -> None:
        answer = must(submit_password(client, next(people)), 302)
        if not answer.cookie("session"):
            raise SystemExit("A sign-in gave no session.")

    return act


def submit_password(client: Client, email: str) -> Answer:
    return client.post("/accounts/login/", login=email, password=PASSWORD)


def sign_up(client: Client, prefix: str) -> Action:
    """Somebody new signs up and is told to look into their mail."""
    numbers = itertools.count()

    def act() -> None:
        email = f"{prefix}-{next(numbers)}@example.net"
        answer = client.post("/accounts/signup/", email=email, name="Ada", password1=PASSWORD)
        must(answer, 302)

    return act


def who_am_i(client: Client, email: str) -> Action:
    """A native app that has signed in asks for its person."""
    credentials = json.dumps({"email": email, "password": PASSWORD}).encode()
    tokens = json.loads(must(client.post_json("/api/v1/auth/login", credentials), 200).body)
    header = f"Authorization: Bearer {tokens['access_token']}"
    return lambda: void(must(client.get("/api/v1/me", header), 200))


def void(answer: Answer) -> None:
    """An action's answer is of no further interest."""
