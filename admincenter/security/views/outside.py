"""For people without an account: where to report a vulnerability (RFC 9116), and the form to do it."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from mago.core.guards import public

from ...once import once
from ...pages import get_or_post, submit
from ..forms.exchange import OutsideForm
from ..services import outside

# RFC 9116 section 2.5.5 recommends less than a year.
GOOD_FOR = timedelta(days=180)


@public
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Made anew each day, so that it never expires while somebody runs this."""
    base = settings.MAGO_BASE_URL
    day = timezone.now().date() + GOOD_FOR
    contacts = settings.SECURITY_CONTACTS or [base + reverse("report_vulnerability")]
    lines = [f"Contact: {contact}" for contact in contacts]
    lines += [
        f"Expires: {datetime.combine(day, time(), UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"Canonical: {base}/.well-known/security.txt",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
    ]
    if settings.SECURITY_POLICY_URL:
        lines.append(f"Policy: {settings.SECURITY_POLICY_URL}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public
@get_or_post
@once
def report(request: HttpRequest) -> HttpResponse:
    """A form; what is sent lands in the platform's programme."""
    form = OutsideForm(request.POST if request.method == "POST" else None)
    made, status = submit(form, outside.report)
    if made:
        return redirect("vulnerability_reported")
    context = {"form": form, "policy_url": settings.SECURITY_POLICY_URL}
    return render(request, "security/report.html", context, status=status)


@public
@require_safe
def reported(request: HttpRequest) -> HttpResponse:
    return render(request, "security/reported.html")
