"""People: the user model, passwords, sessions, and how allauth is set."""

from datetime import timedelta

from . import env
from .base import BASE_HOST, IS_LOCAL, MAGO_BASE_URL

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.signin.backends.PasswordBackend"]
PASSWORD_HASHERS = ["accounts.signin.hashers.Argon2idHasher"]

PASSWORD_MIN_LENGTH = env.integer(
    "MAGO_PASSWORD_MIN_LENGTH",
    15,
    low=8,
    high=128,
    meaning="Shortest password where it is the only factor (NIST SP 800-63B-4).",
)
PASSWORD_MIN_LENGTH_WITH_FACTOR = env.integer(
    "MAGO_PASSWORD_MIN_LENGTH_WITH_FACTOR",
    8,
    low=8,
    high=128,
    meaning="Shortest password once a second factor is enforced.",
)
PASSWORD_MAX_LENGTH = 1024
PASSWORD_HISTORY = env.integer(
    "MAGO_PASSWORD_HISTORY",
    5,
    low=0,
    high=24,
    meaning="How many former passwords may not be used again.",
)
PASSWORD_BREACH_CHECK = env.choice(
    "MAGO_PASSWORD_BREACH_CHECK",
    "file",
    ("off", "file", "service"),
    meaning="Where breached passwords are looked up: a local file, a k-anonymity range service, or nowhere.",
)
PASSWORD_BREACH_FILE = env.text(
    "MAGO_PASSWORD_BREACH_FILE",
    meaning="File made by `manage.py build_breach_file`; without one the check by file is skipped.",
)
PASSWORD_BREACH_SERVICE = env.text(
    "MAGO_PASSWORD_BREACH_SERVICE", meaning="Base URL of a k-anonymity range service (…/range/)."
)
PASSWORD_BREACH_UNREACHABLE = env.choice(
    "MAGO_PASSWORD_BREACH_UNREACHABLE",
    "accept",
    ("accept", "refuse"),
    meaning="What happens to a new password when the range service is out of reach.",
)
AUTH_PASSWORD_VALIDATORS = [{"NAME": "accounts.signin.passwords.PasswordPolicy"}]
HASH_SLOTS = env.integer(
    "MAGO_HASH_SLOTS",
    2,
    low=1,
    high=64,
    meaning="How many passwords are hashed at once in a process (19 MiB each); about one a core.",
)

SESSION_ENGINE = "accounts.sessions.store"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE = timedelta(hours=1)
SESSION_ABSOLUTE = timedelta(hours=24)
SESSION_REMEMBERED_IDLE = timedelta(days=14)
SESSION_REMEMBERED_ABSOLUTE = timedelta(days=30)
ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
REFRESH_TOKEN_IDLE = timedelta(days=14)
REFRESH_TOKEN_ABSOLUTE = timedelta(days=90)
REFRESH_TOKEN_GRACE = timedelta(seconds=15)

CONFIRMATION_LIFETIME = timedelta(days=3)
PASSWORD_RESET_LIFETIME = timedelta(minutes=30)

FACTORS = env.words(
    "MAGO_FACTORS",
    "passkey totp sms email recovery",
    ("passkey", "totp", "sms", "email", "recovery"),
    meaning="The kinds of second factors that people may use.",
)
SMS_FOR_ADMINISTRATORS = env.boolean(
    "MAGO_SMS_FOR_ADMINISTRATORS",
    False,
    meaning="Whether whoever holds a role on the platform may use SMS as second factor (NIST: restricted).",
)
SMS_COUNTRIES = env.words(
    "MAGO_SMS_COUNTRIES",
    "AT BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK US",
    meaning="Countries (ISO 3166) to whose mobile telephones an SMS is sent.",
)
SMS_PER_DAY = env.integer(
    "MAGO_SMS_PER_DAY", 1000, low=0, high=10**7, meaning="SMS that are sent in a day (UTC) at most."
)
SMS_PER_COUNTRY_DAY = env.integer(
    "MAGO_SMS_PER_COUNTRY_DAY",
    500,
    low=0,
    high=10**7,
    meaning="SMS that are sent to one dial code in a day (UTC) at most.",
)
SMS_PRICE = env.decimal(
    "MAGO_SMS_PRICE", "0.10", low="0.0001", high="100", meaning="What an SMS costs, about."
)
SMS_BUDGET = env.decimal(
    "MAGO_SMS_BUDGET",
    "100",
    low="0",
    high="10000000",
    meaning="What SMS may cost in a month, in the currency of MAGO_SMS_PRICE; none is sent beyond it.",
)
# A passkey belongs to a name, and an address in numbers is none.
PASSKEY_RP_ID = "localhost" if IS_LOCAL else BASE_HOST
PASSKEY_ORIGINS = [MAGO_BASE_URL.replace(BASE_HOST, "localhost") if IS_LOCAL else MAGO_BASE_URL]
PASSKEY_ORIGINS += env.words(
    "MAGO_PASSKEY_APPS",
    "",
    meaning="Further origins of passkeys: native apps, such as android:apk-key-hash:…",
)
SIGN_IN_BY_CODE = env.boolean(
    "MAGO_SIGN_IN_BY_CODE",
    True,
    meaning="Whether people may sign in by a code that is mailed to them, without a password.",
)
PASSKEY_ROOTS = env.text(
    "MAGO_PASSKEY_ROOTS",
    meaning="Folder with root certificates (*.pem) of makers of security keys, for policies that demand certain makes.",
)

