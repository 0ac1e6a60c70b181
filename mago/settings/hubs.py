"""Hubs: how they authenticate, and how long what they hold is good."""

from datetime import timedelta

from . import env
from .security import TRUSTED_PROXIES

# One number for the whole fleet: another one for a hub that is not known would tell.
HUB_ITERATIONS = 4096
HUB_SALT_BYTES = 16
HUB_HANDSHAKE_LIFETIME = timedelta(seconds=30)
HUB_TOKEN_LIFETIME = timedelta(minutes=15)
HUB_CODE_LIFETIME = timedelta(days=10)
HUB_CREDENTIAL_LIFETIME = timedelta(days=365)
HUB_CREDENTIAL_ROTATED_AFTER = timedelta(days=90)
HUB_RECONNECT_IDLE = timedelta(days=14)
HUB_RECONNECT_ROTATED_AFTER = timedelta(days=1)
HUB_RECONNECT_LIFETIME = timedelta(days=90)
# Within it, the use of what was just replaced is an answer that was lost, and no clone.
HUB_REPLACED_GRACE = timedelta(minutes=5)
HUB_HEARTBEAT_INTERVAL = timedelta(
    seconds=env.integer(
        "MAGO_HUB_HEARTBEAT_SECONDS",
        60,
        low=5,
        high=3600,
        meaning="How often hubs say that they are there. One is late after two of these, and offline after three.",
    )
)
HUB_OFFLINE_MAIL_AFTER = timedelta(
    minutes=env.integer(
        "MAGO_HUB_OFFLINE_MAIL_MINUTES",
        15,
        low=0,
        high=10_080,
        meaning="How long a hub is offline before who looks after it has a mail; 0 sends none.",
    )
)

HUB_CHANNEL_BINDING_HEADERS = env.boolean(
    "MAGO_HUB_CHANNEL_BINDING_HEADERS",
    False,
    meaning="The proxy overwrites X-TLS-CB-End-Point, X-TLS-Exporter-Secret and X-TLS-Cipher in every request (docs/hub-protocol.md).",
)
HUB_CERTIFICATES = [
    path
    for path in env.text(
        "MAGO_HUB_CERTIFICATES",
        meaning="Certificates (PEM files, a comma between) that hubs may see, the present and the last one, where the proxy cannot tell which.",
    ).split(",")
    if path
]
if HUB_CHANNEL_BINDING_HEADERS and not TRUSTED_PROXIES:
    raise env.refuse(
        "MAGO_HUB_CHANNEL_BINDING_HEADERS",
        "is on without a trusted proxy",
        "Set MAGO_TRUSTED_PROXIES: only a proxy of ours knows about the connection.",
    )
HUB_REQUIRE_CHANNEL_BINDING = env.boolean(
    "MAGO_HUB_REQUIRE_CHANNEL_BINDING",
    False,
    meaning="Hubs must bind their sign-in to the TLS channel; those that cannot are refused.",
)
if HUB_REQUIRE_CHANNEL_BINDING and not (HUB_CHANNEL_BINDING_HEADERS or HUB_CERTIFICATES):
    raise env.refuse(
        "MAGO_HUB_REQUIRE_CHANNEL_BINDING",
        "is on with nothing to bind to",
        "Set MAGO_HUB_CHANNEL_BINDING_HEADERS or MAGO_HUB_CERTIFICATES.",
    )
HUB_SIGN_INS_PER_SECOND = env.integer(
    "MAGO_HUB_SIGN_INS_PER_SECOND",
    500,
    low=1,
    high=100_000,
    meaning="How many sign-ins of hubs a process begins in a second; the others are told when to come back.",
)
