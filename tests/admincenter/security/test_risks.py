"""The risk register: ratings, the heat map, reviews, assessments and their sign-off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from admincenter.security.models import Risk
from admincenter.security.models.tickets import today
from admincenter.security.selectors.risks import figures_of_register, heat_map
from admincenter.security.services import reminders
from admincenter.security.services.risks import (
    close_risk,
    edit_risk,
    hold_assessment,
    link_ticket,
    register_risk,
    sign_assessment,
)
from mago.core.errors import Conflict, Refused
from tests.conftest import Browser

from .conftest import AT


@pytest.fixture
def risk(programme: Any, alice: Any) -> Callable[..., Any]:
    def make(**fields: Any) -> Any:
        given = {
            "asset": "Signing key",
            "threat": "Theft from a backup",
            "likelihood": 4,
            "impact": 5,
            "treatment": "mitigate",
            "residual_likelihood": 1,
            "residual_impact": 5,
            "review_on": today() + timedelta(days=90),
        }
        return register_risk(programme=programme, actor=alice, **(given | fields))

    return make


def test_the_map_counts_open_risks_before_and_after(risk: Any, programme: Any, alice: Any) -> None:
    one = risk()
    close_risk(risk=risk(), actor=alice)
    before, after = heat_map(programme, after=False), heat_map(programme, after=True)
    # The highest likelihood stands in the first row, the lowest impact in the first column.
    assert (before[1][4].count, before[1][4].heat) == (1, "critical")
    assert (after[4][4].count, after[4][4].heat) == (1, "medium")
    assert figures_of_register(programme)["before"]["critical"] == 1
    edit_risk(risk=one, likelihood=1, actor=alice)
    assert figures_of_register(programme)["before"] == {
        "critical": 0,
        "high": 0,
        "medium": 1,
        "low": 0,
    }


def test_treatment_makes_no_risk_worse_not_even_in_the_database(risk: Any, programme: Any) -> None:
    with pytest.raises(Refused) as refused:
        risk(residual_likelihood=5)
    assert refused.value.fields.keys() == {"residual_likelihood"}
    risk()
    with pytest.raises(IntegrityError), transaction.atomic():
        Risk.objects.of(programme).update(residual_likelihood=5)


def test_a_stranger_owns_no_risk(risk: Any, charlie: Any, rita: Any) -> None:
    with pytest.raises(Refused):
        risk(owner=charlie)
    assert risk(owner=rita).owner == rita


def test_an_assessment_is_signed_off_by_another(
    risk: Any, programme: Any, alice: Any, officer: Any
) -> None:
    risk()
    made = hold_assessment(programme=programme, held_on=today(), summary="Fine", actor=alice)
    assert made.figures["risks"] == 1
    with pytest.raises(Refused):
        sign_assessment(assessment=made, actor=alice)
    assert sign_assessment(assessment=made, actor=officer).signed_by == officer
    with pytest.raises(Conflict):
        sign_assessment(assessment=made, actor=officer)
    day = today() + timedelta(days=1)
    with pytest.raises(Refused):
        hold_assessment(programme=programme, held_on=day, summary="x", actor=alice)


def test_reviews_and_assessments_are_reminded_of_once(
    risk: Any, programme: Any, crew: Any, mails: Any
) -> None:
    one = risk(owner=crew.rita, review_on=today() + timedelta(days=3))

    def told() -> list[str]:
        before = len(mails("security/reminder"))
        reminders.remind()
        reminders.remind()
        return sorted(mail.recipient for mail in mails("security/reminder")[before:])

    assert told() == [crew.rita.email]
    Risk.objects.of(programme).filter(pk=one.pk).update(review_on=today() - timedelta(days=1))
    assert told() == sorted(person.email for person in crew)
    type(programme).objects.update(created_at=programme.created_at - timedelta(days=200))
    assert told() == sorted([crew.alice.email, crew.officer.email])


def test_the_pages_of_the_register(
    owner: Browser, ticket: Any, programme: Any, officer: Any, alice: Any
) -> None:
    words = {
        "asset": "Hubs", "threat": "Theft", "likelihood": "3", "impact": "4", "treatment": "mitigate",
        "residual_likelihood": "2", "residual_impact": "4", "owner": str(alice.pk), "review_on": "2027-01-01",
    }  # fmt: skip
    assert owner.post(f"{AT}risks/create/", words | {"residual_impact": "5"}).status_code == 400
    assert owner.post(f"{AT}risks/create/", words).status_code == 302
    one = Risk.objects.of(programme).get()
    page = owner.get(f"{AT}risks/").text
    assert "?likelihood=3&amp;impact=4&amp;when=" in page
    found = owner.get(f"{AT}risks/", {"likelihood": "2", "impact": "4", "when": "after"})
    assert found.context["rows"].rows == [one]
    at = f"{AT}risks/{one.pk}/"
    key = str(ticket())
    owner.post(f"{at}link/", {"ticket": key})
    assert key in owner.get(at).text
    assert owner.post(f"{at}link/", {"ticket": "SEC-77"}).status_code == 400
    owner.post(f"{AT}risks/assess/", {"held_on": str(today()), "summary": "All looked at"})
    made = owner.get(f"{AT}risks/").context["assessments"][0]
    bob = Browser().as_person(officer)
    bob.post(f"{AT}risks/assessments/{made.pk}/sign/")
    assert "Signed off" in bob.get(f"{AT}risks/assessments/{made.pk}/").text
    owner.post(f"{at}close/")
    assert owner.post(f"{at}edit/", words).status_code == 409


def test_a_ticket_of_another_programme_belongs_to_no_risk_of_ours(
    risk: Any, platform: Any, dora: Any, alice: Any
) -> None:
    from admincenter.security.services.tickets import create_ticket

    ours = create_ticket(programme=platform, title="x", source="scanner", actor=dora)
    with pytest.raises(Refused):
        link_ticket(risk=risk(), ticket=ours, actor=alice)
