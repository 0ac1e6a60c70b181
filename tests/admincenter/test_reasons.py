"""A reason is as long as it may be, wherever it is given and kept."""

import re
from typing import Any

from accounts.api.bodies import OptionalReasonBody, ReasonBody
from accounts.mfa.models import RecoveryRequest
from accounts.standing.models import Deletion, Lockdown
from admincenter.forms import ReasonForm
from admincenter.sections.hubs.forms.hubs import ReasonForm as HubReasonForm
from hubs.models import Hub
from mago.audit.cleaning import LONGEST_REASON
from tests.running import ROOT


def test_what_one_place_takes_every_other_keeps() -> None:
    fields: list[Any] = [
        *(form().fields["reason"] for form in (ReasonForm, HubReasonForm)),
        *(body().fields["reason"] for body in (ReasonBody, OptionalReasonBody)),
        *(
            field
            for model in (Hub, Lockdown, Deletion, RecoveryRequest)
            for field in model._meta.fields
            if "reason" in field.name or "because" in field.name
        ),
    ]
    written = {
        int(longest)
        for file in (ROOT / "templates").rglob("*.html")
        for longest in re.findall(r'name="reason"[^>]*maxlength="(\d+)"', file.read_text())
    }
    assert {field.max_length for field in fields} == written == {LONGEST_REASON}
