"""A receiver, and exporters that send to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.exporters.webhook.receiving import Bench, Receiver, StoringHost


@pytest.fixture
def host() -> Iterator[StoringHost]:
    host = StoringHost("webhook")
    yield host
    host.close()


@pytest.fixture
def receiver(host: StoringHost) -> Iterator[Receiver]:
    receiver = Receiver(host.loop)
    yield receiver
    receiver.close()


@pytest.fixture
def bench(host: StoringHost, receiver: Receiver) -> Iterator[Callable[..., Bench]]:
    """Makes exporters that send to the receiver, and closes them."""
    made: list[Bench] = []

    def make(**settings: Any) -> Bench:  # noqa: ANN401
        settings.setdefault("retry_on_failure", {"randomization_factor": 0.0})
        one = Bench(host, **({"url": receiver.url} | settings))
        made.append(one)
        return one

    yield make
    for one in made:
        one.exporter.shutdown()
