"""Authenticator apps: the code of this half minute, or of one beside it, once."""

import time
from typing import Any

import pytest
import time_machine
from django.db import connection

from accounts.mfa import services
from accounts.mfa.flows import Flow, Purpose
from accounts.mfa.models import Kind, TotpDevice
from accounts.sessions.assurance import Proof

from .conftest import SECRET, code_of, signing_in

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]


def verify(device: TotpDevice, code: str, flow: Flow | None = None) -> Proof | None:
    try:
        return services.verify(flow or signing_in(device.user), device, code)
    except services.WrongCode:
        return None


@pytest.mark.parametrize(
    ("steps", "proof"), [(-2, None), (-1, "totp"), (0, "totp"), (1, "totp"), (2, None)]
)
def test_a_step_early_or_late_and_no_more(
    alice: Any, totp_of: Any, steps: int, proof: str | None
) -> None:
    with time_machine.travel(1_800_000_015, tick=False):
        device = totp_of(alice)
        assert verify(device, code_of(device, steps=steps)) == proof


def test_the_codes_are_those_of_rfc_6238(alice: Any) -> None:
    # Appendix B, cut to six digits; the secret there is "12345678901234567890".
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    device = TotpDevice.objects.create(user=alice, name="A", key=secret, confirmed=True)
    for moment, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        with time_machine.travel(moment, tick=False):
            assert verify(device, code) is Proof.TOTP


def test_a_code_opens_once_and_so_does_no_earlier_one(alice: Any, totp_of: Any) -> None:
    with time_machine.travel(1_800_000_015, tick=False):
        device = totp_of(alice)
        assert verify(device, code_of(device, steps=1)) is Proof.TOTP
        assert verify(device, code_of(device, steps=1), signing_in(alice, "two")) is None
        assert verify(device, code_of(device), signing_in(alice, "three")) is None


def test_blanks_as_apps_show_them_do_not_matter(alice: Any, totp_of: Any) -> None:
    device = totp_of(alice)
    code = code_of(device)
    assert verify(device, f" {code[:3]} {code[3:]} ") is Proof.TOTP


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\x00", "-00001", "1e5000"]
)
def test_what_is_no_code_is_wrong_and_breaks_nothing(alice: Any, totp_of: Any, code: str) -> None:
    assert verify(totp_of(alice), code) is None


def test_a_key_has_160_bits_and_is_sealed_where_it_lies(alice: Any) -> None:
    flow = Flow("f", Purpose.ENROL, alice)
    made = services.enrol_factor(user=alice, kind=Kind.TOTP, name="Phone", flow=flow)
    assert len(made.shown["secret"]) == 32
    assert f"secret={made.shown['secret']}" in made.shown["uri"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM mfa_totpdevice")
        (stored,) = cursor.fetchone()
    assert made.shown["secret"] not in stored


def test_it_is_a_factor_only_after_a_working_code(alice: Any) -> None:
    flow = Flow("f", Purpose.ENROL, alice)
    device = services.enrol_factor(user=alice, kind=Kind.TOTP, name="Phone", flow=flow).factor
    assert isinstance(device, TotpDevice)
    with pytest.raises(services.WrongCode):
        services.confirm_factor(user=alice, kind="totp", flow=flow, factor=device, answer="000000")
    assert not TotpDevice.objects.get().confirmed
    code = code_of(device)
    services.confirm_factor(user=alice, kind="totp", flow=flow, factor=device, answer=code)
    assert TotpDevice.objects.get().confirmed
    assert verify(TotpDevice.objects.get(), code) is None


def test_a_key_that_somebody_else_left_lying_there_is_not_confirmed(alice: Any) -> None:
    """Whoever has the password, and begins to set an app up, knows its secret."""
    thief, owner = Flow("thief", Purpose.ENROL, alice), Flow("owner", Purpose.ENROL, alice)
    planted = services.enrol_factor(user=alice, kind="totp", name="", flow=thief).factor
    assert isinstance(planted, TotpDevice)
    with pytest.raises(services.WrongCode):
        services.confirm_factor(
            user=alice, kind="totp", flow=owner, factor=planted, answer=code_of(planted)
        )


def test_the_clock_is_the_servers(alice: Any, totp_of: Any) -> None:
    device = totp_of(alice)
    assert device.key == SECRET
    with time_machine.travel(time.time() + 3600, tick=False):
        assert verify(device, code_of(device, steps=-120)) is None
