"""How often anything may be tried, from the limits that the code takes."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from mago.core.ratelimit import Limit

from .tables import table, time, words_for

HEAD = """# Limits
Made by `manage.py document` from the code. A limit lets its number through at once and then one more every time ÷ number; it counts in the database, for each key by itself, whatever process is asked (ASVS 6.1.1). Nobody is locked out by strangers: an account is counted by network, a browser that its person has used has an allowance of its own, and an honest success gives back what it took. Whoever is stopped hears 429 and `Retry-After`; what would tell whether an account exists is held back without a word. What is stopped is counted (`mago_limited_total`) and, at sign-ins, written to the audit trail.

"""
AFTER = """
Beside these: wrong passwords of a directory's account, as its settings say (`directory:account`, [LDAP](../ldap.md)); how many passwords are hashed at once ([passwords](../passwords.md)); what SMS may cost, and to where ([second factors](../second-factors.md)); how many messages a minute the mail server and Twilio are handed (`messages:email`, `messages:sms`: `MAGO_MAILS_PER_MINUTE`, `MAGO_SMS_PER_MINUTE`), beyond which they wait ([messaging](../messaging.md)); requests to the REST API (`MAGO_API_READS`, `MAGO_API_WRITES`) and sign-ins of hubs (`MAGO_HUB_SIGN_INS_PER_SECOND`), which each process counts by itself ([configuration](../configuration.md)).
"""
MEANING = {
    "code:address": "codes to one address or number, whoever's factor it is",
    "code:day": "codes sent to one person, by whatever way",
    "code:hour": "codes sent to one person",
    "code:network": "codes asked for from one network",
    "code:quick": "codes sent to one person, one after the other",
    "device authorization": "devices that begin a sign-in, from one network",
    "device code": "guesses of a device's code, by one person",
    "directory:network": "wrong passwords of directories, from one network",
    "directory:outage-told": "entries in the trail that a directory is away",
    "directory:trial": "tests of one directory's settings",
    "factor:alarm": "wrong second factors everywhere, before administrators are told",
    "factor:alarm-mail": "mails of that alarm",
    "factor:day": "wrong second factors of one account",
    "factor:many": "wrong second factors of one account, before its owner is told",
    "factor:quick": "wrong second factors of one account, from one network or known browser",
    "factor:warning": "mails of that to one owner",
    "factor:year": "wrong second factors of one account",
    "federation:begin": "ways to a sign-in provider begun, from one network",
    "federation:keys": "looks for a key that a provider has not published",
    "federation:mail": "mails about sign-in providers to one address",
    "federation:return": "returns from a sign-in provider, from one network",
    "hub-enrolment-address": "wrong enrolment codes, from one network",
    "hub-enrolment-code": "enrolments by one code that were refused",
    "hub-failures": "failed sign-ins of one hub, from one network",
    "hub-failures-network": "failed sign-ins of hubs, from one network",
    "hub-rotations": "new credentials of one hub",
    "invitation:address": "invitations of one address to one organization",
    "link:network": "links of mails tried, from one network",
    "mail:address": "mails of sign-up, reset and code to one address, asked for by strangers; as many by known browsers",
    "new-password:network": "new passwords judged, from one network",
    "passkey:network": "challenges for passkeys, from one network",
    "password-again": "wrong passwords inside a session",
    "privacy:own-copies": "copies of one's own data, asked for by one person",
    "reset:network": "resets asked for, from one network",
    "saml:begin": "ways to a SAML provider begun, from one network",
    "saml:logout": "log-outs by SAML, from one network",
    "saml:return": "answers of SAML providers, from one network",
    "security-report:address": "vulnerability reports, from one network",
    "security-report:all": "vulnerability reports, from everybody",
    "security-report:mailbox": "vulnerability reports that name one mailbox",
    "sign-in-code:network": "sign-in codes asked for, from one network",
    "sign-in:account": "wrong passwords of one account, from one network",
    "sign-in:account-anywhere": "wrong passwords of one account, from all unknown browsers",
    "sign-in:network": "wrong passwords, from one network",
    "sign-up:network": "sign-ups, from one network",
    "sms:number": "SMS to one number",
    "sms:number-day": "SMS to one number",
    "sms:warning": "mails to administrators that SMS are held back",
    "tls:scans": "scans of endpoints, by one administrator",
}
PACKAGES = ("accounts", "admincenter", "hubs", "mago")
_MADE = re.compile(r"^\w+ = Limit\(", re.MULTILINE)


def text() -> str:
    rows = [
        (
            f"`{limit.name}`",
            limit.count,
            time(limit.seconds),
            words_for(limit.name, MEANING, where=__file__),
        )
        for limit in sorted(limits(), key=lambda limit: limit.name)
    ]
    return HEAD + table(["limit", "at most", "in", "of"], rows) + AFTER


def limits() -> set[Limit]:
    """Those that a module holds; one that is made for each use is told in the text."""
    return {
        value
        for module in _modules()
        for value in vars(importlib.import_module(module)).values()
        if isinstance(value, Limit)
    }


def _modules() -> Iterator[str]:
    root = Path(settings.BASE_DIR)
    for package in PACKAGES:
        for file in (root / package).rglob("*.py"):
            if _MADE.search(file.read_text("utf-8")):
                yield ".".join(file.relative_to(root).with_suffix("").parts)
