"""The people of a run, put straight into its database; prints who they are as JSON."""

import json
import secrets
from datetime import timedelta

import django

PASSWORD = "seven geese cross a wet meadow"
PEOPLE = 400
CROWD = 1000


def main() -> None:
    """Many people with one live session each, and one person with a thousand."""
    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone

    from accounts.models import User
    from accounts.sessions.models import Session

    now = timezone.now()
    # One hash for all: making each anew would take longer than the whole run.
    common = {"password": make_password(PASSWORD), "email_confirmed_at": now, "signed_out_at": now}
    names = [f"person-{number}" for number in range(PEOPLE)]
    people = [User(email=f"{name}@example.com", name=name, **common) for name in names]
    busy = User(email="busy@example.com", name="Busy", **common)
    User.objects.bulk_create([*people, busy])
    owners = [*people, *[busy] * CROWD]
    ends = now + timedelta(hours=1)
    Session.objects.bulk_create(
        Session(
            session_key=secrets.token_hex(32),
            session_data="",
            user=owner,
            last_seen_at=now,
            expire_date=ends,
        )
        for owner in owners
    )
    print(json.dumps({"people": [person.email for person in people], "busy": busy.email}))


if __name__ == "__main__":
    main()
