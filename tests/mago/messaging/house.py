"""A process with the embedded worker, to be killed: `python -m tests.mago.messaging.house MAILS`.

It promises MAILS mails, says "ready", and serves nothing until it is ended.
"""

import contextlib
import sys
import time
from datetime import timedelta

import django


def main(mails: int) -> None:
    django.setup()
    from django.db import transaction

    from mago import embedded
    from mago.celery import app
    from mago.messaging import delivery
    from mago.messaging.services import send_mail

    # The waiting of half a minute, in seconds.
    delivery.LEASE, delivery.SENDING_SECONDS = timedelta(seconds=3), 1.0
    delivery.FIRST_DELAY = 1.0
    ours = app.conf.beat_schedule["deliver what is due"]
    app.conf.beat_schedule = {"deliver what is due": {**ours, "schedule": timedelta(seconds=1)}}
    with transaction.atomic():
        for number in range(mails):
            context = {"link": f"http://127.0.0.1/{number}", "name": ""}
            send_mail("signin/confirm_email", to=f"{number}@example.com", context=context)
    embedded.start()
    print("ready", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        time.sleep(600)


if __name__ == "__main__":
    main(int(sys.argv[1]))
