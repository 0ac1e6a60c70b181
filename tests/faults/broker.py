"""Valkey killed and emptied while mails wait and people are signed in."""

from pathlib import Path

from .house import grown, wait_until


def run(folder: Path) -> str:
    with grown(folder, mail_seconds=0.02) as (house, _database, broker, sink):
        (email,) = house.people(1)
        house.start_clock()
        house.start_worker()
        house.start_web()
        token = house.sign_in(email)[1]["access_token"]
        broker.stop()
        # Without it: people sign in, sign up, are let in, and limits that guard secrets still count.
        assert house.say("GET", "/api/v1/me", token=token)[0] == 200, "somebody was signed out"
        assert house.say("GET", "/health/ready")[0] == 200, "a process was drained for nothing"
        signed_up = [
            house.say("POST", "/api/v1/auth/signup", {"email": f"new{n}@example.com", "password": "nine herons on a pale roof"}, address=f"192.0.2.{n}")[0]
            for n in range(5)
        ]  # fmt: skip
        assert all(200 <= status < 300 for status in signed_up), f"sign-ups answered {signed_up}"
        guesses = [house.sign_in(email, "wrong", address="198.51.100.7")[0] for _ in range(12)]
        assert guesses[-1] == 429, f"a limit is open: {guesses}"
        broker.start()
        seconds = wait_until(lambda: len(dict(sink.taken)) >= 5, 90, f"{len(sink.taken)} of 5 mails came")  # fmt: skip
        assert house.say("GET", "/api/v1/me", token=token)[0] == 200, "somebody was signed out"
        return f"killed and emptied: 5 of 5 sign-ups answered and mailed {seconds:.0f} s after it was back, nobody signed out, limits closed"
