"""Releases: what they carry, who opens their gates, and that none is deployed with one shut."""

from typing import Any

import pytest
from django.utils import translation

from admincenter.security.models import Release, ReleaseState
from admincenter.security.selectors.releases import checkpoints_of
from admincenter.security.services.moves import move_ticket
from admincenter.security.services.releases import (
    cancel_release,
    create_release,
    deploy_release,
    sign_off,
)
from admincenter.security.workflow import Move
from mago.core.errors import Conflict, Refused
from tests.conftest import Browser

from .conftest import AT


def sign_all(release: Any, person: Any) -> None:
    for gate in checkpoints_of(release):
        sign_off(checkpoint=gate, actor=person)


def test_no_release_is_deployed_with_an_open_gate(
    fixed: Any, release: Any, alice: Any, officer: Any, events: Any
) -> None:
    first, *others = checkpoints_of(release)
    with pytest.raises(Conflict) as refused:
        deploy_release(release=release, actor=alice)
    assert refused.value.code == "open_gate"
    for gate in others:
        sign_off(checkpoint=gate, actor=officer)
    with pytest.raises(Conflict):
        deploy_release(release=release, actor=alice)
    sign_off(checkpoint=first, actor=officer, note="All tests green")
    with pytest.raises(Conflict) as refused:
        deploy_release(release=release, actor=alice)
    assert refused.value.code == "not_verified"
    move_ticket(ticket=fixed, move=Move.VERIFY, actor=officer)
    assert deploy_release(release=release, actor=alice).state == ReleaseState.DEPLOYED
    assert len(events("security:checkpoint:signed")) == 3


def test_nobody_signs_off_their_own_fix_and_nobody_signs_twice(
    fixed: Any, release: Any, alice: Any, officer: Any
) -> None:
    gate = checkpoints_of(release)[0]
    with pytest.raises(Refused) as refused:
        sign_off(checkpoint=gate, actor=alice)
    assert refused.value.code == "own_fix"
    sign_off(checkpoint=gate, actor=officer)
    with pytest.raises(Conflict):
        sign_off(checkpoint=gate, actor=officer)


def test_what_is_fixed_after_a_signature_withdraws_it(
    fixed: Any, release: Any, alice: Any, officer: Any, events: Any
) -> None:
    sign_all(release, officer)
    again = move_ticket(ticket=fixed, move=Move.REOPEN, reason="Still open", actor=officer)
    move_ticket(ticket=again, move=Move.FIX, evidence="commit 77", actor=alice)
    assert [gate.signed_at for gate in checkpoints_of(release)] == [None] * 3
    assert events("security:checkpoint:withdrawn")[-1].detail["checkpoints"] == 3


def test_a_fix_that_does_not_hold_opens_the_gates_again(
    fixed: Any, release: Any, officer: Any, ticket: Any, events: Any
) -> None:
    alice = fixed.fixed_by
    sign_all(release, officer)
    verified = move_ticket(ticket=fixed, move=Move.VERIFY, actor=officer)
    again = move_ticket(ticket=verified, move=Move.REOPEN, reason="Came back", actor=officer)
    # Whatever becomes of it then, the release is no longer what was signed off.
    later = create_release(programme=release.programme, version="3", actor=alice)
    move_ticket(ticket=again, move=Move.PLAN, release=later, actor=alice)
    with pytest.raises(Conflict) as refused:
        deploy_release(release=release, actor=alice)
    assert refused.value.code == "open_gate"
    assert events("security:checkpoint:withdrawn")[-1].detail["why"] == str(fixed)
    # What was no fix in it opens none.
    sign_all(release, officer)
    rejected = move_ticket(ticket=ticket(), move=Move.REJECT, reason="By design", actor=alice)
    move_ticket(ticket=rejected, move=Move.REOPEN, reason="It is not", actor=alice)
    assert all(gate.signed_at for gate in checkpoints_of(release))


def test_a_deployed_release_takes_nothing_up(
    ticket: Any, programme: Any, release: Any, officer: Any, alice: Any
) -> None:
    sign_all(release, officer)
    deploy_release(release=release, actor=alice)
    one = move_ticket(ticket=ticket(), move=Move.TRIAGE, actor=alice)
    with pytest.raises(Conflict):
        move_ticket(ticket=one, move=Move.PLAN, release=release, actor=alice)
    with pytest.raises(Conflict):
        create_release(programme=programme, version="2.5.0", actor=alice)


def test_a_release_that_carries_a_fix_is_not_cancelled(
    fixed: Any, release: Any, alice: Any, programme: Any
) -> None:
    with pytest.raises(Conflict):
        cancel_release(release=release, actor=alice)
    empty = create_release(programme=programme, version="3", actor=alice)
    assert cancel_release(release=empty, actor=alice).state == ReleaseState.CANCELLED


def test_another_programmes_release_carries_nothing_of_ours(
    ticket: Any, platform: Any, dora: Any, alice: Any
) -> None:
    foreign = create_release(programme=platform, version="9", actor=dora)
    one = move_ticket(ticket=ticket(), move=Move.TRIAGE, actor=alice)
    with pytest.raises(Refused):
        move_ticket(ticket=one, move=Move.PLAN, release=foreign, actor=alice)


def test_the_pages_of_a_release(
    owner: Browser, fixed: Any, release: Any, officer: Any, rita: Any
) -> None:
    at = f"{AT}releases/{release.pk}/"
    page = owner.get(at).text
    assert "SEC-1" in page
    assert "Quality assurance" in page
    owner.post(f"{at}deploy/")
    release.refresh_from_db()
    assert release.state == ReleaseState.PLANNED
    assert "These checkpoints are open" in owner.get(at).text
    assert Browser().as_person(rita).post(f"{at}review/sign/").status_code == 403
    bob = Browser().as_person(officer)
    for kind in ("quality-assurance", "staged-deployment", "review"):
        bob.post(f"{at}{kind}/sign/", {"note": "Looked at"})
    assert bob.post(f"{at}nothing/sign/").status_code == 404
    move_ticket(ticket=fixed, move=Move.VERIFY, actor=officer)
    owner.post(f"{at}deploy/")
    assert Release.objects.of(release.programme).get().state == ReleaseState.DEPLOYED
    assert owner.post(f"{AT}releases/create/", {"version": "2.5.0"}).status_code == 409
    assert "2.5.0" in owner.get(f"{AT}releases/").text


def test_an_italian_release_is_feminine() -> None:
    with translation.override("it"):
        assert [str(state.label) for state in ReleaseState] == [
            "Pianificata",
            "Distribuita",
            "Annullata",
        ]
