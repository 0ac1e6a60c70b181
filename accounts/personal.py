"""What accounts hold of a person: the account itself."""

from mago.core.holdings import Holding

HOLDINGS = (
    Holding(
        "accounts.User",
        "pk",
        "id email email_confirmed_at name language is_active created_at last_login signed_out_at",
        withheld="password",
    ),
    # allauth's table, which nothing of ours writes.
    Holding("account.EmailAddress", "user", "id email verified primary"),
)
EXEMPT = ()
ELSEWHERE = ()
