"""Why a message of a provider is not believed: told to the audit and to administrators, never to strangers."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    """In the order in which a message is looked at."""

    TOO_LARGE = "too_large", _("The message is too large.")
    ENCODING = "encoding", _("The message is not encoded as the binding demands.")
    MALFORMED = "malformed", _("The message is not well-formed XML in UTF-8.")
    MARKUP = (
        "markup",
        _("The message holds a document type, an entity, a comment or a processing instruction."),
    )
    IDENTIFIERS = "identifiers", _("Two elements of the message have the same identifier.")
    SCHEMA = "schema", _("The message does not follow the schema of SAML 2.0.")
    KIND = "kind", _("The message is not of the kind that belongs here.")
    VERSION = "version", _("The message is not of SAML 2.0.")
    STATUS = "status", _("The provider let nobody in; it says why.")
    ISSUER = "issuer", _("The message is of another issuer.")
    UNKNOWN_ISSUER = "unknown_issuer", _("No provider of this organization has that identifier.")
    DESTINATION = "destination", _("The message was made for another address.")
    ASSERTIONS = "assertions", _("There is not exactly one assertion, in its place.")
    UNSIGNED = "unsigned", _("Neither the response nor the assertion is signed.")
    SIGNATURE_FORM = "signature_form", _("A signature does not cover exactly its own element.")
    ALGORITHM = "algorithm", _("A signature or encryption uses an algorithm that is not allowed.")
    SIGNATURE = "signature", _("A signature does not come from a key of the provider.")
    DIGEST = "digest", _("What was signed was changed.")
    DECRYPTION = "decryption", _("The assertion was not encrypted for a key of ours.")
    SUBJECT = "subject", _("The assertion does not name its subject in a way that can be used.")
    CONFIRMATION = "confirmation", _("The assertion has no bearer confirmation for this sign-in.")
    RECIPIENT = "recipient", _("The assertion was made for another address.")
    IN_RESPONSE_TO = "in_response_to", _("The message answers another request, or none.")
    AUDIENCE = "audience", _("The assertion was made for another service.")
    CONDITIONS = "conditions", _("The assertion has a condition that we do not know.")
    EXPIRED = "expired", _("The message is too old.")
    NOT_YET_VALID = "not_yet_valid", _("The message is not valid yet; the clocks may differ.")
    AUTHENTICATION = "authentication", _("The assertion does not say how the person signed in.")
    NOT_FRESH = "not_fresh", _("The provider did not ask the person again.")
    SESSION_OVER = "session_over", _("The person’s session at the provider is over.")
    REQUEST = "request", _("No sign-in of this browser waits for the answer.")
    UNSOLICITED = "unsolicited", _("Nobody asked, and people may not begin at this provider.")
    RELAY_STATE = "relay_state", _("The relay state is not the one that was sent.")
    REPLAYED = "replayed", _("The assertion was used before.")


class Step(TextChoices):
    """What a test shows, one by one."""

    FORM = "form", _("The response is one of SAML 2.0")
    STATUS = "status", _("The provider let the person in")
    SIGNATURE = "signature", _("A key of the provider has signed it")
    ENCRYPTION = "encryption", _("What is encrypted is so for our key")
    ADDRESS = "address", _("It is of this provider, and for our address")
    SUBJECT = "subject", _("It names a person")
    AUDIENCE = "audience", _("It is made for this service")
    TIME = "time", _("It is fresh")
    AUTHENTICATION = "authentication", _("It says how the person signed in")


_R = Reason
STEPS: dict[Step, frozenset[Reason]] = {
    Step.FORM: frozenset(
        {_R.TOO_LARGE, _R.ENCODING, _R.MALFORMED, _R.MARKUP, _R.IDENTIFIERS, _R.SCHEMA}
        | {_R.KIND, _R.VERSION, _R.ASSERTIONS}
    ),
    Step.STATUS: frozenset({_R.STATUS}),
    Step.SIGNATURE: frozenset({_R.UNSIGNED, _R.SIGNATURE_FORM, _R.SIGNATURE, _R.DIGEST}),
    Step.ENCRYPTION: frozenset({_R.DECRYPTION}),
    Step.ADDRESS: frozenset(
        {_R.ISSUER, _R.UNKNOWN_ISSUER, _R.DESTINATION, _R.RECIPIENT, _R.IN_RESPONSE_TO}
    ),
    Step.SUBJECT: frozenset({_R.SUBJECT, _R.CONFIRMATION}),
    Step.AUDIENCE: frozenset({_R.AUDIENCE, _R.CONDITIONS}),
    Step.TIME: frozenset({_R.EXPIRED, _R.NOT_YET_VALID, _R.SESSION_OVER, _R.NOT_FRESH}),
    Step.AUTHENTICATION: frozenset({_R.AUTHENTICATION}),
}


class Unproved(Exception):
    """A message proves nothing: why, and by which values. Holds nothing that could be used again."""

    def __init__(self, reason: Reason, detail: object = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason, self.detail = reason, str(detail)[:500]

    @property
    def facts(self) -> dict[str, Any]:
        """For an audit row."""
        return {"reason": self.reason.value} | ({"detail": self.detail} if self.detail else {})
