"""Who we are, where we live, what we are made of."""

import re
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from . import env
from .secret import secret_keys

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(
    env.text(
        "MAGO_DATA_DIR",
        str(BASE_DIR / "var"),
        meaning="Folder for the SQLite database and the generated secret key.",
    )
).resolve()

MAGO_DEPLOYMENT = env.choice(
    "MAGO_DEPLOYMENT",
    "cloud",
    ("cloud", "onprem"),
    meaning="Where Mago runs; `onprem` turns on enterprise sign-on.",
)
_PORT = env.integer("PORT", 8000, low=1, high=65535, meaning="Port the web server listens on.")
_base = env.url(
    "MAGO_BASE_URL",
    f"http://127.0.0.1:{_PORT}",
    ("https", "http"),
    meaning="Public address of this installation, without a path. Links in mails begin with it.",
)
BASE_HOST = _base.host
if (
    not re.fullmatch(r"[a-z0-9.:-]+", BASE_HOST)
    or _base.user
    or _base.path.strip("/")
    or _base.options
):
    raise env.refuse(
        "MAGO_BASE_URL",
        "is more or less than scheme and host",
        "Give an address such as https://id.example.com.",
    )
_host = f"[{BASE_HOST}]" if ":" in BASE_HOST else BASE_HOST
MAGO_BASE_URL = f"{_base.scheme}://{_host}" + (f":{_base.port}" if _base.port else "")
# On loopback Mago is being tried out: mails land in /dev/inbox/ and plain http is fine. Anything else is production.
IS_LOCAL = BASE_HOST in ("127.0.0.1", "localhost", "::1")
IS_HTTPS = _base.scheme == "https"
if not (IS_LOCAL or IS_HTTPS):
    raise env.refuse(
        "MAGO_BASE_URL",
        "is plain http on a public host",
        "Put a TLS proxy in front and give its https:// address.",
    )

DEBUG = env.boolean(
    "MAGO_DEBUG", False, meaning="Django's debug pages; refused unless the base URL is on loopback."
)
if DEBUG and not IS_LOCAL:
    raise env.refuse(
        "MAGO_DEBUG",
        "is on in production",
        "Unset it: debug pages show source code and settings to strangers.",
    )

SECRET_KEY, *SECRET_KEY_FALLBACKS = secret_keys(DATA_DIR)
ALLOWED_HOSTS = [BASE_HOST, "localhost", "127.0.0.1", "[::1]"] if IS_LOCAL else [BASE_HOST]

ROOT_URLCONF = "mago.urls"
WSGI_APPLICATION = "mago.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # Before ours, which take away what it connects (accounts/sessions/apps.py).
    "django.contrib.auth",
    "mago",
    "mago.core",
    "mago.audit",
    "mago.messaging",
    "mago.tls",
    "mago.jobs",
    "accounts",
    "accounts.access",
    "accounts.organizations",
    "accounts.sessions",
    "accounts.standing",
    "accounts.privacy",
    "accounts.mfa",
    "accounts.federation",
    "accounts.federation.enterprise",
    "accounts.federation.directory",
    "accounts.federation.openid",
    "accounts.federation.saml",
    "accounts.signin",
    "accounts.provider",
    "accounts.api",
    "hubs",
    "hubs.operations",
    "hubs.life",
    "admincenter",
    "admincenter.security",
    "admincenter.notices",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "django_otp",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
]

# Sessions, CSRF, language and messages are for pages: API, hub and health paths carry none of them (mago/pages.py).
MIDDLEWARE = [
    "mago.core.middleware.RequestContextMiddleware",
    "mago.core.middleware.HttpsOnlyMiddleware",
    "accounts.api.cors.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.access.refusals.RefusalMiddleware",
    "mago.core.middleware.ErrorMiddleware",
    "mago.pages.SessionMiddleware",
    "mago.pages.LocaleMiddleware",
    "mago.pages.CommonMiddleware",
    "mago.pages.CsrfViewMiddleware",
    "mago.pages.AuthenticationMiddleware",
    "mago.pages.LoginRequiredMiddleware",
    "mago.pages.MessageMiddleware",
    "mago.pages.HtmxMiddleware",
    "mago.pages.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "NAME": "django",
        "BACKEND": "mago.core.template_engine.Templates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mago.core.context_processors.page",
                "accounts.access.context_processors.rights",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("it", _("Italian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "mago.settings.formats"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files carry their hash in the name where `collectstatic` has run; a newcomer's start serves them as they lie.
_COLLECTED = (STATIC_ROOT / "staticfiles.json").exists()
_STATIC_STORAGE = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if _COLLECTED
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not _COLLECTED

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "mago.core.logs.JsonFormatter"},
        "plain": {"()": "mago.core.logs.PlainFormatter"},
    },
    "filters": {"no_refusals": {"()": "mago.core.logs.NoRefusals"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain" if IS_LOCAL else "json"}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "mago": {"level": "INFO"},
        "django.request": {"level": "ERROR", "filters": ["no_refusals"]},
    },
}
