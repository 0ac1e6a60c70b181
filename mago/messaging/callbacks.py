"""Where Twilio reports what became of an SMS."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from mago.core.errors import Forbidden, NotFound
from mago.core.guards import public

from .reports import note_report


@public
@require_POST
def twilio_status(request: HttpRequest) -> HttpResponse:
    """The report is noted, if Twilio signed it; 403 for any other (twilio.com/docs/usage/security)."""
    if not (settings.TWILIO_AUTH_TOKEN and settings.TWILIO_STATUS_CALLBACK):
        raise NotFound
    if not _is_signed(request):
        raise Forbidden(code="bad_signature")
    said = request.POST
    note_report(
        reference=request.GET.get("message", ""),
        carrier_id=said.get("MessageSid", ""),
        state=said.get("MessageStatus", ""),
        error=said.get("ErrorCode", ""),
    )
    return HttpResponse(status=204)


def _is_signed(request: HttpRequest) -> bool:
    from twilio.request_validator import RequestValidator

    # What was signed is the address that we gave, not what a proxy made of it.
    address = f"{settings.TWILIO_STATUS_CALLBACK}?{request.META.get('QUERY_STRING', '')}"
    signature = request.headers.get("X-Twilio-Signature", "")
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    return signature.isascii() and bool(validator.validate(address, request.POST, signature))
