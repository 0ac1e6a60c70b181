"""What second factors hold of a person; the secrets of factors are given to nobody."""

from mago.core.holdings import Exempt, Holding

_DEVICE = "id name confirmed created_at last_used_at"

HOLDINGS = (
    Holding("mfa.TotpDevice", "user", _DEVICE, withheld="flow key last_step"),
    Holding("mfa.EmailDevice", "user", f"{_DEVICE} address", withheld="flow"),
    Holding("mfa.SmsDevice", "user", f"{_DEVICE} number", withheld="flow"),
    Holding(
        "mfa.Passkey",
        "user",
        f"{_DEVICE} sign_count aaguid transports is_backed_up is_discoverable",
        withheld="flow credential_id public_key",
    ),
    Holding("mfa.RecoveryDevice", "user", _DEVICE, withheld="flow"),
    Holding("mfa.RecoveryCode", "user", "used_at expires_at", withheld="id mac"),
    Holding(
        "mfa.Challenge",
        "user",
        "kind purpose tries created_at expires_at used_at",
        withheld="id flow factor nonce",
    ),
    Holding(
        "mfa.TrustedBrowser",
        "user",
        "id user_agent address created_at last_used_at expires_at",
        withheld="digest fingerprint",
    ),
    Holding("mfa.RecoveryRequest", "person", "id reason created_at granted_at expires_at"),
)
EXEMPT = (
    Exempt("mfa.RecoveryCode", "issued_by", "A code of somebody else; it names who issued it."),
    Exempt("mfa.RecoveryRequest", "requested_by granted_by", "About somebody else's account."),
)
ELSEWHERE = ()
