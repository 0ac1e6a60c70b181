"""Nobody judges their own work, be it by a program's hand or somebody else's."""

from typing import Any

import pytest

from accounts.access.roles import RoleName
from accounts.access.services import grant_role
from accounts.provider.services import create_api_token
from admincenter.security.models.tickets import today
from admincenter.security.selectors.releases import checkpoints_of
from admincenter.security.services.moves import move_ticket
from admincenter.security.services.releases import sign_off
from admincenter.security.services.risks import hold_assessment, sign_assessment
from admincenter.security.services.tickets import assign_ticket
from admincenter.security.workflow import Move
from mago.core.errors import Refused

from .conftest import AT, Crew


def test_whoever_stands_behind_a_program_neither_verifies_its_fix_nor_signs_its_release_off(
    acme: Any, robot: Any, crew: Crew, fixed: Any, release: Any
) -> None:
    alice, officer, carol = crew
    grant_role(user=carol, role=RoleName.SECURITY_OFFICER, actor=None, scope=acme.access_scope)
    grant_role(user=officer, role=RoleName.ORGANIZATION_OWNER, actor=None, scope=acme.access_scope)
    # alice made the account, and the officer a token of it: each can act as the program.
    create_api_token(account=robot, name="CI", actor=officer, read_only=False)
    again = move_ticket(ticket=fixed, move=Move.REOPEN, reason="Still open", actor=carol)
    again = move_ticket(ticket=again, move=Move.FIX, evidence="commit 77", actor=robot)
    assert again.fixed_by is None
    for one in (alice, officer):
        with pytest.raises(Refused) as refused:
            move_ticket(ticket=again, move=Move.VERIFY, actor=one)
        assert refused.value.code == "own_fix"
        with pytest.raises(Refused):
            sign_off(checkpoint=checkpoints_of(release)[0], actor=one)
    # Nor does it help to withdraw the token, or to delete the account, afterwards.
    robot.delete()
    with pytest.raises(Refused):
        move_ticket(ticket=again, move=Move.VERIFY, actor=officer)
    assert move_ticket(ticket=again, move=Move.VERIFY, actor=carol).verified_by == carol


def test_who_worked_on_a_fix_is_told_also_once_it_was_reopened(
    fixed: Any, crew: Crew, events: Any, owner: Any
) -> None:
    alice, officer, carol = crew

    def newest() -> dict[str, tuple[str, str]]:
        entry = fixed.entries.order_by("-created_at", "-id")[0]
        return {one["name"]: (one["before"], one["after"]) for one in entry.changes}

    move_ticket(ticket=fixed, move=Move.REOPEN, reason="Still open", actor=alice)
    assert newest()["fixed_by"] == (str(alice), "")
    for one in (officer, alice):
        assign_ticket(ticket=fixed, assignee=one, actor=alice)
    both = ", ".join(sorted((str(alice), str(officer))))
    assert newest()["fixed_with"] == (str(officer), both)
    move_ticket(ticket=fixed, move=Move.FIX, evidence="commit 77", actor=alice)
    page = owner.get(f"{AT}tickets/{fixed.number}/").text
    assert f"<dt>Worked on the fix</dt><dd><bdi>{both}</bdi>" in page
    grant = {
        "role": RoleName.SECURITY_OFFICER,
        "actor": None,
        "scope": fixed.programme.access_scope,
    }
    grant_role(user=carol, **grant)
    move_ticket(ticket=fixed, move=Move.VERIFY, actor=carol)
    move_ticket(ticket=fixed, move=Move.REOPEN, reason="Came back", actor=alice)
    told = newest()
    assert (told["fixed_with"], told["verified_by"]) == ((both, ""), (str(carol), ""))
    assert events("security:ticket:moved")[-1].detail["before"]["fixed_with"] == both
    page = " ".join(owner.get(f"{AT}tickets/{fixed.number}/").text.split())
    assert f"Worked on the fix: <del><bdi>{both}</bdi></del>" in page


def test_who_was_to_fix_it_does_not_verify_it_by_handing_it_on(
    fixed: Any, alice: Any, officer: Any
) -> None:
    again = move_ticket(ticket=fixed, move=Move.REOPEN, reason="Still open", actor=alice)
    again = assign_ticket(ticket=again, assignee=officer, actor=alice)
    again = move_ticket(ticket=again, move=Move.FIX, evidence="commit 77", actor=alice)
    again = assign_ticket(ticket=again, assignee=None, actor=officer)
    with pytest.raises(Refused) as refused:
        move_ticket(ticket=again, move=Move.VERIFY, actor=officer)
    assert refused.value.code == "own_fix"


def test_whoever_worked_on_it_before_the_fix_was_recorded_does_not_verify_it(
    acme: Any, crew: Crew, fixed: Any
) -> None:
    alice, officer, carol = crew
    for one, role in ((officer, RoleName.ORGANIZATION_OWNER), (carol, RoleName.SECURITY_OFFICER)):
        grant_role(user=one, role=role, actor=None, scope=acme.access_scope)
    # It is the officer's as the work begins, then carol's, then nobody's; alice records the fix.
    assign_ticket(ticket=fixed, assignee=officer, actor=alice)
    again = move_ticket(ticket=fixed, move=Move.REOPEN, reason="Still open", actor=alice)
    again = assign_ticket(ticket=again, assignee=carol, actor=officer)
    again = assign_ticket(ticket=again, assignee=None, actor=carol)
    again = move_ticket(ticket=again, move=Move.FIX, evidence="commit 77", actor=alice)
    for one in (officer, carol):
        with pytest.raises(Refused) as refused:
            move_ticket(ticket=again, move=Move.VERIFY, actor=one)
        assert refused.value.code == "own_fix"
    # Of a fix that began anew, they are others.
    again = move_ticket(ticket=again, move=Move.REOPEN, reason="Still open", actor=alice)
    again = move_ticket(ticket=again, move=Move.FIX, evidence="commit 78", actor=alice)
    assert move_ticket(ticket=again, move=Move.VERIFY, actor=officer).verified_by == officer


def test_whoever_stands_behind_a_program_does_not_sign_its_assessment_off(
    programme: Any, robot: Any, alice: Any, officer: Any
) -> None:
    held = hold_assessment(programme=programme, held_on=today(), summary="Fine", actor=robot)
    with pytest.raises(Refused) as refused:
        sign_assessment(assessment=held, actor=alice)
    assert refused.value.code == "own_work"
    assert sign_assessment(assessment=held, actor=officer).signed_by == officer
