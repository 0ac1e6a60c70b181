"""What a test of a provider shows: each step, and what it was decided by."""

from django.utils.translation import gettext as _

from accounts.federation.enterprise.services import Check

from .assertion import Assertion
from .models import SamlProvider
from .reasons import STEPS, Step
from .services import NotBelieved


def checks_of(known: SamlProvider, assertion: Assertion) -> list[Check]:
    """Of a response that was believed."""
    from .protocol.keys import read_certificate

    keys = [read_certificate(pem) for pem in known.certificates]
    name = assertion.name_id
    signed = {"response": _("the response"), "assertion": _("the assertion")}
    evidence = {
        Step.SIGNATURE: (
            ", ".join(signed[one] for one in assertion.signed),
            "\n".join(f"{key.subject}\n{key.fingerprint}" for key in keys),
        ),
        Step.ADDRESS: ("", assertion.issuer),
        Step.SUBJECT: (name.format, name.value),
        Step.TIME: ("", f"AuthnInstant {assertion.authenticated_at:%FT%TZ}"),
        Step.AUTHENTICATION: ("", assertion.context_class),
    }
    checks = []
    for step in Step:
        detail, seen = evidence.get(step, ("", ""))
        passed: bool | None = True
        if step == Step.ENCRYPTION and not assertion.encrypted:
            passed, detail = None, _("It is not encrypted.")
        checks.append(Check(str(step.label), passed, detail, seen))
    told = "\n".join(
        f"{attribute}: {', '.join(values)}" for attribute, values in assertion.attributes.items()
    )
    return [*checks, Check(_("The attributes that came"), bool(told) or None, "", told)]


def failed_checks(refusal: NotBelieved) -> list[Check]:
    """Of a response that was not believed: what is wrong is red, and what was not decided is not shown as right."""
    why, came = refusal.why, refusal.raw.decode(errors="replace")
    step = next((one for one, reasons in STEPS.items() if why.reason in reasons), None)
    checks = []
    if step is None:
        checks.append(Check(_("It belongs to this test"), False, refusal.for_administrator, came))
    for one in Step:
        if one == step:
            checks.append(Check(str(one.label), False, refusal.for_administrator, came))
        else:
            # Before anything else is looked at, it was read.
            checks.append(Check(str(one.label), True if one == Step.FORM and step else None))
    return checks
