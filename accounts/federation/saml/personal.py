"""What SAML holds of a person: a sign-in that is under way."""

from mago.core.holdings import Holding

HOLDINGS = (
    Holding(
        "saml.Request",
        "user",
        "provider purpose created_at expires_at used_at",
        withheld="handle request_id browser version trial next_url asks_again answer",
    ),
)
EXEMPT = ()
ELSEWHERE = ()
