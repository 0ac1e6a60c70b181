"""What the OpenID provider and its tokens hold of a person."""

from mago.core.holdings import Exempt, Holding

_MADE = "An organization's or the platform's; it only names who made it."
_GRANT = "application scope resource authenticated_at expires_at redeemed_at"

HOLDINGS = (
    Holding(
        "provider.TokenFamily",
        "user",
        "id application scope resource authenticated_at method proofs strength address user_agent created_at"
        " last_used_at expires_at revoked_at",
        withheld="session_id",
    ),
    Holding(
        "provider.AuthorizationCode",
        "user",
        f"{_GRANT} method proofs strength",
        withheld="session_id family digest redirect_uri nonce code_challenge",
    ),
    Holding(
        "provider.DeviceGrant",
        "user",
        f"{_GRANT} method proofs strength created_at address user_agent decided_at is_approved",
        withheld="session_id family digest user_code interval polled_at",
    ),
    Holding("provider.Consent", "user", "id application scope resource granted_at"),
    Holding(
        "provider.Participant",
        "user",
        "application created_at",
        withheld="id session_id attempts due_at",
    ),
)
EXEMPT = (
    Exempt("provider.Application", "created_by", _MADE),
    Exempt("provider.Application", "pointed_by keyed_by", "It only names who set it up last."),
    Exempt("provider.ClientSecret", "created_by", _MADE),
    Exempt("provider.ApiToken", "created_by", _MADE),
)
ELSEWHERE = ()
