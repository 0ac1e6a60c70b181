"""What the gate believes, and why it does not believe the rest. Pure: no database, no request."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.federation.saml.assertion import Expected
from accounts.federation.saml.protocol import gate, own_metadata
from accounts.federation.saml.protocol.messages import Signer
from accounts.federation.saml.reasons import Unproved

from .attacks import FORGED, all_attacks
from .idp import ISSUER, MODES, Idp, key_pair

SP = "http://127.0.0.1:8000/accounts/saml/acme/metadata/"
ACS = "http://127.0.0.1:8000/accounts/saml/acme/acs/"
REQUEST = "id-4711"
ABOUT = {"to": REQUEST, "acs": ACS, "sp": SP}


@pytest.fixture(scope="module")
def idp(tmp_path_factory: pytest.TempPathFactory) -> Idp:
    key, certificate = key_pair("sp")
    metadata = own_metadata.write(
        Signer(SP, key, certificate),
        document_id="id-1",
        now=datetime.now(UTC),
        acs_url=ACS,
        logout_url=ACS.replace("acs", "logout"),
        signing=[certificate],
        encryption=[certificate],
        name="Mago",
    )
    return Idp(metadata.decode(), tmp_path_factory.mktemp("idp"))


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


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_no_attack_is_believed_in_any_mode(idp: Idp, mode: Any) -> None:
    certificate = key_pair("sp")[1]
    believed, unnamed = [], []
    for name, raw in all_attacks(idp, mode, certificate, **ABOUT).items():
        try:
            gate.Response(raw).prove(expected())
        except Unproved as error:
            wanted = FORGED[name][0] if name in FORGED else error.reason
            if error.reason != wanted:
                unnamed.append((name, wanted.value, str(error)))
        else:
            believed.append(name)
    assert not believed
    assert not unnamed
