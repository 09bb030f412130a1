"""What may be configured."""

import pytest
from pydantic import ValidationError

from spansieve.processors.error_aggregation import ErrorAggregationConfig


def test_the_seed_s_examples_can_be_had() -> None:
    config = ErrorAggregationConfig.model_validate({"examples": {"first": 10, "recent": 0, "diverse": 0}})
    assert config.examples.first == 10


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"ignore": [{}]}, "Give it type, tool or message"),
        ({"ignore": [{"type": "("}]}, "no RE2 regular expression"),
        ({"soft": "maybe"}, "'count', 'alert' or 'ignore'"),
        ({"spike": {"scope": "service"}}, "'total' or 'pattern'"),
        ({"max_patterns": 0}, "greater than or equal to 1"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        ErrorAggregationConfig.model_validate(given)
