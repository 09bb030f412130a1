"""Fixtures of the end-to-end tests."""

from collections.abc import Iterator

import pytest

from .program import Sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    one = Sink()
    yield one
    one.close()
