"""What was proved, and how sure that makes us: said honestly, once, for sessions, tokens, policies and the audit.

Two factors are two *kinds* of proof (NIST SP 800-63B-4): something known and something had. A code by
e-mail proves neither, as section 3.1.3.1 there forbids it; one by SMS is "restricted" and counts, where
policies let it be used at all.
"""

from collections.abc import Iterable
from enum import StrEnum

from django.utils.translation import gettext_lazy

from accounts.access.facts import Strength


class Proof(StrEnum):
    """One thing that somebody has shown in a sign-in."""

    PASSWORD = "password"  # noqa: S105
    MAILED_CODE = "email"
    TEXTED_CODE = "sms"
    TOTP = "totp"
    RECOVERY_CODE = "recovery"
    # A passkey that asked its holder for nothing, and one that asked for a PIN, finger or face.
    PASSKEY = "passkey"
    PASSKEY_VERIFIED = "passkey_verified"
    # Another provider vouches for the person; or vouches that it asked for two factors, and is trusted in that.
    FEDERATED = "federated"
    FEDERATED_FACTORS = "federated_factors"
    # A browser that the person told us to trust, after giving a second factor in it.
    TRUSTED_BROWSER = "trusted_browser"
    LINK = "link"


_KNOWN = frozenset({Proof.PASSWORD, Proof.FEDERATED})
_HAD = frozenset(
    {Proof.TOTP, Proof.TEXTED_CODE, Proof.RECOVERY_CODE, Proof.PASSKEY, Proof.TRUSTED_BROWSER}
)
# RFC 8176, section 2, as far as it has words; the others are ours.
_AMR: dict[Proof, tuple[str, ...]] = {
    Proof.PASSWORD: ("pwd",),
    Proof.MAILED_CODE: ("otp", "email"),
    Proof.TEXTED_CODE: ("otp", "sms"),
    Proof.TOTP: ("otp",),
    Proof.RECOVERY_CODE: ("otp", "recovery"),
    Proof.PASSKEY: ("pop",),
    Proof.PASSKEY_VERIFIED: ("pop", "user"),
    Proof.FEDERATED: ("fed",),
    Proof.FEDERATED_FACTORS: ("fed",),
    Proof.TRUSTED_BROWSER: ("browser",),
    Proof.LINK: ("link",),
}
_ACR = {
    Strength.NONE: "",
    Strength.SINGLE_FACTOR: "aal1",
    Strength.TWO_FACTORS: "aal2",
    # OpenID Connect Extended Authentication Profile ACR Values 1.0, section 3.
    Strength.PHISHING_RESISTANT: "phr",
}


LABELS = {
    Proof.PASSWORD: gettext_lazy("Password"),
    Proof.MAILED_CODE: gettext_lazy("Code by e-mail"),
    Proof.TEXTED_CODE: gettext_lazy("Code by SMS"),
    Proof.TOTP: gettext_lazy("Authenticator app"),
    Proof.RECOVERY_CODE: gettext_lazy("Recovery code"),
    Proof.PASSKEY: gettext_lazy("Passkey"),
    Proof.PASSKEY_VERIFIED: gettext_lazy("Passkey"),
    Proof.FEDERATED: gettext_lazy("Another provider"),
    Proof.FEDERATED_FACTORS: gettext_lazy("Another provider, with its second factor"),
    Proof.TRUSTED_BROWSER: gettext_lazy("Trusted browser"),
    Proof.LINK: gettext_lazy("Link by e-mail"),
}


def strength_of(proofs: Iterable[str]) -> Strength:
    """What these proofs amount to together.

    >>> strength_of(["password", "email"]).name, strength_of(["password", "totp"]).name
    ('SINGLE_FACTOR', 'TWO_FACTORS')
    >>> strength_of(["passkey_verified"]).name, strength_of(["email", "totp"]).name
    ('PHISHING_RESISTANT', 'SINGLE_FACTOR')
    """
    shown = {Proof(proof) for proof in proofs}
    if not shown:
        return Strength.NONE
    if Proof.PASSKEY_VERIFIED in shown or (Proof.PASSKEY in shown and shown & _KNOWN):
        return Strength.PHISHING_RESISTANT
    if Proof.FEDERATED_FACTORS in shown or (shown & _KNOWN and shown & _HAD):
        return Strength.TWO_FACTORS
    return Strength.SINGLE_FACTOR


def words_for(proofs: Iterable[str]) -> str:
    """What was proved, for people to read."""
    return " + ".join(dict.fromkeys(str(LABELS[Proof(proof)]) for proof in proofs))


def amr_of(proofs: Iterable[str]) -> list[str]:
    """Authentication Methods References, without repeats; `mfa` where two kinds of proof came together."""
    proofs = list(proofs)
    words = [word for proof in proofs for word in _AMR[Proof(proof)]]
    if strength_of(proofs) >= Strength.TWO_FACTORS:
        words.append("mfa")
    return list(dict.fromkeys(words))


def acr_of(strength: int) -> str:
    """Authentication Context Class Reference of a strength."""
    return _ACR[Strength(strength)]
