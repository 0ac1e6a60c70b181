"""The people of a run, put straight into its database; prints who they are as JSON."""

import json
from typing import Any

import django

PASSWORD = "seven geese cross a wet meadow"
PEOPLE = 400
CROWD = 1000


def main() -> None:
    """Many people with one live session each, and one person with a thousand."""
    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.db import transaction
    from django.utils import timezone

    from accounts.models import User

    now = timezone.now()
    # One hash for all: making each anew would take longer than the whole run.
    common = {"password": make_password(PASSWORD), "email_confirmed_at": now, "signed_out_at": now}
    names = [f"person-{number}" for number in range(PEOPLE)]
    people = [User(email=f"{name}@example.com", name=name, **common) for name in names]
    busy = User(email="busy@example.com", name="Busy", **common)
    User.objects.bulk_create([*people, busy])
    with transaction.atomic():
        for person in [*people, *[busy] * CROWD]:
            open_session(person)
    print(json.dumps({"people": [person.email for person in people], "busy": busy.email}))


def open_session(person: Any) -> None:
    """One more live session; its browser is of no further interest."""
    from django.contrib.auth import SESSION_KEY

    from accounts.sessions.store import SessionStore

    session = SessionStore()
    session.method = "password"
    session[SESSION_KEY] = str(person.pk)
    session.save()


if __name__ == "__main__":
    main()
