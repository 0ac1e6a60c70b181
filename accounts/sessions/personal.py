"""What sessions hold of a person."""

from mago.core.holdings import Holding

HOLDINGS = (
    Holding(
        "sessions.Session",
        "user",
        "id method proofs strength address user_agent created_at proved_at last_seen_at remembered ends_at expire_date",
        withheld="session_key session_data",
    ),
)
EXEMPT = ()
ELSEWHERE = ()
