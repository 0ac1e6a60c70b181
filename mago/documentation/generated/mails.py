"""Every mail and SMS that is sent: its subject, to whom, and when."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from mago.messaging.titles import TITLES

from .tables import table, words_for

HEAD = """# E-mails and SMS
Made by `manage.py document` from `templates/mail` and `templates/sms`. Each is written in its reader's language, goes through the outbox ([messaging](../messaging.md)), and holds no password; a link or a code in it works once. A mail that asks for something says where: an address of ours that is no secret leads to a page that asks for the sign-in, or starts a new password. What a message says cannot be read in the admin center; its lists show what it is called.

"""
MEANING = {
    "access/account_disabled": "the person, when an administrator disables their account",
    "access/account_enabled": "the person, when it is enabled again",
    "access/administrator": "the person and the other administrators, when somebody comes to administer the platform or to hold another role on it, or does so no longer",
    "access/invitation": "whoever is invited to an organization",
    "enterprise/break_glass_used": "owners, when somebody comes in by the emergency account",
    "enterprise/certificate_ends": "owners, before a provider's certificate ends and when it has",
    "federation/account_exists": "the owner of an address, when somebody comes from a provider with it",
    "federation/confirm_email": "whoever comes from a provider that does not vouch for the address",
    "federation/linked": "the person, when a provider is linked to their account",
    "federation/unlinked": "the person, when it is unlinked",
    "hubs/back": "who looks after a site, when hubs are back that they had a mail about",
    "hubs/offline": "who looks after a site, when hubs are offline for `MAGO_HUB_OFFLINE_MAIL_MINUTES`",
    "mfa/alarm": "administrators, when second factors are guessed on many accounts",
    "mfa/code": "the person, who asked for a code as second factor",
    "mfa/factor_added": "the person, when a second factor is added",
    "mfa/factor_removed": "the person, when one is removed",
    "mfa/guesses": "the person, when somebody who has their password guesses second factors",
    "mfa/recovery_codes": "the person, when new recovery codes are made",
    "mfa/recovery_issued": "the person, when an administrator lets them in once without their factor",
    "mfa/sms_stopped": "administrators, when SMS are held back",
    "organizations/factor_demanded": "members without a second factor, before a policy demands one",
    "provider/token_reused": "the person, when a copied refresh token ends a sign-in",
    "security/assigned": "whom a ticket is given to",
    "security/commented": "who follows a ticket, when somebody comments",
    "security/due": "who has a ticket, before it is due and when it is overdue",
    "security/moved": "who follows a ticket, when it moves on",
    "security/receipt": "whoever reports a vulnerability and gives an address",
    "security/reminder": "who looks after the security programme, when something in it is due",
    "sessions/ended_by_administrator": "the person, when an administrator ends their sessions",
    "signin/account_exists": "the owner of an address, when somebody signs up with it",
    "signin/code": "the person, who asked to sign in by a code",
    "signin/confirm_email": "whoever signs up",
    "signin/confirm_new_email": "the new address, when somebody changes theirs",
    "signin/email_changed": "the old address, when it was changed",
    "signin/new_device": "the person, when somebody signs in from a browser that is new",
    "signin/no_account": "an address that has no account, when a reset is asked for it",
    "signin/password_changed": "the person, when their password is changed or reset",
    "signin/reset_password": "the person, when a reset is asked for",
    "sms/mfa/code": "the person, who asked for a code as second factor",
    "standing/locked_down": "administrators, when somebody locks a person, an organization or a hub down",
    "standing/told": "the person concerned, or the organization's owners: locked down, lifted, deleted, restored, copied",
    "tls/certificate_ends": "administrators, when a certificate is not renewed or has ended",
}
_TEXT = re.compile(
    r'{% translate "([^"]+)" %}|{% blocktranslate[^%]*%}(.*?){% (?:plural|endblocktranslate) %}'
)


def text() -> str:
    rows = [
        (
            f"`{name}`",
            TITLES[name.removeprefix("sms/")],
            subject,
            words_for(name, MEANING, where=__file__),
        )
        for name, subject in sorted(messages())
    ]
    return HEAD + table(["template", "called", "subject", "goes to"], rows)


def messages() -> Iterator[tuple[str, str]]:
    """Name and subject of each; an SMS has none."""
    folder = Path(settings.BASE_DIR) / "templates"
    for file in (folder / "mail").rglob("*.subject.txt"):
        found = _TEXT.findall(file.read_text("utf-8"))
        name = file.relative_to(folder / "mail").as_posix().removesuffix(".subject.txt")
        yield name, " / ".join(_plain(a or b) for a, b in found)
    for file in (folder / "sms").rglob("*.txt"):
        yield file.relative_to(folder).with_suffix("").as_posix(), "–"


def _plain(subject: str) -> str:
    return re.sub(r"{{ (\w+) }}", r"‹\1›", subject)
