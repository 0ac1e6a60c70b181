"""The examples in docstrings are true."""

import doctest

from mago.messaging import render


def test_examples() -> None:
    assert doctest.testmod(render).failed == 0
