"""A hub signs in in two requests; whatever is wrong, it learns nothing but that."""

import pytest

from tests.hubs.conftest import verifier
from tests.hubs.hub import Device, decoded


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_hub_signs_in_and_the_server_proves_itself(enrol, mechanism, events) -> None:
    enrolled = enrol("S-1", "SCRAM-SHA-256", "SCRAM-SHA-512")
    device = Device(enrolled)
    body = device.sign_in(mechanism)
    assert body["status"] == "success"
    assert body["scope"] == "credential diagnostics tasks updates"
    assert device.get("me").json()["hub_id"] == enrolled.name
    [event] = events("hubs:session:opened")
    assert (event.target_id, event.detail["method"]) == (enrolled.name, "scram")
