"""What a hub sends of its secret: for each mechanism a verifier (RFC 5802 section 3), never the secret itself."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from mago.core.errors import Refused

from . import scram


@dataclass(frozen=True)
class Verifier:
    """Salt and keys in base64, as sent and as kept; never shown, so that no log and no error holds them."""

    mechanism: str
    salt: str
    iterations: int
    stored_key: str
    server_key: str

    def __repr__(self) -> str:
        return f"<Verifier {self.mechanism}>"

    @property
    def keys(self) -> str:
        """As `Credential.keys` holds them."""
        return f"{self.stored_key}:{self.server_key}"

    def is_same(self, salt: str, keys: str) -> bool:
        """Whether those are this one's; the time tells nothing."""
        ours, theirs = f"{self.salt}:{self.keys}", f"{salt}:{keys}"
        return hmac.compare_digest(ours.encode(), theirs.encode())


def read_verifiers(sent: Any) -> list[Verifier]:
    """One verifier for SCRAM-SHA-256 and at most one for each other mechanism; Refused for anything else."""
    if not isinstance(sent, list) or not 1 <= len(sent) <= len(scram.HASHES):
        raise _wrong(_("One entry for each mechanism is needed."))
    verifiers = [_read(one) for one in sent]
    names = [verifier.mechanism for verifier in verifiers]
    if len(set(names)) < len(names) or scram.MANDATORY not in names:
        words = _("There must be one entry for %(mechanism)s and none twice.")
        raise _wrong(words % {"mechanism": scram.MANDATORY})
    return verifiers


def _read(sent: Any) -> Verifier:
    if not isinstance(sent, dict):
        raise _wrong(_("Each entry must be an object."))
    mechanism = sent.get("mechanism")
    if not isinstance(mechanism, str) or mechanism not in scram.HASHES:
        words = _("The mechanism must be one of %(mechanisms)s.")
        raise _wrong(words % {"mechanisms": ", ".join(scram.HASHES)})
    if type(sent.get("iterations")) is not int or sent["iterations"] != settings.HUB_ITERATIONS:
        words = _("The number of iterations must be %(number)s.")
        raise _wrong(words % {"number": settings.HUB_ITERATIONS})
    size = scram.HASHES[mechanism]().digest_size
    return Verifier(
        mechanism,
        _bytes(sent, "salt", settings.HUB_SALT_BYTES),
        sent["iterations"],
        _bytes(sent, "stored_key", size),
        _bytes(sent, "server_key", size),
    )


def _bytes(sent: dict[str, Any], name: str, size: int) -> str:
    value = sent.get(name)
    try:
        # Only the one spelling of these bytes: what is kept is compared and sent as it is.
        if isinstance(value, str) and len(value) <= 200:
            raw = base64.b64decode(value, validate=True)
            if len(raw) == size and base64.b64encode(raw).decode() == value:
                return value
    except (binascii.Error, ValueError):
        pass
    words = _("%(name)s must be %(size)s bytes in base64.")
    raise _wrong(words % {"name": name, "size": size})


def _wrong(message: str) -> Refused:
    return Refused(message, fields={"credentials": [message]})
