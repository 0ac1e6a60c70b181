"""What somebody can show at a sign-in, and what it amounts to: the register of ways in (ASVS 6.1.3)."""

from django.conf import settings

from accounts.access.methods import SignInMethod
from accounts.sessions.assurance import LABELS, Proof, acr_of, amr_of, strength_of

from .tables import table, time

HEAD = """# Ways to sign in
Made by `manage.py document` from `accounts/access/methods.py` and `accounts/sessions/assurance.py`. Every way ends in one pipeline (`accounts/sessions/pipeline.py`), which asks the same of each: active, confirmed, allowed door, second factor, policy. What was shown is kept with the session and its tokens, and policies are asked of it at each use.

## Doors
"""
PROOFS = """
An organization's sign-in policy can close doors and demand strength ([second factors](../second-factors.md)); SAML and LDAP are there on premises. A forgotten password, a recovery and an invitation open no session by themselves: they end at a door. Hubs have a door of their own ([protocol of hubs](../hub-protocol.md)), service accounts their tokens.

## What is shown, and what it amounts to
`acr` and `amr` are what applications are told. A code by e-mail is no second factor in the sense of NIST SP 800-63B-4, and counts as none.

"""
FACTORS = (
    Proof.TOTP,
    Proof.PASSKEY,
    Proof.TEXTED_CODE,
    Proof.MAILED_CODE,
    Proof.RECOVERY_CODE,
    Proof.TRUSTED_BROWSER,
)
ALONE = tuple(proof for proof in Proof if proof not in (Proof.LINK, *FACTORS))
SHOWN = (
    *((proof,) for proof in ALONE),
    (Proof.MAILED_CODE,),
    *((Proof.PASSWORD, proof) for proof in FACTORS),
    *((Proof.FEDERATED, proof) for proof in FACTORS),
)


LENGTHS = """
## How long it lasts
Of all that concern a person the strictest policy wins ([organizations](../organizations.md)); it can shorten each of these, and allow one session at a time, else there may be several. Asked on the server at each request (ASVS 7.1.1, 7.1.2). What ends an account, a session or a right ends what hangs on it: sessions, tokens, codes on their way. A session that came by a provider ends when the provider says so, at the latest (7.1.3).

"""


def lengths() -> str:
    rows = [
        ("session in a browser", settings.SESSION_IDLE, settings.SESSION_ABSOLUTE),
        (
            "session, *Keep me signed in on this device*",
            settings.SESSION_REMEMBERED_IDLE,
            settings.SESSION_REMEMBERED_ABSOLUTE,
        ),
        ("app: refresh tokens", settings.REFRESH_TOKEN_IDLE, settings.REFRESH_TOKEN_ABSOLUTE),
    ]
    shown = [(name, *(time(one.total_seconds()) for one in both)) for name, *both in rows]
    access = time(settings.ACCESS_TOKEN_LIFETIME.total_seconds())
    return table(["what", "without use", "in any case"], [*shown, ("access token", "–", access)])


def text() -> str:
    doors = table(["door", "is"], [(f"`{one}`", one.label) for one in SignInMethod])
    rows = [
        (
            " + ".join(f"{LABELS[one]} (`{one}`)" for one in shown),
            strength_of(shown).name.lower().replace("_", " "),
            f"`{acr_of(strength_of(shown))}`",
            f"`{' '.join(amr_of(shown))}`",
        )
        for shown in SHOWN
    ]
    proofs = table(["shown", "amounts to", "acr", "amr"], rows)
    return HEAD + doors + PROOFS + proofs + LENGTHS + lengths()
