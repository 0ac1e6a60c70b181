"""Mail and SMS: by whom they are sent, and how many a minute. Where nobody is named, they land in the inbox."""

from . import env
from .base import BASE_HOST, IS_LOCAL, MAGO_BASE_URL

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
# The inbox shows everybody's links and codes, so its pages exist only where nobody else can reach them.
MAGO_INBOX = IS_LOCAL and any("inbox" in path for path in MESSAGE_GATEWAYS.values())
if not IS_LOCAL and EMAIL_URL.scheme == "inbox":
    raise env.refuse(
        "EMAIL_URL",
        "is not set in production",
        "Give a mail server: nobody could confirm an address.",
    )
