"""What runs by the clock, whole: beat reads nothing from the database."""

from datetime import timedelta

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
    "look how full SQLite’s tables are": {
        "task": "mago.core.tasks.renew_statistics",
        "schedule": timedelta(hours=1),
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
