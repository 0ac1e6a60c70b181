"""Mail server and SMS carrier that fail for an hour each, in seconds: refusing, hanging, losing answers; 429 and 5xx."""

import base64
import hashlib
import hmac
import os
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.running import ROOT, environment, free_port

MAILS, CODES, MINUTES, FORGED = 120, 60, 60, 200
# What the mail server does, a quarter of an hour each; then Twilio, by turns.
MAIL_FAULTS, SMS_FAULTS = ("away", "451", "hang", "late"), (429, 503, 500)
CALLBACK = "https://id.example.com/api/v1/messages/twilio/status"


def run(folder: Path) -> str:
    """In a process of its own, whose clock is moved on."""
    (data := folder / "data").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", __name__], cwd=ROOT, capture_output=True, text=True, check=False,
        env=environment(data, free_port(), DJANGO_SETTINGS_MODULE="mago.settings.main"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.strip()[-400:]
    return done.stdout.strip().splitlines()[-1]


def story() -> str:
    import django

    django.setup()
    import time_machine
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from mago.messaging.gateways import smtp
    from mago.settings.env import Address
    from tests.mago.messaging.stand_ins import SID, TOKEN, Mailbox, mail_server, twilio_server

    call_command("migrate", verbosity=0)
    # A hanging server costs this and not 10 s; the worker's other patience is real.
    smtp.SECONDS = 1
    port, mailbox = free_port(), Mailbox()
    settings.EMAIL_URL = Address("smtp", "127.0.0.1", port, "", "", "", {})
    settings.MESSAGE_COMPLETIONS = {}
    settings.MESSAGE_GATEWAYS = {
        "email": "mago.messaging.gateways.smtp.SmtpGateway",
        "sms": "mago.messaging.gateways.twilio.TwilioGateway",
    }
    with twilio_server() as twilio, time_machine.travel(timezone.now(), tick=True) as clock:
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = SID, TOKEN
        settings.TWILIO_FROM, settings.TWILIO_BASE_URL = "+15005550006", twilio.url
        settings.TWILIO_STATUS_CALLBACK = CALLBACK
        mails = _mail_hour(mailbox, port, mail_server, clock)
        codes = _sms_hour(twilio, clock)
    return f"{mails}; {codes}; {_reports()}"


def _mail_hour(mailbox: Any, port: int, mail_server: Any, clock: Any) -> str:
    from mago.messaging.delivery import deliver_batch
    from mago.messaging.models import Message, Status
    from mago.messaging.services import send_mail

    longest, stack = MINUTES // len(MAIL_FAULTS), ExitStack()
    for minute in range(MINUTES):
        mode = MAIL_FAULTS[minute // longest]
        if mode != "away" and mailbox.mode == "":
            stack.enter_context(mail_server(mailbox, port))
        mailbox.mode = "" if mode == "away" else mode
        for number in range(MAILS // MINUTES):
            send_mail("signin/no_account", to=f"m{minute}.{number}@example.com", context={"sign_up": "http://x/"})  # fmt: skip
        deliver_batch()
        clock.shift(timedelta(minutes=1))
    mailbox.mode, minutes = "", 0
    while Message.objects.filter(status=Status.WAITING).exists():
        assert minutes < 15, "mails still wait a quarter of an hour after the server was well"
        while deliver_batch():
            pass
        clock.shift(timedelta(minutes=1))
        minutes += 1
    stack.close()
    names: dict[str, list[str]] = {}
    for to, mail in mailbox.mails:
        names.setdefault(to, []).append(mail["Message-ID"])
    assert len(names) == MAILS, f"{MAILS - len(names)} mails are lost"
    assert all(len(set(some)) == 1 for some in names.values()), "a repeat has another Message-ID"
    repeats = len(mailbox.mails) - MAILS
    # One a batch is under way when an answer is lost.
    assert repeats <= 2 * longest, f"{repeats} mails came twice"
    return f"mail server {', '.join(MAIL_FAULTS)} for an hour: {MAILS} mails, 0 lost, {repeats} repeated with the same Message-ID, all there {minutes} min after"


def _sms_hour(twilio: Any, clock: Any) -> str:
    from mago.messaging.delivery import deliver_batch
    from mago.messaging.models import Message, Status
    from mago.messaging.services import send_sms
    from tests.mago.messaging import stand_ins

    failing = {"code": 20000, "message": "not now"}
    numbers = [f"+3902123{n:05}" for n in range(CODES)]
    for minute in range(MINUTES):
        status = SMS_FAULTS[minute * len(SMS_FAULTS) // MINUTES]
        stand_ins.ANSWERS.update(dict.fromkeys(numbers, (status, failing)))
        send_sms("mfa/code", to=numbers[minute], context={"code": "483920"}, language="en")
        deliver_batch()
        clock.shift(timedelta(minutes=1))
    asked = len(twilio.forms)
    # Who says 429 is not asked once for each message.
    assert asked <= MINUTES, f"Twilio was asked {asked} times in {MINUTES} runs"
    for number in numbers:
        del stand_ins.ANSWERS[number]
    minutes = 0
    while Message.objects.filter(status=Status.WAITING).exists():
        assert minutes < 15, "codes still wait"
        while deliver_batch():
            pass
        clock.shift(timedelta(minutes=1))
        minutes += 1
    taken = Counter(form["To"] for form in twilio.forms[asked:])
    assert set(taken) == set(numbers), "codes are lost"
    assert set(taken.values()) == {1}, "a code was sent twice"
    return f"Twilio {', '.join(map(str, SMS_FAULTS))} for an hour: asked {asked} times, {CODES} of {CODES} sent once, all {minutes} min after"


def _reports() -> str:
    from django.test import Client

    from mago.messaging.models import Message, Status
    from tests.mago.messaging.stand_ins import TOKEN

    sms = Message.objects.filter(channel="sms", status=Status.SENT).first()
    assert sms is not None
    sid = sms.carrier_id

    def report(state: str, key: str) -> int:
        query, form = f"message={sms.pk.hex}", {"MessageSid": sid, "MessageStatus": state}
        said = f"{CALLBACK}?{query}" + "".join(f"{name}{form[name]}" for name in sorted(form))
        signature = base64.b64encode(hmac.digest(key.encode(), said.encode(), hashlib.sha1))
        answer = Client().post(
            f"/api/v1/messages/twilio/status?{query}", form,
            headers={"X-Twilio-Signature": signature.decode(), "Host": "127.0.0.1"},
        )  # fmt: skip
        return answer.status_code

    forged = Counter(report("undelivered", os.urandom(8).hex()) for _ in range(FORGED))
    assert forged == {403: FORGED}, f"forged reports were answered {dict(forged)}"
    sms.refresh_from_db()
    assert sms.delivery == "", "a forged report was believed"
    repeated = Counter(report(state, TOKEN) for state in ["delivered", "sent", "undelivered", "delivered"] * 25)  # fmt: skip
    assert repeated == {204: 100}, f"repeated reports were answered {dict(repeated)}"
    sms.refresh_from_db()
    assert sms.delivery == "delivered", f"a late report changed it to {sms.delivery}"
    return f"{FORGED} forged reports refused, 100 repeated and late ones changed nothing"


if __name__ == "__main__":
    try:
        print(story())
    except AssertionError as error:
        sys.exit(str(error))
