"""A reason is as long as it may be, wherever it is given and kept; where it is wrong, it is asked for anew."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.api.bodies import OptionalReasonBody, ReasonBody
from accounts.mfa.models import RecoveryRequest
from accounts.standing.models import Deletion, Lockdown
from admincenter.forms import ReasonForm
from admincenter.sections.hubs.forms.hubs import ReasonForm as HubReasonForm
from hubs.models import Hub
from mago.audit.cleaning import LONGEST_REASON
from mago.jobs.models import Job, State
from tests.conftest import Browser
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


WRONG = "left\x1b in a hurry"


@pytest.mark.parametrize(
    ("action", "title"),
    [
        ("disable", "Disable this person"),
        ("delete", "Delete this person"),
        ("lock-down", "Lock this person down"),
        ("recover", "Let in without a second factor"),
        ("sessions/end", "Sign out everywhere"),
        ("send-reset", "Send a password reset"),
        ("copy", "Make the copy"),
    ],
)
def test_a_wrong_one_is_told_beside_its_field_with_what_was_typed(
    action: str, title: str, admin: Browser, alice: Any, events: Any
) -> None:
    before = len(events())
    at = f"/admincenter/people/{alice.pk}/"
    answer = admin.post(f"{at}{action}/", {"reason": WRONG})
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"reason"}
    page = answer.text
    assert f"<h1>{title}</h1>" in page
    assert f'<p class="subtitle">{alice}</p>' in page
    assert f'value="{WRONG}"' in page
    assert 'aria-invalid="true"' in page
    assert f'href="{at}">Cancel' in page
    assert len(events()) == before
    assert not get_messages(answer.wsgi_request)


def test_who_gives_it_late_is_led_back_to_a_page_once_it_is_proved_who_they_are(
    admin: Browser, alice: Any
) -> None:
    """The page that asks for a reason stands at an address that only takes forms."""
    at = f"/admincenter/people/{alice.pk}/"
    asked = admin.post(f"{at}disable/", {"reason": WRONG}).text
    found = re.search(r'name="sent_from" value="([^"]*)"', asked)
    assert found
    here = {"Referer": f"http://testserver{at}disable/"}
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        late = admin.post(f"{at}disable/", {"reason": "left", "sent_from": found[1]}, headers=here)
    assert late["Location"] == f"/accounts/reauthenticate/?next={quote(at, safe='')}"
    alice.refresh_from_db()
    assert alice.is_active


def test_what_was_chosen_beside_it_stays_so(admin: Browser, alice: Any) -> None:
    at = f"/admincenter/people/{alice.pk}/lock-down/"
    for sent, checked in (({}, False), ({"with_api_tokens": "on"}, True)):
        form = admin.post(at, {"reason": "", **sent}).context["form"]
        assert bool(form["with_api_tokens"].value()) is checked


def test_a_jobs_stands_beside_its_field_on_the_page_that_it_was_sent_from(
    admin: Browser, alice: Any
) -> None:
    sent = {"work": "people.disable", "row": str(alice.pk)}
    at = admin.post("/admincenter/people/choose/", sent)["Location"]
    answer = admin.post(f"{at}start/", {"reason": WRONG})
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {"reason"}
    assert f'value="{WRONG}"' in answer.text
    assert Job.objects.get().state == State.DRAFT
