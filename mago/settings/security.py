"""What every response and cookie carries."""

from csp.constants import NONE, SELF

from mago.tls import policy

from . import env
from .base import IS_HTTPS, MAGO_BASE_URL

TRUSTED_PROXIES = env.integer(
    "MAGO_TRUSTED_PROXIES",
    0,
    low=0,
    high=10,
    meaning="How many proxies of ours stand in front; only their X-Forwarded-* entries are believed.",
)
if IS_HTTPS and not TRUSTED_PROXIES:
    raise env.refuse(
        "MAGO_TRUSTED_PROXIES",
        "is 0 behind https",
        "Give the number of proxies in front, usually 1: Mago itself speaks plain http.",
    )

# `mago.core.middleware` removes the header unless it comes from a trusted proxy.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# The API answers plain http with an error and never a redirect; pages are redirected by the proxy and by HSTS.
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^oauth/", r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = policy.HSTS_SECONDS if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_prefix = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
CSRF_TRUSTED_ORIGINS = [MAGO_BASE_URL]
CSRF_FAILURE_VIEW = "mago.core.errors.csrf_failure"
# Django looks for its middleware against forgery by name; ours extends it (mago/pages.py).
SILENCED_SYSTEM_CHECKS = ["security.W003"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# Fields have their own, smaller limits, so that a value that is too long is named beside its field.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# The largest form is a table of 500 groups, each with its role.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_100

# Where `next` may lead, by URL name (mago/core/http.py).
NEXT_URL_NAMES = (
    "home",
    "setup",
    "accounts:*",
    "account_*",
    "mfa:*",
    "sessions:*",
    "organizations:*",
    "federation:list",
    "federation:confirm_link",
    "federation:unlink",
    "enterprise:link",
    "admincenter:*",
    "provider:authorize",
    "provider:device",
    "applications:list",
    "docs:*",
)
