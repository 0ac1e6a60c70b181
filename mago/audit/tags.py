"""What can be told: one tag for each kind of event, in the words of OWASP's logging vocabulary.

A tag is `source:subject:action`: the part of the product that speaks, what it speaks of, and what
happened to it. Tags are stored, exported and alerted upon, so one that was released never changes.

>>> source, subject, action = Tag.SIGN_IN_FAILED.split(":")
>>> source, subject, action
('signin', 'session', 'failed')
>>> Tag("signin:session:failed") is Tag.SIGN_IN_FAILED
True
>>> str(Tag.SIGN_IN_FAILED.label)
'Sign-in failed'
"""

from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Tag(StrEnum):
    """Sorted by value; `label` is what pages call the event."""

    label: Promise

    def __new__(cls, value: str, label: Any = "") -> "Tag":
        tag = str.__new__(cls, value)
        tag._value_ = value
        tag.label = label
        return tag

    CONDITION_CREATED = "access:condition:created", _("Condition created")
    CONDITION_DELETED = "access:condition:deleted", _("Condition deleted")
    CONDITION_EDITED = "access:condition:edited", _("Condition changed")
    INVITATION_REVOKED = "access:invitation:revoked", _("Invitation taken back")
    INVITATION_SENT = "access:invitation:sent", _("Invitation sent")
    MEMBER_JOINED = "access:member:joined", _("Member joined")
    MEMBER_LEFT = "access:member:left", _("Member left")
    MEMBER_REMOVED = "access:member:removed", _("Member removed")
    OWNERSHIP_TRANSFERRED = "access:ownership:transferred", _("Ownership handed over")
    ACCESS_REFUSED = "access:permission:refused", _("Access refused")
    ROLE_CREATED = "access:role:created", _("Role created")
    ROLE_DELETED = "access:role:deleted", _("Role deleted")
    ROLE_EDITED = "access:role:edited", _("Role changed")
    ROLE_GRANTED = "access:role:granted", _("Role granted")
    ROLE_REVOKED = "access:role:revoked", _("Role revoked")
    SERVICE_ACCOUNT_CREATED = "access:service-account:created", _("Service account created")
    SERVICE_ACCOUNT_DISABLED = "access:service-account:disabled", _("Service account disabled")
    SERVICE_ACCOUNT_ENABLED = "access:service-account:enabled", _("Service account enabled")
    AUDIT_LETTER_DISCARDED = (
        "audit:dead-letter:discarded",
        _("Dead letter of an audit stream discarded"),
    )
    AUDIT_LETTER_SENT = "audit:dead-letter:sent", _("Dead letter of an audit stream sent again")
    AUDIT_LETTER_SET_ASIDE = (
        "audit:dead-letter:set-aside",
        _("Dead letter of an audit stream set aside"),
    )
    AUDIT_EVENT_READ = "audit:event:read", _("Audit event read")
    AUDIT_EXPORT_DELETED = "audit:export:deleted", _("Export of the audit trail deleted")
    AUDIT_EXPORT_DOWNLOADED = "audit:export:downloaded", _("Export of the audit trail downloaded")
    AUDIT_KEY_CHANGED = "audit:key:changed", _("Key of the audit trail changed")
    AUDIT_EVENTS_REMOVED = "audit:segment:removed", _("Old audit events removed")
    AUDIT_STREAM_CHANGED = "audit:stream:changed", _("Audit stream changed")
    AUDIT_STREAM_CREATED = "audit:stream:created", _("Audit stream created")
    AUDIT_STREAM_DELETED = "audit:stream:deleted", _("Audit stream deleted")
    AUDIT_STREAM_DIED = "audit:stream:died", _("Audit stream gave up")
    AUDIT_STREAM_DISABLED = "audit:stream:disabled", _("Audit stream disabled")
    AUDIT_STREAM_ENABLED = "audit:stream:enabled", _("Audit stream enabled")
    AUDIT_STREAM_RESUMED = "audit:stream:resumed", _("Audit stream resumed")
    AUDIT_STREAM_SECRET_RENEWED = (
        "audit:stream:secret-renewed",
        _("Secret of an audit stream renewed"),
    )
    AUDIT_STREAM_TESTED = "audit:stream:tested", _("Audit stream tested")
    AUDIT_EXPORTED = "audit:trail:exported", _("Audit trail exported")
    AUDIT_SEARCHED = "audit:trail:searched", _("Audit trail searched")
    AUDIT_VERIFIED = "audit:trail:verified", _("Audit trail verified")
    KEYS_ROTATED = "core:keys:rotated", _("Keys rotated")
    LIMIT_REACHED = "core:limit:reached", _("Limit reached")
    DIRECTORY_FAILED = "directory:server:failed", _("Directory out of reach")
    DIRECTORY_SYNC_ASKED = "directory:sync:asked", _("Sync of a directory asked for")
    DIRECTORY_SYNC_CONFIRMED = (
        "directory:sync:confirmed",
        _("Stopped sync of a directory confirmed"),
    )
    DIRECTORY_SYNC_DROPPED = "directory:sync:dropped", _("Stopped sync of a directory dropped")
    DIRECTORY_SYNC_FAILED = "directory:sync:failed", _("Sync of a directory failed")
    DIRECTORY_SYNC_FINISHED = "directory:sync:finished", _("Sync of a directory finished")
    DIRECTORY_SYNC_HELD = "directory:sync:held", _("Sync of a directory stopped by the brake")
    ENTERPRISE_ALLOWED = "enterprise:allowance:given", _("Enterprise sign-on allowed")
    ENTERPRISE_DISALLOWED = "enterprise:allowance:taken", _("Enterprise sign-on no longer allowed")
    BREAK_GLASS_NAMED = "enterprise:break-glass:named", _("Emergency account named")
    BREAK_GLASS_UNNAMED = "enterprise:break-glass:unnamed", _("Emergency account no longer named")
    BREAK_GLASS_USED = "enterprise:break-glass:used", _("Emergency account used")
    ENTERPRISE_CERTIFICATE_ALARMED = (
        "enterprise:certificate:alarmed",
        _("Owners told of the end of a provider’s certificate"),
    )
    ENTERPRISE_IDENTITY_REMOVED = (
        "enterprise:identity:removed",
        _("Identity of a provider removed"),
    )
    ENTERPRISE_PERSON_DEPROVISIONED = (
        "enterprise:person:deprovisioned",
        _("Person deprovisioned by an identity provider"),
    )
    ENTERPRISE_PROVIDER_CREATED = "enterprise:provider:created", _("Identity provider created")
    ENTERPRISE_PROVIDER_EDITED = "enterprise:provider:edited", _("Identity provider changed")
    ENTERPRISE_PROVIDER_REMOVED = "enterprise:provider:removed", _("Identity provider removed")
    ENTERPRISE_PROVIDER_STATE = (
        "enterprise:provider:state",
        _("Identity provider put into another state"),
    )
    ENTERPRISE_PROVIDER_TESTED = "enterprise:provider:tested", _("Identity provider tested")
    ENTERPRISE_ROUTE_CHANGED = "enterprise:route:changed", _("Route of a domain changed")
    SAML_KEY_ACTIVATED = "enterprise:saml-key:activated", _("SAML key in use")
    SAML_KEY_CREATED = "enterprise:saml-key:created", _("SAML key made")
    SAML_KEY_RETIRED = "enterprise:saml-key:retired", _("SAML key retired")
    SAML_LOGOUT = "enterprise:session:logged-out", _("Single logout by an identity provider")
    SETUP_LINK_CREATED = "enterprise:setup-link:created", _("Set-up link of a provider created")
    SETUP_LINK_OPENED = "enterprise:setup-link:opened", _("Set-up link of a provider opened")
    SETUP_LINK_REVOKED = "enterprise:setup-link:revoked", _("Set-up link of a provider revoked")
    ENTERPRISE_SIGN_IN_REFUSED = (
        "enterprise:sign-in:refused",
        _("Sign-in by an identity provider refused"),
    )
    FEDERATED_SIGN_IN_FAILED = (
        "federation:answer:refused",
        _("Answer of a sign-in provider refused"),
    )
    IDENTITY_LINKED = "federation:identity:linked", _("Account of a provider linked")
    IDENTITY_UNLINKED = "federation:identity:unlinked", _("Account of a provider unlinked")
    SIGN_IN_PROVIDER_CHANGED = "federation:provider:changed", _("Sign-in provider changed")
    SIGN_IN_PROVIDER_DISABLED = "federation:provider:disabled", _("Sign-in provider disabled")
    SIGN_IN_PROVIDER_ENABLED = "federation:provider:enabled", _("Sign-in provider enabled")
    SIGN_IN_PROVIDER_TESTED = "federation:provider:tested", _("Sign-in provider tested")
    HUB_CODE_CREATED = "hubs:code:created", _("Enrolment code created")
    HUB_CODE_REVOKED = "hubs:code:revoked", _("Enrolment code taken back")
    HUB_CREDENTIAL_ACTIVATED = "hubs:credential:activated", _("Hub’s new credential in use")
    HUB_CREDENTIAL_REVOKED = "hubs:credential:revoked", _("Hub’s credential revoked")
    HUB_CREDENTIAL_ROTATED = "hubs:credential:rotated", _("Hub’s credential rotated")
    HUB_ROTATION_ASKED = (
        "hubs:credential:rotation-asked",
        _("Rotation of a hub’s credential asked for"),
    )
    HUB_ENROLMENT_REFUSED = "hubs:enrolment:refused", _("Enrolment of a hub refused")
    HUB_GROUP_CREATED = "hubs:group:created", _("Group of hubs created")
    HUB_GROUP_EDITED = "hubs:group:edited", _("Group of hubs changed")
    HUB_GROUP_REMOVED = "hubs:group:removed", _("Group of hubs removed")
    HUB_BACK = "hubs:hub:back", _("Hub is back")
    HUB_CLONE_DETECTED = "hubs:hub:clone-detected", _("Clone of a hub detected")
    HUB_EDITED = "hubs:hub:edited", _("Hub changed")
    HUB_ENROLLED = "hubs:hub:enrolled", _("Hub enrolled")
    HUB_FIRMWARE_CHANGED = "hubs:hub:firmware-changed", _("Hub’s firmware changed")
    HUBS_IMPORTED = "hubs:hub:imported", _("Expected hubs imported")
    HUB_MISSED = "hubs:hub:missed", _("Hub is missed")
    HUB_QUARANTINED = "hubs:hub:quarantined", _("Hub quarantined")
    HUB_REACTIVATED = "hubs:hub:reactivated", _("Hub reactivated")
    HUB_RETIRED = "hubs:hub:retired", _("Hub retired")
    HUB_SUSPENDED = "hubs:hub:suspended", _("Hub suspended")
    ROOM_CREATED = "hubs:room:created", _("Room created")
    ROOM_EDITED = "hubs:room:edited", _("Room changed")
    ROOM_REMOVED = "hubs:room:removed", _("Room removed")
    HUB_SIGN_IN_FAILED = "hubs:session:failed", _("Hub’s sign-in failed")
    HUB_SIGN_IN_SUCCEEDED = "hubs:session:opened", _("Hub signed in")
    HUB_TASK_CANCELLED = "hubs:task:cancelled", _("Task of hubs cancelled")
    HUB_TASK_FINISHED = "hubs:task:finished", _("Hub finished a task")
    HUB_TASK_ORDERED = "hubs:task:ordered", _("Task for hubs ordered")
    LIST_EXPORT_DOWNLOADED = "jobs:export:downloaded", _("Exported list downloaded")
    JOB_CANCELLED = "jobs:job:cancelled", _("Background job cancelled")
    JOB_STARTED = "jobs:job:started", _("Background job started")
    LIST_EXPORTED = "jobs:list:exported", _("List exported")
    MESSAGE_RETRIED = "messaging:message:retried", _("Message retried")
    BROWSER_DISTRUSTED = "mfa:browser:distrusted", _("Browser no longer trusted")
    BROWSER_TRUSTED = "mfa:browser:trusted", _("Browser trusted")
    FACTOR_CODE_HELD_BACK = "mfa:code:held-back", _("Code held back")
    FACTOR_CODE_SENT = "mfa:code:sent", _("Code sent")
    FACTOR_ENROLLED = "mfa:factor:enrolled", _("Second factor added")
    FACTOR_FAILED = "mfa:factor:failed", _("Second factor failed")
    FACTOR_REMOVED = "mfa:factor:removed", _("Second factor removed")
    FACTOR_RENAMED = "mfa:factor:renamed", _("Second factor renamed")
    FACTOR_VERIFIED = "mfa:factor:verified", _("Second factor given")
    GUESSING_DETECTED = "mfa:guessing:detected", _("Guessing of codes detected")
    PASSKEY_COPIED = "mfa:passkey:copied", _("Passkey seems to be copied")
    RECOVERY_CODE_ISSUED = "mfa:recovery-code:issued", _("Recovery code issued by an administrator")
    RECOVERY_CODES_ISSUED = "mfa:recovery-codes:issued", _("Recovery codes made")
    RECOVERY_REQUESTED = "mfa:recovery:requested", _("Recovery asked for by an administrator")
    SMS_STOPPED = "mfa:sms:stopped", _("SMS held back by a cap")
    BACKUP_MADE = "operations:backup:made", _("Backup made")
    BACKUP_RESTORED = "operations:backup:restored", _("Backup restored")
    DOMAIN_CLAIMED = "organizations:domain:claimed", _("Domain claimed")
    DOMAIN_LOST = "organizations:domain:lost", _("Domain lost")
    DOMAIN_PROVED = "organizations:domain:proved", _("Domain proved")
    DOMAIN_REMOVED = "organizations:domain:removed", _("Domain removed")
    ORGANIZATION_CREATED = "organizations:organization:created", _("Organization created")
    ORGANIZATION_DISABLED = "organizations:organization:disabled", _("Organization disabled")
    ORGANIZATION_EDITED = "organizations:organization:edited", _("Organization changed")
    ORGANIZATION_ENABLED = "organizations:organization:enabled", _("Organization enabled")
    ORGANIZATION_LOCKDOWN_LIFTED = (
        "organizations:organization:lockdown-lifted",
        _("Lockdown of an organization lifted"),
    )
    ORGANIZATION_LOCKED_DOWN = (
        "organizations:organization:locked-down",
        _("Organization locked down"),
    )
    POLICY_EDITED = "organizations:policy:edited", _("Sign-in policy changed")
    POLICY_REMOVED = "organizations:policy:removed", _("Sign-in policy removed")
    SITE_CREATED = "organizations:site:created", _("Site created")
    SITE_EDITED = "organizations:site:edited", _("Site changed")
    SITE_REMOVED = "organizations:site:removed", _("Site removed")
    PERSON_DELETED = "people:person:deleted", _("Account deleted into the recycle bin")
    PERSON_DISABLED = "people:person:disabled", _("Account disabled")
    PERSON_ENABLED = "people:person:enabled", _("Account enabled")
    PERSON_LOCKDOWN_LIFTED = "people:person:lockdown-lifted", _("Lockdown of an account lifted")
    PERSON_LOCKED_DOWN = "people:person:locked-down", _("Account locked down")
    PERSON_READ = "people:person:read", _("Somebody’s account looked at")
    PERSON_RESTORED = "people:person:restored", _("Account restored")
    PERSON_ERASURE_ASKED = "privacy:erasure:asked", _("Erasure of a person asked for")
    PERSON_EXPORT_ASKED = "privacy:export:asked", _("Copy of a person’s data asked for")
    PERSON_EXPORT_DOWNLOADED = "privacy:export:downloaded", _("Copy of a person’s data downloaded")
    PERSON_ERASED = "privacy:person:erased", _("Person erased")
    API_TOKEN_CREATED = "provider:api-token:created", _("API token created")
    API_TOKEN_REVOKED = "provider:api-token:revoked", _("API token revoked")
    APPLICATION_CREATED = "provider:application:created", _("Application registered")
    APPLICATION_DISABLED = "provider:application:disabled", _("Application disabled")
    APPLICATION_EDITED = "provider:application:edited", _("Application changed")
    APPLICATION_ENABLED = "provider:application:enabled", _("Application enabled")
    CODE_REPLAYED = "provider:code:replayed", _("Authorization code used twice")
    CONSENT_GRANTED = "provider:consent:granted", _("Application allowed")
    CONSENT_WITHDRAWN = "provider:consent:withdrawn", _("Application no longer allowed")
    DEVICE_APPROVED = "provider:device:approved", _("Device let in")
    DEVICE_DENIED = "provider:device:denied", _("Device refused")
    TOKEN_FAMILY_REVOKED = "provider:family:revoked", _("Tokens revoked")
    CLIENT_SECRET_CREATED = "provider:secret:created", _("Secret of an application made")
    CLIENT_SECRET_REVOKED = "provider:secret:revoked", _("Secret of an application revoked")
    SIGNING_KEY_CREATED = "provider:signing-key:created", _("Signing key made")
    TOKEN_ISSUED = "provider:token:issued", _("Token issued")
    TOKEN_REFRESHED = "provider:token:refreshed", _("Token refreshed")
    TOKEN_REUSE_DETECTED = "provider:token:reused", _("Token used twice")
    ASSESSMENT_CREATED = "security:assessment:created", _("Risk assessment held")
    ASSESSMENT_SIGNED = "security:assessment:signed", _("Risk assessment signed off")
    TICKET_ATTACHMENT_ADDED = "security:attachment:added", _("File added to a ticket")
    TICKET_ATTACHMENT_REMOVED = "security:attachment:removed", _("File of a ticket removed")
    TICKET_ATTACHMENT_TAKEN = "security:attachment:taken", _("File of a ticket downloaded")
    CHECKPOINT_SIGNED = "security:checkpoint:signed", _("Checkpoint signed off")
    CHECKPOINT_WITHDRAWN = "security:checkpoint:withdrawn", _("Signature of a checkpoint withdrawn")
    EVIDENCE_TAKEN = "security:evidence:taken", _("Evidence pack downloaded")
    FINDINGS_EXPORTED = "security:findings:exported", _("Tickets exported")
    FINDINGS_IMPORTED = "security:findings:imported", _("Findings imported")
    TEST_CANCELLED = "security:penetration-test:cancelled", _("Penetration test cancelled")
    TEST_CREATED = "security:penetration-test:created", _("Penetration test planned")
    TEST_EDITED = "security:penetration-test:edited", _("Penetration test changed")
    TEST_HELD = "security:penetration-test:held", _("Penetration test held")
    TEST_REPORT_ADDED = (
        "security:penetration-test:report-added",
        _("Report of a penetration test added"),
    )
    TEST_REPORT_TAKEN = (
        "security:penetration-test:report-taken",
        _("Report of a penetration test downloaded"),
    )
    TEST_RETESTED = "security:penetration-test:retested", _("Penetration test repeated")
    PATCH_POLICY_EDITED = "security:policy:edited", _("Patch policy changed")
    RELEASE_CANCELLED = "security:release:cancelled", _("Release cancelled")
    RELEASE_CREATED = "security:release:created", _("Release created")
    RELEASE_DEPLOYED = "security:release:deployed", _("Release deployed")
    RELEASE_EDITED = "security:release:edited", _("Release changed")
    REMINDER_SENT = "security:reminder:sent", _("Reminder of the security programme sent")
    RISK_CLOSED = "security:risk:closed", _("Risk closed")
    RISK_CREATED = "security:risk:created", _("Risk registered")
    RISK_EDITED = "security:risk:edited", _("Risk changed")
    TICKET_COMMENTED = "security:ticket:commented", _("Ticket commented")
    TICKET_CREATED = "security:ticket:created", _("Ticket created")
    TICKET_EDITED = "security:ticket:edited", _("Ticket changed")
    TICKET_ESCALATED = "security:ticket:escalated", _("Ticket escalated")
    TICKET_MOVED = "security:ticket:moved", _("Ticket moved on")
    TICKET_SHARED = "security:ticket:shared", _("Ticket shared with the platform")
    SESSIONS_ENDED = "sessions:all:ended", _("All sessions ended")
    SESSION_ENDED = "sessions:one:ended", _("Session ended")
    ACCOUNT_LOCKED_DOWN = "signin:account:locked-down", _("Account locked down by its owner")
    SIGN_IN_CODE_REQUESTED = "signin:code:requested", _("Sign-in code requested")
    NEW_DEVICE_TOLD = "signin:device:told", _("Owner told of a new device")
    EMAIL_CHANGED = "signin:email:changed", _("E-mail address changed")
    EMAIL_CONFIRMED = "signin:email:confirmed", _("E-mail address confirmed")
    EMAIL_CHANGE_REQUESTED = "signin:email:requested", _("Change of e-mail address requested")
    PASSWORD_RESET_REQUESTED = "signin:password-reset:requested", _("Password reset requested")
    PASSWORD_CHANGED = "signin:password:changed", _("Password changed")
    PASSWORD_RESET = "signin:password:reset", _("Password reset")
    PROFILE_CHANGED = "signin:profile:changed", _("Profile changed")
    SIGN_OUT = "signin:session:closed", _("Signed out")
    SIGN_IN_FAILED = "signin:session:failed", _("Sign-in failed")
    SIGN_IN_LIMITED = "signin:session:limited", _("Sign-in limited")
    SIGN_IN_SUCCEEDED = "signin:session:opened", _("Signed in")
    SIGN_IN_REFUSED = "signin:session:refused", _("Sign-in refused")
    OWNER_CREATED = "signin:setup:completed", _("Owner created")
    SETUP_LINK_USED = "signin:setup:opened", _("Set-up link used")
    SIGN_UP_REQUESTED = "signin:signup:requested", _("Sign-up requested")
    CERTIFICATE_ALARMED = "tls:certificate:alarmed", _("Administrators told of a certificate’s end")
    ENDPOINT_SCANNED = "tls:endpoint:scanned", _("TLS of an endpoint scanned")
