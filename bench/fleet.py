"""The hubs of a run, enrolled by the product's own services; prints them and their keys as JSON."""

import base64
import hashlib
import hmac
import json

import django

HUBS = 200


def main() -> None:
    django.setup()
    from accounts.models import User
    from accounts.organizations.services import create_organization
    from hubs.devices import Device
    from hubs.services import create_enrolment_code, enrol_hub, place_by_names
    from hubs.verifiers import Verifier

    owner = User.objects.create_user("owner@example.com")
    acme = create_organization(name="Acme", owner=owner, actor=owner)
    _site, room = place_by_names(acme, "Hall", "Blue")
    _row, code = create_enrolment_code(organization=acme, room=room, actor=None, uses=HUBS)
    # One secret for all, as deriving the keys is the hub's work and not what is measured.
    salt = b"0123456789abcdef"
    salted = hashlib.pbkdf2_hmac("sha256", b"secret", salt, 4096)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key, server_key = (
        base64.b64encode(key).decode()
        for key in (
            hashlib.sha256(client_key).digest(),
            hmac.digest(salted, b"Server Key", "sha256"),
        )
    )
    verifier = Verifier(
        "SCRAM-SHA-256", base64.b64encode(salt).decode(), 4096, stored_key, server_key
    )
    hubs = [
        enrol_hub(code=code, device=Device("Panel", f"S-{number}"), verifiers=[verifier]).hub.pk
        for number in range(HUBS)
    ]
    told = {"hubs": [str(key) for key in hubs], "stored_key": stored_key, "server_key": server_key}
    print(json.dumps({**told, "client_key": base64.b64encode(client_key).decode()}))


if __name__ == "__main__":
    main()