DOMAIN_RESOLVER = "accounts.organizations.dns.system_resolver"
# Tells a dry run of a condition which kinds of hubs there are.
HUBS_ALIKE = "hubs.alike.alike"

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:profile"
LOGOUT_REDIRECT_URL = "home"

# allauth gives the login stages; its forms, mails and social providers are not used.
ACCOUNT_ADAPTER = "accounts.signin.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_RATE_LIMITS = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.Declared"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.ResourceSchema",
    "EXCEPTION_HANDLER": "accounts.api.errors.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "UPLOADED_FILES_USE_URL": False,
}
API_READS = env.integer(
    "MAGO_API_READS",
    1200,
    low=1,
    high=1_000_000,
    meaning="How often one person or program may read by the REST API in a minute, at each web process.",
)
API_WRITES = env.integer(
    "MAGO_API_WRITES",
    300,
    low=1,
    high=1_000_000,
    meaning="How often one person or program may change something by the REST API in a minute, at each web process.",
)
SPECTACULAR_SETTINGS = {
    "TITLE": "Mago API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    # It is for who writes endpoints, not for who runs them: tests/accounts/api/test_schema.py.
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "DESCRIPTION": "docs/api.md tells the story around it.",
    "ENUM_NAME_OVERRIDES": {
        "PermissionEnum": "accounts.api.access_shapes.PERMISSIONS",
        "PrincipalTypeEnum": "accounts.api.access_shapes.PRINCIPALS",
        "PlatformRoleEnum": "admincenter.api.administrators.ROLES",
        "RoleEnum": "admincenter.api.common.BUILT_IN",
        "ApplicationTypeEnum": ["public", "confidential"],
        "FactorMethodEnum": "accounts.mfa.models.Kind",
        "EnrolableMethodEnum": "accounts.api.me.factors.METHODS",
        "SignInProviderKindEnum": ["google", "microsoft", "apple", "oidc"],
        "TaskKindEnum": ["restart", "update", "rotate_credential", "collect_logs", "locate"],
        "HubStateEnum": ["expected", "active", "quarantined", "suspended", "retired"],
        "StreamKindEnum": ["syslog", "webhook"],
        "SystemStateEnum": ["down", "warning", "well", "off"],
        "IdentityProviderKindEnum": ["saml", "ldap", "oidc"],
        "PeopleJobKindEnum": [
            "people.delete",
            "people.disable",
            "people.enable",
            "people.end_sessions",
            "people.restore",
            "people.send_reset",
        ],
        "HubJobKindEnum": [
            "hubs.rotate",
            "hubs.reactivate",
            "hubs.quarantine",
            "hubs.suspend",
            "hubs.retire",
        ],
        "TokenJobKindEnum": ["api_tokens.revoke"],
        "CheckpointKindEnum": ["quality-assurance", "staged-deployment", "review"],
        "FindingOutcomeEnum": ["new", "known", "back", "over", "wrong", "left"],
        "OutcomeEnum": "mago.audit.models.Outcome",
        "FindingFormatEnum": ["sarif", "vex", "csv", "osv"],
        "FormatEnum": ["csv", "jsonl"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.api.schema.describe_refusals",
        "hubs.openapi.describe_hubs",
        "accounts.api.examples.give_examples",
    ],
}
