"""The services around us: Redis, Celery, mail, SMS. None is needed to start."""

import ssl
from datetime import timedelta

from . import env
from .base import BASE_HOST, IS_LOCAL, MAGO_BASE_URL

REDIS_URL = env.text(
    "REDIS_URL",
    meaning="Redis or Valkey, for several processes: redis://, rediss:// or unix://. Without it, one process does everything.",
)
# What Celery is told beside the address; redis-py verifies certificates and names by itself.
CELERY_BROKER_USE_SSL = None
if REDIS_URL:
    _redis = env.url(
        "REDIS_URL", "", ("redis", "rediss", "unix"), meaning=env.DECLARED["REDIS_URL"].meaning
    )
    if _redis.scheme == "redis" and not env.is_this_machine(_redis.host):
        raise env.refuse(
            "REDIS_URL",
            "is plain redis:// to another machine",
            "Give rediss://, or a socket by unix://.",
        )
    if {name for name in _redis.options if name.startswith("ssl_")} - {"ssl_ca_certs"}:
        raise env.refuse(
            "REDIS_URL",
            "changes how the server proves who it is",
            "Of the options that begin with ssl_, only ssl_ca_certs may be given.",
        )
    if _redis.scheme == "rediss":
        CELERY_BROKER_USE_SSL = {
            "ssl_cert_reqs": ssl.CERT_REQUIRED,
            "ssl_check_hostname": True,
            "ssl_ca_certs": _redis.options.get("ssl_ca_certs", env.authorities()),
        }

WEB_CONCURRENCY = env.integer(
    "WEB_CONCURRENCY",
    1,
    low=1,
    high=256,
    meaning="Web server processes. More than one needs REDIS_URL.",
)
if WEB_CONCURRENCY > 1 and not REDIS_URL:
    raise env.refuse(
        "WEB_CONCURRENCY",
        "is above 1 without REDIS_URL",
        "Set REDIS_URL: several processes must share one broker and cache.",
    )

