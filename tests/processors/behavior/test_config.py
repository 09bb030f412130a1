"""What a configuration may say, and what is said of one that is wrong."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from spansieve.processors.behavior import BehaviorConfig


def read(**given: Any) -> BehaviorConfig:  # noqa: ANN401
    return BehaviorConfig.model_validate(given)


def test_the_defaults_are_those_of_the_rules() -> None:
    config = read()
    assert (config.retry.within, config.retry.similarity, config.retry.simhash_similarity) == (300, 0.75, 0.88)
    assert (config.frustration.retries, config.frustration.within, config.frustration.again) == (3, 300, 1800)
    assert (config.workflows.support, config.max_users) == (10, 20_000)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"features": [{"name": "mcp", "key": "a"}]}, "two features are called mcp: give your own another name"),
        ({"features": [{"name": "x", "key": "a"}, {"name": "x", "key": "b"}]}, "two features are called x"),
        ({"features": [{"name": "Not a label", "key": "a"}]}, "should match pattern"),
        ({"events": ["tool_use"]}, "Input should be 'tool_used'"),
        ({"retry": {"similarity": 2}}, "less than or equal to 1"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        read(**given)
