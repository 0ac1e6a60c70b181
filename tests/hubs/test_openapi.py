"""The description of the API holds every endpoint of hubs, and nothing that leads nowhere."""

import json
import re
from typing import Any

import pytest

from accounts.api.pages import description
from hubs.urls import urlpatterns


@pytest.fixture(scope="module")
def schema() -> Any:
    return description("en")


def test_every_endpoint_is_described(schema: Any) -> None:
    paths = {f"/api/v1/hubs/{pattern.pattern}" for pattern in urlpatterns}
    assert {re.sub(r"<\w+:(\w+)>", r"{\1}", path) for path in paths} <= set(schema["paths"])


def test_every_reference_leads_somewhere(schema: Any) -> None:
    for reference in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(schema)):
        assert reference in schema["components"]["schemas"]
    names = [
        operation["operationId"] for path in schema["paths"].values() for operation in path.values()
    ]
    assert len(names) == len(set(names))