CACHES = {
    "default": {
        "BACKEND": "mago.core.cache.Cache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "mago",
        # Pages ask it: one that does not answer is not waited for.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Embedded: a worker thread inside the one web process. Grown: worker processes behind Redis.
EMBEDDED_WORKER = not REDIS_URL
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1) or "memory://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"polling_interval": 0.05} if EMBEDDED_WORKER else {"visibility_timeout": 300}
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_TASK_DEFAULT_QUEUE = "default"
# Who waits for a code waits for the queue of messages; exports may take hours, and hold up nobody.
CELERY_TASK_ROUTES = {
    "mago.messaging.tasks.*": {"queue": "messages"},
    "mago.audit.tasks.run_job": {"queue": "exports"},
    "mago.jobs.tasks.run_job": {"queue": "exports"},
    "admincenter.tasks.watch_certificates": {"queue": "exports"},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
# What runs by the clock, whole: beat reads nothing from the database.
CELERY_BEAT_SCHEDULE = {
    "deliver what is due": {
        "task": "mago.messaging.tasks.deliver_due",
        "schedule": timedelta(seconds=15),
    },
    "seal the audit trail": {"task": "mago.audit.tasks.seal", "schedule": timedelta(seconds=10)},
    "send the audit trail on": {
        "task": "mago.audit.tasks.follow_streams",
        "schedule": timedelta(seconds=10),
    },
    "export and verify the audit trail": {
        "task": "mago.audit.tasks.run_jobs",
        "schedule": timedelta(seconds=5),
    },
    "let old audit events go": {
        "task": "mago.audit.tasks.remove_expired",
        "schedule": timedelta(minutes=1),
    },
    "forget old exports of the audit trail": {
        "task": "mago.audit.tasks.remove_old_jobs",
        "schedule": timedelta(minutes=10),
    },
    "forget old tallies of the audit trail": {
        "task": "mago.audit.tasks.forget_old_tallies",
        "schedule": timedelta(hours=1),
    },
    "do what administrators asked for": {
        "task": "mago.jobs.tasks.run_jobs",
        "schedule": timedelta(seconds=2),
    },
    "forget old background jobs": {
        "task": "mago.jobs.tasks.remove_old_jobs",
        "schedule": timedelta(hours=1),
    },
    "delete old exports of lists": {
        "task": "admincenter.tasks.remove_old_exports",
        "schedule": timedelta(minutes=10),
    },
    "copy and erase what is held of people": {
        "task": "accounts.privacy.tasks.run_requests",
        "schedule": timedelta(seconds=10),
    },
    "empty the recycle bin": {
        "task": "accounts.privacy.tasks.tidy",
        "schedule": timedelta(hours=1),
    },
    "forget old limits": {
        "task": "mago.core.tasks.purge_limits",
        "schedule": timedelta(minutes=10),
    },
    "forget ended sessions": {
        "task": "accounts.sessions.tasks.purge_sessions",
        "schedule": timedelta(hours=1),
    },
    "forget old ways to sign-in providers": {
        "task": "accounts.federation.tasks.purge",
        "schedule": timedelta(hours=1),
    },
    "forget old ways to organizations’ OpenID providers": {
        "task": "accounts.federation.openid.tasks.purge",
        "schedule": timedelta(hours=1),
    },
    "forget what hung on ended sessions": {
        "task": "accounts.federation.enterprise.tasks.purge",
        "schedule": timedelta(hours=1),
    },
    "tell owners of ending certificates": {
        "task": "accounts.federation.enterprise.tasks.tell_of_ending_certificates",
        "schedule": timedelta(hours=6),
    },
    "read directories": {
        "task": "accounts.federation.directory.tasks.sync_due",
        "schedule": timedelta(seconds=30),
    },
    "forget old syncs of directories": {
        "task": "accounts.federation.directory.tasks.forget_old",
        "schedule": timedelta(hours=1),
    },
    "look at SAML metadata again": {
        "task": "accounts.federation.saml.tasks.refresh_metadata",
        "schedule": timedelta(minutes=10),
    },
    "forget SAML messages that were used": {
        "task": "accounts.federation.saml.tasks.purge",
        "schedule": timedelta(hours=1),
    },
    "forget old challenges": {
        "task": "accounts.mfa.tasks.purge",
        "schedule": timedelta(hours=1),
    },
    "forget ended links": {
        "task": "accounts.signin.tasks.purge_links",
        "schedule": timedelta(hours=1),
    },
    "remind of coming sign-in policies": {
        "task": "accounts.signin.tasks.remind_of_policies",
        "schedule": timedelta(minutes=1),
    },
    "look up proved domains": {
        "task": "accounts.organizations.tasks.recheck_domains",
        "schedule": timedelta(hours=1),
    },
    "forget ended tokens": {
        "task": "accounts.provider.tasks.purge_tokens",
        "schedule": timedelta(hours=1),
    },
    "forget answers of the API": {
        "task": "accounts.api.tasks.purge",
        "schedule": timedelta(hours=1),
    },
    "replace signing keys in time": {
        "task": "accounts.provider.tasks.rotate_keys",
        "schedule": timedelta(hours=1),
    },
    "tell applications of ended sessions": {
        "task": "accounts.provider.tasks.tell_of_ended_sessions",
        "schedule": timedelta(seconds=30),
    },
    "write hubs’ heartbeats down": {
        "task": "hubs.life.tasks.flush_heartbeats",
        "schedule": timedelta(seconds=10),
    },
    "look for missing hubs": {
        "task": "hubs.life.tasks.watch_hubs",
        "schedule": timedelta(seconds=30),
    },
    "forget old hours of hubs": {
        "task": "hubs.life.tasks.forget_old_hours",
        "schedule": timedelta(hours=1),
    },
    "let tasks of hubs expire": {
        "task": "hubs.operations.tasks.expire_tasks",
        "schedule": timedelta(minutes=1),
    },
    "forget ended sign-ins of hubs": {
        "task": "hubs.tasks.purge_sign_ins",
        "schedule": timedelta(minutes=10),
    },
    "look at certificates": {
        "task": "admincenter.tasks.watch_certificates",
        "schedule": timedelta(hours=6),
    },
    "show that a worker is there": {
        "task": "admincenter.tasks.note_alive",
        "schedule": timedelta(seconds=30),
    },
    "forget who read what": {
        "task": "admincenter.tasks.forget_read_notices",
        "schedule": timedelta(hours=1),
    },
    "count what takes long for the overviews": {
        "task": "admincenter.tasks.count_figures",
        "schedule": timedelta(minutes=1),
    },
    "remind of what the security programme owes": {
        "task": "admincenter.security.tasks.escalate",
        "schedule": timedelta(hours=1),
    },
    "forget old reminders and files of the security programme": {
        "task": "admincenter.security.tasks.clean_up",
        "schedule": timedelta(hours=1),
    },
    "forget old messages": {
        "task": "mago.messaging.tasks.purge_messages",
        "schedule": timedelta(hours=1),
    },
}

EMAIL_URL = env.url(
    "EMAIL_URL",
    "inbox://",
    ("inbox", "smtp", "smtps"),
    meaning="Mail server: smtp://user:password@host:587 (STARTTLS), smtps://host:465, or inbox:// to keep mails in /dev/inbox/.",
)
DEFAULT_FROM_EMAIL = env.text(
    "MAGO_MAIL_FROM",
    f"Mago <no-reply@{BASE_HOST if not IS_LOCAL else 'mago.example'}>",
    meaning="Sender of our mails.",
)

TWILIO_ACCOUNT_SID = env.text(
    "TWILIO_ACCOUNT_SID", meaning="Twilio account that sends SMS; without it SMS land in the inbox."
)
TWILIO_AUTH_TOKEN = env.text("TWILIO_AUTH_TOKEN", meaning="Twilio's secret.")
TWILIO_FROM = env.text(
    "TWILIO_FROM", meaning="Sending number, alphanumeric sender or messaging service (MG…)."
)
TWILIO_BASE_URL = env.text("TWILIO_BASE_URL", meaning="A stand-in for Twilio's API, for tests.")
if TWILIO_BASE_URL and not IS_LOCAL:
    raise env.refuse(
        "TWILIO_BASE_URL", "is set in production", "Unset it: it is for stand-ins, in tests."
    )
if bool(TWILIO_ACCOUNT_SID) != bool(TWILIO_AUTH_TOKEN and TWILIO_FROM):
    raise env.refuse(
        "TWILIO_ACCOUNT_SID",
        "is set only in part",
        "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM, or none of them.",
    )

# Twilio reaches only what the world does.
TWILIO_STATUS_CALLBACK = "" if IS_LOCAL else f"{MAGO_BASE_URL}/api/v1/messages/twilio/status"

MESSAGE_GATEWAYS = {
    "email": "mago.messaging.gateways.inbox.InboxGateway"
    if EMAIL_URL.scheme == "inbox"
    else "mago.messaging.gateways.smtp.SmtpGateway",
    "sms": "mago.messaging.gateways.twilio.TwilioGateway"
    if TWILIO_ACCOUNT_SID
    else "mago.messaging.gateways.inbox.InboxGateway",
}
# Of each channel, how many messages a minute are handed over by all workers together; 0 for as many as there are.
MESSAGES_PER_MINUTE = {
    "email": env.integer(
        "MAGO_MAILS_PER_MINUTE",
        0,
        low=0,
        high=1_000_000,
        meaning="How many mails a minute the mail server takes of us; what is above waits, codes go first. 0 for no limit.",
    ),
    "sms": env.integer(
        "MAGO_SMS_PER_MINUTE",
        600,
        low=0,
        high=1_000_000,
        meaning="How many SMS a minute Twilio takes of us; what is above waits. 0 for no limit.",
    ),
}
# By template: what adds to a message's words at the moment it is sent.
MESSAGE_COMPLETIONS = dict.fromkeys(("mfa/code", "signin/code"), "accounts.mfa.codes.words")
# What administrators do to many at once, by the kind of the job (`mago.jobs`).
BULK_WORK = {
    "export.administrators": "admincenter.exports.lists.Administrators",
    "export.all_hubs": "admincenter.exports.lists.AllHubs",
    "export.api_tokens": "admincenter.exports.lists.ApiTokens",
    "export.applications": "admincenter.exports.lists.Applications",
    "export.bindings": "admincenter.exports.lists.Bindings",
    "export.certificates": "admincenter.exports.set_up.Certificates",
    "export.conditions": "admincenter.exports.set_up.Conditions",
    "export.domains": "admincenter.exports.set_up.Domains",
    "export.hub_tasks": "admincenter.exports.lists.HubTasks",
    "export.hubs": "admincenter.exports.lists.Hubs",
    "export.identity_providers": "admincenter.exports.set_up.AllIdentityProviders",
    "export.lockdowns": "admincenter.exports.lists.Lockdowns",
    "export.members": "admincenter.exports.lists.Members",
    "export.messages": "admincenter.exports.lists.Messages",
    "export.organization_identity_providers": "admincenter.exports.set_up.IdentityProviders",
    "export.organization_tokens": "admincenter.exports.set_up.Tokens",
    "export.organizations": "admincenter.exports.lists.Organizations",
    "export.penetration_tests": "admincenter.security.exports.PenetrationTests",
    "export.people": "admincenter.exports.lists.People",
    "export.policies": "admincenter.exports.set_up.Policies",
    "export.releases": "admincenter.security.exports.Releases",
    "export.risks": "admincenter.security.exports.Risks",
    "export.roles": "admincenter.exports.set_up.Roles",
    "export.rooms": "admincenter.exports.set_up.Rooms",
    "export.service_accounts": "admincenter.exports.lists.ServiceAccounts",
    "export.sessions": "admincenter.exports.lists.Sessions",
    "export.sites": "admincenter.exports.set_up.Sites",
    "export.tickets": "admincenter.security.exports.Tickets",
    "people.delete": "admincenter.bulk.people.Delete",
    "people.disable": "admincenter.bulk.people.Disable",
    "people.enable": "admincenter.bulk.people.Enable",
    "people.end_sessions": "admincenter.bulk.people.EndSessions",
    "people.restore": "admincenter.bulk.people.Restore",
    "people.send_reset": "admincenter.bulk.people.SendReset",
    "sessions.end": "admincenter.bulk.sessions.End",
    "tickets.assign": "admincenter.security.bulk.Assign",
    "tickets.close": "admincenter.security.bulk.Close",
    "tickets.due": "admincenter.security.bulk.SetDue",
    "tickets.plan": "admincenter.security.bulk.Plan",
    "tickets.reject": "admincenter.security.bulk.Reject",
    "tickets.reopen": "admincenter.security.bulk.Reopen",
    "tickets.start": "admincenter.security.bulk.Start",
    "tickets.triage": "admincenter.security.bulk.Triage",
    "members.invite": "admincenter.bulk.members.Invite",
    "members.revoke_invitations": "admincenter.bulk.members.RevokeInvitations",
}
# The inbox shows everybody's links and codes, so its pages exist only where nobody else can reach them.
MAGO_INBOX = IS_LOCAL and any("inbox" in path for path in MESSAGE_GATEWAYS.values())
if not IS_LOCAL and EMAIL_URL.scheme == "inbox":
    raise env.refuse(
        "EMAIL_URL",
        "is not set in production",
        "Give a mail server: nobody could confirm an address.",
    )
