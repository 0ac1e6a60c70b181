"""What sign-in by other providers holds of a person."""

from mago.core.holdings import Holding

HOLDINGS = (
    Holding(
        "federation.ExternalIdentity", "user", "id kind issuer subject email linked_at last_used_at"
    ),
    Holding(
        "federation.Attempt",
        "user",
        "kind purpose issuer created_at expires_at used_at",
        withheld="state browser client_id nonce verifier next_url answer",
    ),
)
EXEMPT = ()
ELSEWHERE = ()
