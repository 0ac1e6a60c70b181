"""Where an organization demands certain makes of authenticator, a make is proved or refused."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.mfa import services
from accounts.mfa.flows import Flow, Purpose
from accounts.mfa.methods.base import CannotEnrol
from accounts.mfa.models import Challenge, Passkey
from mago.core.errors import Refused

from .authenticator import AAGUID, Authenticator, Maker

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]


@pytest.fixture
def maker(settings: LazySettings, tmp_path: Path) -> Maker:
    """Whose root certificate the operator has installed."""
    maker = Maker()
    (tmp_path / "root.pem").write_bytes(maker.root)
    settings.PASSKEY_ROOTS = str(tmp_path)
    return maker


def register(user: Any, fmt: str, maker: Maker | None = None) -> str:
    flow = Flow("enrol", Purpose.ENROL, user)
    options = services.enrol_factor(user=user, kind="passkey", name="", flow=flow).shown["options"]
    assert options["attestation"] == "direct"
    answer = Authenticator().create(options, fmt=fmt, maker=maker)
    try:
        services.confirm_factor(user=user, kind="passkey", flow=flow, factor=None, answer=answer)
    except (CannotEnrol, services.WrongCode) as refused:
        assert not Challenge.objects.filter(used_at=None).exists()
        return refused.code
    return "accepted"


def test_a_make_that_is_allowed_and_proved_is_accepted(
    alice: Any, demand: Any, maker: Maker
) -> None:
    demand(authenticators=[AAGUID])
    assert register(alice, "packed", maker) == "accepted"
    assert Passkey.objects.get().aaguid == AAGUID


def test_one_that_proves_nothing_is_refused(alice: Any, demand: Any, maker: Maker) -> None:
    demand(authenticators=[AAGUID])
    assert register(alice, "none") == "authenticator_not_allowed"
    assert not Passkey.objects.exists()


def test_one_that_vouches_for_itself_is_refused(alice: Any, demand: Any, maker: Maker) -> None:
    demand(authenticators=[AAGUID])
    assert register(alice, "packed") == "authenticator_not_allowed"


def test_one_of_another_maker_is_refused(alice: Any, demand: Any, maker: Maker) -> None:
    demand(authenticators=[AAGUID])
    assert register(alice, "packed", Maker()) == "invalid_code"


def test_a_make_that_is_not_allowed_is_refused(alice: Any, demand: Any, maker: Maker) -> None:
    demand(authenticators=["ee882879-721c-4913-9775-3dfcce97072a"])
    assert register(alice, "packed", maker) == "authenticator_not_allowed"


@pytest.mark.parametrize("folder", ["", "empty"])
def test_without_roots_no_make_is_proved(
    alice: Any, demand: Any, settings: LazySettings, tmp_path: Path, folder: str
) -> None:
    demand(authenticators=[AAGUID])
    settings.PASSKEY_ROOTS = folder and str(tmp_path)
    assert register(alice, "packed", Maker()) == "authenticator_not_allowed"


@pytest.mark.parametrize("makes", [[], ["YubiKey"], [AAGUID.upper()]])
def test_what_is_no_make_is_refused_beside_its_field(demand: Any, makes: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        demand(authenticators=makes)
    assert refused.value.fields.keys() == {"authenticators"}
