"""One process or several: through what they find each other, and how the work behind the pages is handed out."""

import ssl

from . import env

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
