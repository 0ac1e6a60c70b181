"""Credential stuffing at 20/s from many addresses, while honest people sign in, with a known device and without.

First out of 256 neighbourhoods that come again and again, then by a herd of which nobody comes twice.
"""

import random
import re
import statistics
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.conftest import PASSWORD

from .house import House, grown

RATE, SECONDS, HONEST, CALM = 20, 45, 20, 10
_COOKIES = """
from accounts.sessions.browsers import _tag
name = "b" * 43
for number in range({count}):
    print(f"{{name}}.{{_tag(name, f'p{{number}}@example.com')}}")
"""


class Storm:
    """Guesses that nobody has to wait for; `answers` is what they were told."""

    def __init__(self, house: House, victims: list[str], address: Callable[[int], str]) -> None:
        self.answers = list[int]()
        self._house, self._victims, self._address = house, victims, address
        self._guesses = list[threading.Thread]()
        self._thread = threading.Thread(target=self._rage)
        self._thread.start()

    def _rage(self) -> None:
        began = time.monotonic()
        for number in range(RATE * SECONDS):
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
            self._guesses.append(threading.Thread(target=self._guess, args=(number,)))
            self._guesses[-1].start()

    def _guess(self, number: int) -> None:
        victim = self._victims[number % len(self._victims)]
        self.answers.append(
            self._house.sign_in(victim, "winter2026!", address=self._address(number))[0]
        )

    def join(self) -> None:
        self._thread.join()
        for guess in self._guesses:
            guess.join()


class Page:
    """The sign-in page in a browser that its people have used before."""

    def __init__(self, house: House) -> None:
        self._url = f"http://127.0.0.1:{house.port}/accounts/login/"
        with urllib.request.urlopen(self._url, timeout=30) as answer:
            self._csrf = re.findall(r"csrf=(\w+)", answer.headers["Set-Cookie"])[0]
            self._token = re.findall(r'csrfmiddlewaretoken" value="(\w+)', answer.read().decode())[0]  # fmt: skip
        self._opener = urllib.request.build_opener(_Stay)
        self._cookies = house.shell(_COOKIES.format(count=HONEST)).split()

    def sign_in(self, number: int) -> int:
        """200 where the person is in, else the status."""
        form = {"csrfmiddlewaretoken": self._token, "login": f"p{number}@example.com", "password": PASSWORD}  # fmt: skip
        headers = {"Cookie": f"csrf={self._csrf}; browser={self._cookies[number]}", "X-Forwarded-For": f"192.0.2.{number}"}  # fmt: skip
        asked = urllib.request.Request(self._url, urllib.parse.urlencode(form).encode(), headers)
        try:
            self._opener.open(asked, timeout=30).close()
        except urllib.error.HTTPError as answer:
            with answer:
                return 200 if answer.code == 302 else answer.code
        except OSError:
            return 0
        return 422


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


class Honest:
    """People who sign in one after the other; whoever is told to come again does so after a second."""

    def __init__(self) -> None:
        self.waits, self.refused, self.busy = list[float](), list[int](), 0

    def come(self, sign_in: Callable[[], int]) -> None:
        began = time.monotonic()
        status = sign_in()
        while status == 503 and time.monotonic() - began < 30:
            self.busy += 1
            time.sleep(1)
            status = sign_in()
        self.waits.append(time.monotonic() - began)
        if status != 200:
            self.refused.append(status)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.waits, n=20)[-1]


def weather(house: House, page: Page, people: list[str], address: Callable[[int], str]) -> tuple[Honest, Honest, Storm]:  # fmt: skip
    """Those with a known device, those without, and what raged meanwhile."""
    known, strangers = Honest(), Honest()
    storm = Storm(house, people[HONEST:], address)
    time.sleep(5)
    comers = []
    for number, email in enumerate(people[:HONEST]):
        for honest, way in (
            (strangers, lambda e=email, n=number: house.sign_in(e, address=f"192.0.2.{n}")[0]),
            (known, lambda n=number: page.sign_in(n)),
        ):
            comers.append(threading.Thread(target=honest.come, args=(way,)))
            comers[-1].start()
            time.sleep((SECONDS - 8) / HONEST / 2)
    for comer in comers:
        comer.join()
    storm.join()
    return known, strangers, storm


def calm(house: House, page: Page) -> str:
    """What a sign-in takes on this machine while nobody rages: half of them take longer than that."""
    known, strangers = Honest(), Honest()
    for number in range(CALM):
        known.come(lambda n=number: page.sign_in(n))  # type: ignore[misc]
        strangers.come(lambda n=number: house.sign_in(f"p{n}@example.com", address=f"192.0.2.{n}")[0])  # type: ignore[misc]  # fmt: skip
        time.sleep(0.2)
    with_device, without = statistics.median(known.waits), statistics.median(strangers.waits)
    return f"in calm {with_device:.2f} s with a known device and {without:.2f} s without (medians)"


def run(folder: Path) -> str:
    chosen = random.Random(1)
    # Of 65,536 addresses; and of as many neighbourhoods as there are guesses.
    herds: dict[str, Callable[[int], str]] = {
        "256 neighbourhoods": lambda _: f"203.0.{chosen.randrange(256)}.{chosen.randrange(256)}",
        "ever new ones": lambda n: f"{11 + n // 65536}.{n // 256 % 256}.{n % 256}.7",
    }
    said, broken = [], []
    with grown(folder) as (house, _database, _broker, _sink):
        people = house.people(200)
        house.start_web(2)
        page = Page(house)
        said.append(calm(house, page))
        for name, address in herds.items():
            known, strangers, storm = weather(house, page, people, address)
            refused = known.refused + strangers.refused
            assert not refused, f"honest people were refused: {refused}"
            assert 200 not in storm.answers, "a guess got in"
            said.append(
                f"{len(storm.answers)} guesses from {name} ({dict(sorted(Counter(storm.answers).items()))}): "
                f"p95 with a known device {known.p95:.2f} s, without {strangers.p95:.2f} s, "
                f"{strangers.busy} times told to come again"
            )
            if known.p95 >= 1 or strangers.p95 >= 3:
                broken.append(name)
    assert not broken, f"too slow under {', '.join(broken)}: {'; '.join(said)}"
    return f"{'; '.join(said)}; none locked out"
