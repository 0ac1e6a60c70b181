"""What this installation states and signs, so that others can check it without its secrets.

A statement is a JSON object: `type` says what kind it is, `key` whose signature it bears, and
`signature` is Ed25519 (RFC 8032) over the canonical bytes of all the other members.
"""

import hashlib
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils import timezone

from .canonical import encode, moment
from .models import AuditKey
from .services import record
from .tags import Tag
from .turns import turn

Statement = dict[str, Any]
VERSION = 1


def state(kind: str, **members: str | int) -> Statement:
    """The statement of this kind, signed with the present key; to be called in one's turn."""
    return _signed(present_key(), kind, members)


def holds(statement: Statement) -> bool:
    """Whether a key of this installation signed exactly this."""
    key = AuditKey.objects.filter(id=str(statement.get("key"))).first()
    return key is not None and _is_signed_by(str(key.statement.get("public")), statement)


def keys() -> list[AuditKey]:
    """All keys that ever signed, oldest first."""
    return list(AuditKey.objects.order_by("created_at", "id"))


def installation() -> str:
    """What this installation calls itself: its first key; empty before that is made."""
    return str(
        AuditKey.objects.order_by("created_at", "id").values_list("id", flat=True).first() or ""
    )


def present_key() -> AuditKey:
    """The key that signs; the first one is made when it is first needed."""
    key = AuditKey.objects.exclude(private="").order_by("-created_at").first()
    return key or _new_key(None)


def change_key(*, actor: object | None = None) -> AuditKey:
    """A new key signs from now on. The old one has signed for it, and can sign nothing any more."""
    with turn():
        old = present_key()
        new = _new_key(old)
        AuditKey.objects.filter(pk=old.pk).update(private="")
        said = {name: new.statement[name] for name in ("public", "time", "signature")}
        record(Tag.AUDIT_KEY_CHANGED, actor=actor, target=new, signed_by=old.id, **said)
    return new


def _new_key(endorser: AuditKey | None) -> AuditKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key = AuditKey(
        id=hashlib.sha256(public).hexdigest()[:16],
        created_at=timezone.now(),
        private=private.private_bytes_raw().hex(),
    )
    members = {"id": key.id, "public": public.hex(), "time": moment(key.created_at)}
    key.statement = _signed(endorser or key, "key", members)
    key.save(force_insert=True)
    return key


def _signed(key: AuditKey, kind: str, members: dict[str, Any]) -> Statement:
    statement = {
        "type": f"mago-audit-{kind}",
        "version": VERSION,
        "installation": installation() or key.id,
        "key": key.id,
        **members,
    }
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key.private))
    return {**statement, "signature": private.sign(_content(statement)).hex()}


def _is_signed_by(public: str, statement: Statement) -> bool:
    try:
        signature = bytes.fromhex(statement["signature"])
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(signature, _content(statement))
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return False
    return True


def _content(statement: Statement) -> bytes:
    members = {name: value for name, value in statement.items() if name != "signature"}
    return encode(members).encode()
