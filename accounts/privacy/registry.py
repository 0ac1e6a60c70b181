"""What all apps together hold of a person, as their modules `personal` say."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps

from mago.core.holdings import Elsewhere, Exempt, Holding


@cache
def holdings() -> tuple[Holding, ...]:
    return tuple(one for module in _modules() for one in module.HOLDINGS)


@cache
def exempt() -> tuple[Exempt, ...]:
    return tuple(one for module in _modules() for one in module.EXEMPT)


@cache
def elsewhere() -> tuple[Elsewhere, ...]:
    return tuple(one for module in _modules() for one in module.ELSEWHERE)


def _modules() -> Iterator[Any]:
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.personal"):
            yield import_module(f"{config.name}.personal")
