"""Hands SMS to Twilio.

An SMS is not repeated where the answer was lost: it may have arrived, each costs money, and whoever
waits for a code can ask for another.
"""

from typing import TYPE_CHECKING

from django.conf import settings

from .base import Gateway, GatewayDown, Letter, Permanent, Temporary

if TYPE_CHECKING:
    from twilio.rest import Client

SECONDS = 10


class TwilioGateway(Gateway):
    name = "twilio"

    def __init__(self) -> None:
        self._client: Client | None = None

    def send(self, letter: Letter) -> str:
        # Imported where it is used: the package costs half a second and 30 MB.
        from requests import exceptions
        from twilio.base.exceptions import TwilioException, TwilioRestException
        from urllib3.exceptions import MaxRetryError

        try:
            return self._create(letter)
        except TwilioRestException as error:
            raise _refusal(error.status, error.code) from None
        except (exceptions.ConnectionError, exceptions.Timeout) as error:
            # requests says the same when a connection was refused and when it broke off later.
            if isinstance(error.args[0] if error.args else None, MaxRetryError):
                raise GatewayDown("Twilio is out of reach") from None
            raise Permanent("Twilio's answer was lost; not repeated, as it may be sent") from None
        except (exceptions.RequestException, TwilioException) as error:
            raise GatewayDown(f"Twilio cannot be used ({type(error).__name__})") from None

    def _create(self, letter: Letter) -> str:
        """The name that Twilio gives it (SID)."""
        if self._client is None:
            from .twilio_client import connect

            self._client = connect(SECONDS)
        ours = settings.TWILIO_FROM
        origin = "messaging_service_sid" if ours.startswith("MG") else "from_"
        given = {origin: ours}
        if settings.TWILIO_STATUS_CALLBACK:
            address = f"{settings.TWILIO_STATUS_CALLBACK}?message={letter.reference}"
            given["status_callback"] = address
        made = self._client.messages.create(to=letter.to, body=letter.text.strip(), **given)
        return str(made.sid or "")

    def close(self) -> None:
        if self._client is not None:
            self._client.http_client.session.close()
            self._client = None


def _refusal(status: int, code: int | None) -> Temporary | Permanent:
    """Twilio's own words may quote the text, so only its numbers are kept (twilio.com/docs/errors)."""
    reason = f"Twilio answered {status}, error {code}"
    if status in {401, 403, 429} or status >= 500:
        return GatewayDown(reason)
    return Permanent(reason)
