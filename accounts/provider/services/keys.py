"""Signing keys: made, published before they sign, replaced by the clock, and published for a while after."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from mago.audit.services import record
from mago.audit.tags import Tag

from ..models import Algorithm, SigningKey

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OKPKey, RSAKey

# How long a key signs; how long it is published before, so that no cache is without it; and after.
SIGNS_FOR = timedelta(days=90)
PUBLISHED_BEFORE = timedelta(days=2)
PUBLISHED_AFTER = timedelta(days=2)
# Another process may have put a new key in place; the old one is published long after that.
_REMEMBERED = 60.0

_known: dict[str, tuple[float, "Signer"]] = {}


@dataclass(frozen=True)
class Signer:
    """A key that is ready to sign."""

    kid: str
    algorithm: str
    key: Any

    def sign(self, claims: dict[str, Any], *, typ: str) -> str:
        """The claims as a JWS in compact form."""
        # Here and below, as only processes that sign need it: it takes 3 MB with what it brings.
        from joserfc import jwt

        header = {"alg": self.algorithm, "kid": self.kid, "typ": typ}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


def signer_for(algorithm: str) -> Signer:
    """The key that signs now; the first of its kind is made when it is first needed."""
    at, signer = _known.get(algorithm, (0.0, None))
    if signer is not None and 0 <= time.time() - at < _REMEMBERED:
        return signer
    from joserfc.jwk import import_key

    row = _signing(algorithm, timezone.now()) or _add(algorithm, 1, timezone.now())
    signer = Signer(row.kid, row.algorithm, import_key(json.loads(row.private)))
    # Only once it is there for others too: a new key goes with its transaction if that is rolled back.
    transaction.on_commit(partial(_known.__setitem__, algorithm, (time.time(), signer)))
    return signer


def published_keys() -> list[dict[str, Any]]:
    """The JWKS: keys that will sign, that do, and that did; none before there is an application."""
    rows = SigningKey.objects.order_by("algorithm", "-number").defer("private")
    now = timezone.now()
    return [row.public for row in rows if row.published_until is None or row.published_until > now]


def rotate_signing_keys(*, at_once: bool = False) -> None:
    """Each key in use has its successor in time, and those that signed long ago are gone.

    `at_once`, for a key that somebody may have seen: the others are forgotten at once, and what they signed counts no more.
    """
    now = timezone.now()
    for algorithm in SigningKey.objects.values_list("algorithm", flat=True).distinct().order_by():
        newest = SigningKey.objects.filter(algorithm=algorithm).order_by("-number").first()
        if newest is None:
            continue
        if at_once:
            _add(algorithm, newest.number + 1, now)
        elif newest.signs_from + SIGNS_FOR - PUBLISHED_BEFORE <= now:
            begins = max(now + PUBLISHED_BEFORE, newest.signs_from + SIGNS_FOR)
            _add(algorithm, newest.number + 1, begins)
        _retire(algorithm, now, at_once=at_once)
    SigningKey.objects.filter(published_until__lte=now).delete()
    _known.clear()


def _signing(algorithm: str, now: datetime) -> SigningKey | None:
    ready = SigningKey.objects.filter(algorithm=algorithm, signs_from__lte=now)
    return ready.order_by("-number").first()


def _retire(algorithm: str, now: datetime, *, at_once: bool) -> None:
    signing = _signing(algorithm, now)
    if signing is not None:
        former = SigningKey.objects.filter(algorithm=algorithm, number__lt=signing.number)
        until = now if at_once else now + PUBLISHED_AFTER
        (former if at_once else former.filter(published_until=None)).update(published_until=until)


def _add(algorithm: str, number: int, signs_from: datetime) -> SigningKey:
    """The key of that number. Of several processes at once one makes it, and the others find it."""
    key = _new_key(algorithm)
    public = key.as_dict(private=False, alg=algorithm, use="sig")
    try:
        with transaction.atomic():
            row = SigningKey.objects.create(
                kid=key.thumbprint(),
                algorithm=algorithm,
                number=number,
                private=json.dumps(key.as_dict(private=True)),
                public=public | {"kid": key.thumbprint()},
                signs_from=signs_from,
            )
            record(Tag.SIGNING_KEY_CREATED, kid=row.kid, algorithm=algorithm)
    except IntegrityError:
        return SigningKey.objects.get(algorithm=algorithm, number=number)
    return row


def _new_key(algorithm: str) -> "ECKey | OKPKey | RSAKey":
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    match algorithm:
        case Algorithm.EDDSA:
            return OKPKey.generate_key("Ed25519")
        case Algorithm.RS256:
            return RSAKey.generate_key(3072)
    return ECKey.generate_key("P-256")
