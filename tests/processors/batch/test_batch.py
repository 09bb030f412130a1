"""batch: a wish for the exporters' queues, and the Collector's rules for its keys."""

import pytest
from pydantic import ValidationError

from spansieve.pdata import TraceBatch
from spansieve.plugin import Batching, signals_of
from spansieve.processors.batch import Batch, BatchConfig
from spansieve.testing import OK, FakeHost, otlp_request


def test_defaults_are_the_collector_s() -> None:
    assert Batch.batching(BatchConfig()) == Batching(min_size=8192, max_size=0, timeout=0.2, sizer="items")


def test_keys_become_the_queues_batching() -> None:
    config = BatchConfig.model_validate({"send_batch_size": 10, "send_batch_max_size": 20, "timeout": "1m30s"})
    assert Batch.batching(config) == Batching(min_size=10, max_size=20, timeout=90.0)
    assert Batch.batching(BatchConfig.model_validate({"send_batch_size": 0, "timeout": 0})).timeout == 0


def test_it_takes_every_signal_and_changes_nothing() -> None:
    body = otlp_request("agent", OK)
    batch = TraceBatch.parse(body)
    Batch(BatchConfig(), FakeHost()).traces(batch)
    assert batch.encode() is body
    assert signals_of(Batch) == {"traces", "logs", "metrics", "alerts"}


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"send_batch_size": 10, "send_batch_max_size": 9}, "set it to 10 or more, or to 0"),
        ({"send_batch_max_size": 100}, r"less than send_batch_size \(8192\)"),
        ({"metadata_keys": ["tenant"]}, "metadata_keys is not available yet"),
        ({"send_batch_size": -1}, "greater than or equal to 0"),
        ({"timeout": 200}, "needs a unit"),
    ],
)
def test_a_mistake_is_explained(config: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        BatchConfig.model_validate(config)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ValidationError, match=r"(?s)send_batch_max_size is 1,.*metadata_keys"):
        BatchConfig.model_validate({"send_batch_max_size": 1, "metadata_keys": "a,b"})
