"""Fixtures of the pipeline's tests."""

from collections.abc import Iterator

import pytest

from .house import House


@pytest.fixture
def house() -> Iterator[House]:
    one = House()
    yield one
    one.close()
