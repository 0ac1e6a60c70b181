"""Risks, releases and penetration tests, many at once."""

from datetime import timedelta
from typing import Any

from admincenter.security.models import (
    EngagementState,
    PenetrationTest,
    Release,
    ReleaseState,
    Risk,
)
from admincenter.security.models.tickets import today
from admincenter.security.services.moves import move_ticket
from admincenter.security.services.penetration_tests import plan_test
from admincenter.security.services.releases import create_release
from admincenter.security.services.risks import register_risk
from admincenter.security.workflow import Move
from mago.jobs.models import Job
from tests.admincenter.bulk.jobs import drafted, run, told
from tests.conftest import Browser

AT = "security/acme/"


def test_risks_are_closed_once(owner: Browser, programme: Any, alice: Any) -> None:
    risks = [
        register_risk(
            programme=programme, actor=alice, asset="Hubs", threat=threat, likelihood=3, impact=3,
            residual_likelihood=1, residual_impact=1, treatment="reduce",
            review_on=today() + timedelta(days=30),
        )
        for threat in ("theft", "fire")
    ]  # fmt: skip
    run(owner, drafted(owner, f"{AT}risks/", "risks.close", risks[0]))
    job = drafted(owner, f"{AT}risks/", "risks.close", *risks)
    assert told(job) == {"Hubs · fire": "", "Hubs · theft": "This risk is closed."}
    run(owner, job)
    assert not Risk.objects.of(programme).filter(closed_at=None).exists()


def test_releases_are_cancelled_but_not_one_that_carries_a_fix(
    owner: Browser, programme: Any, alice: Any, release: Any, ticket: Any
) -> None:
    create_release(programme=programme, version="3.0.0", actor=alice)
    one = move_ticket(ticket=ticket(), move=Move.TRIAGE, actor=alice)
    move_ticket(ticket=one, move=Move.PLAN, release=release, actor=alice)
    said = run(owner, drafted(owner, f"{AT}releases/", "releases.cancel", everything="on"))
    assert said == {"3.0.0": "", "2.5.0": "Plan its tickets for another release first."}
    cancelled = Release.objects.of(programme).filter(state=ReleaseState.CANCELLED)
    assert [one.version for one in cancelled] == ["3.0.0"]


def test_penetration_tests_are_cancelled(
    owner: Browser, rita: Any, programme: Any, alice: Any
) -> None:
    for firm in ("Oak", "Elm"):
        plan_test(
            programme=programme, actor=alice, tester="firm", firm=firm, methodology="OWASP WSTG",
            scope="all", starts_on=today(), ends_on=today() + timedelta(days=3),
        )  # fmt: skip
    at = f"{AT}penetration-tests/"
    sent = {"work": "penetration_tests.cancel", "everything": "on"}
    assert Browser().as_person(rita).post(f"/admincenter/{at}choose/", sent).status_code == 403
    assert not Job.objects.exists()
    run(owner, drafted(owner, at, "penetration_tests.cancel", everything="on"))
    states = PenetrationTest.objects.of(programme).values_list("state", flat=True)
    assert set(states) == {EngagementState.CANCELLED}
