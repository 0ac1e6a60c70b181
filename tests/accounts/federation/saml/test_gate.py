"""What the gate believes, and why it does not believe the rest. Pure: no database, no request."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.federation.saml.assertion import Expected
from accounts.federation.saml.protocol import gate

from .conftest import ACS, SP
from .idp import ISSUER, MODES, Idp, key_pair

REQUEST = "id-4711"
ABOUT = {"to": REQUEST, "acs": ACS, "sp": SP}


def expected(**changes: Any) -> Expected:
    known: dict[str, Any] = {
        "entity_id": SP,
        "acs_url": ACS,
        "issuer": ISSUER,
        "certificates": (key_pair()[1],),
        "private_keys": (key_pair("sp")[0],),
        "request_id": REQUEST,
        "now": datetime.now(UTC),
    }
    return Expected(**(known | changes))


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_what_pysaml2_sends_is_believed_in_each_mode(idp: Idp, mode: Any) -> None:
    found = gate.Response(idp.response(mode=mode, **ABOUT)).prove(expected())
    assert found.name_id.value == "bob-1"
    assert found.attributes["mail"] == ("bob@example.com",)
    assert found.session_index
    assert found.encrypted == ("encrypted" in mode)
    assert timedelta(0) < found.expires_at - datetime.now(UTC) < timedelta(minutes=13)
