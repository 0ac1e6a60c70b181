from typing import Any

import pytest

from tests.hubs.conftest import Enrolled
from tests.hubs.hub import Device
from tests.hubs.life.conftest import signed_in


@pytest.fixture
def device(enrolled: Enrolled) -> Device:
    return signed_in(enrolled)


@pytest.fixture
def order(acme: Any, alice: Any, enrolled: Any) -> Any:
    """Alice gives the hub, or some hubs, a task."""
    from hubs.operations.kinds import Kind
    from hubs.operations.orders import order_task

    def give(kind: str = "restart", **fields: Any) -> Any:
        fields = {"hubs": [enrolled.hub], "addressed_to": "S-1", "actor": alice} | fields
        return order_task(organization=acme, kind=Kind(kind), **fields)

    return give
