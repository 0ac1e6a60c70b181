"""The application of `bin/bench api` and its people, put straight into the database; prints tokens as JSON."""

import json
import sys

import django


def main(count: int) -> None:
    """As many people, each signed in to one application; it knows their refresh tokens, and one access token."""
    django.setup()
    from django.utils import timezone

    from accounts.models import User
    from accounts.provider.models import TokenFamily
    from accounts.provider.services import create_application
    from accounts.provider.services.families import open_granted

    application, secret = create_application(
        name="Bench",
        type="confidential",
        redirect_uris=["http://127.0.0.1:1/back"],
        grants=["authorization_code", "refresh_token", "client_credentials"],
        scopes=["openid", "email", "offline_access", "orders:read"],
        actor=None,
    )
    now = timezone.now()
    common = {"password": "!", "email_confirmed_at": now, "signed_out_at": now}
    people = [User(email=f"bench-{number}@example.com", **common) for number in range(count)]
    User.objects.bulk_create(people)
    pairs = [
        open_granted(
            TokenFamily(
                user=person,
                application=application,
                scope="openid email offline_access",
                authenticated_at=now,
                method="password",
                proofs="password",
                strength=1,
            )
        )
        for person in people
    ]
    told = {
        "client_id": application.client_id,
        "client_secret": secret,
        "refresh": [pair.refresh_token for pair in pairs],
        "access": pairs[0].access_token,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
