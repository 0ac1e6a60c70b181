"""What each kind of message is called in lists; what it says is its template's."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TITLES: dict[str, Promise] = {
    "access/account_disabled": _("Account disabled"),
    "access/account_enabled": _("Account enabled again"),
    "access/administrator": _("Who holds a role on the platform has changed"),
    "access/invitation": _("Invitation to an organization"),
    "enterprise/break_glass_used": _("Emergency account used"),
    "enterprise/certificate_ends": _("Certificate of an identity provider ends"),
    "federation/account_exists": _("Sign-in by a provider with the address of an account"),
    "federation/confirm_email": _("Address to confirm, after a sign-in by a provider"),
    "federation/linked": _("Provider linked to an account"),
    "federation/unlinked": _("Provider unlinked from an account"),
    "hubs/back": _("Hubs are back"),
    "hubs/offline": _("Hubs are offline"),
    "mfa/alarm": _("Codes are guessed on many accounts"),
    "mfa/code": _("Code for the second step"),
    "mfa/factor_added": _("Second factor added"),
    "mfa/factor_removed": _("Second factor removed"),
    "mfa/guesses": _("Codes are guessed on an account"),
    "mfa/recovery_codes": _("New recovery codes"),
    "mfa/recovery_issued": _("Recovery code by an administrator"),
    "mfa/sms_stopped": _("SMS are held back"),
    "organizations/factor_demanded": _("Second factor will be demanded"),
    "provider/token_reused": _("Sign-in of an app ended, as its key was copied"),
    "security/assigned": _("Ticket assigned"),
    "security/commented": _("Comment on a ticket"),
    "security/due": _("Ticket due or overdue"),
    "security/moved": _("Ticket moved on"),
    "security/receipt": _("Receipt for a reported vulnerability"),
    "security/reminder": _("Reminder of the security programme"),
    "sessions/ended_by_administrator": _("Signed out by an administrator"),
    "signin/account_exists": _("Sign-up with the address of an account"),
    "signin/code": _("Code for signing in"),
    "signin/confirm_email": _("Address to confirm, after a sign-up"),
    "signin/confirm_new_email": _("New address to confirm"),
    "signin/email_changed": _("Address changed"),
    "signin/new_device": _("Sign-in from a new device"),
    "signin/no_account": _("Reset asked for an address without an account"),
    "signin/password_changed": _("Password changed"),
    "signin/reset_password": _("Link to choose a new password"),
    "standing/locked_down": _("Lockdown, told to administrators"),
    "standing/told": _("Lockdown, deletion or copy, told to whom it concerns"),
    "tls/certificate_ends": _("Certificate not renewed"),
}


def title_of(template: str) -> str:
    """The title in the language that is active; the template's own name where this version does not know it.

    A code is called the same by mail and by SMS.
    """
    return str(TITLES.get(template, template))
