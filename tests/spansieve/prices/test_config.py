"""Rules of the user's own: what is taken, and what is refused with the mend."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spansieve.prices import PriceOverride, PricesConfig, WindowRule


def test_an_input_above_the_window_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"input is 500, more than the window \(400\).*set it to 400 or less"):
        WindowRule(match="x", window=400, input=500)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"match": "(a"}, r"no RE2 regular expression: missing \): \(a. Write one such as"),
        ({"match": ""}, "at least 1 character"),
        ({"input_per_million": -1}, "greater than or equal to 0"),
        ({"input_per_million": float("nan")}, "finite"),
        ({"output_per_million": float("inf")}, "finite"),
        ({"output_per_million": None}, "Field required"),
        ({"price": 3}, "Extra inputs"),
    ],
)
def test_a_broken_override_is_refused(written: dict[str, Any], said: str) -> None:
    whole = {"match": "^a", "input_per_million": 1, "output_per_million": 2.5}
    assert PriceOverride.model_validate(whole).cache_read_per_million is None
    with pytest.raises(ValidationError, match=said):
        PriceOverride.model_validate(whole | written)


def test_a_file_follows_the_overrides_as_yaml_or_json(tmp_path: Path) -> None:
    file = tmp_path / "prices"
    rule = {"match": "^b", "provider": "openai", "input_per_million": 1, "output_per_million": 2}
    first = PriceOverride(match="^a", input_per_million=0, output_per_million=0)
    config = PricesConfig(file=str(file), overrides=[first])
    for text in (json.dumps([rule]), "- {match: ^b, provider: openai, input_per_million: 1, output_per_million: 2.0}"):
        file.write_text(text)
        assert config.rules() == [first, PriceOverride.model_validate(rule)]
    assert PricesConfig().rules() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{a: [", "neither YAML nor JSON"),
        (b"\xff\xfe\x00", "neither YAML nor JSON"),
        (b"", "must hold a list of price overrides: top"),
        (b"match: ^a", "must hold a list of price overrides: top"),
        (b"[{match: ^a, input_per_million: 1}]", r"0\.output_per_million: Field required"),
        (b"[" + b"{}," * 9 + b"]", "and 22 more"),
    ],
)
def test_a_file_that_is_something_else_is_named_with_its_mistakes(tmp_path: Path, text: bytes, said: str) -> None:
    file = tmp_path / "prices.yaml"
    file.write_bytes(text)
    with pytest.raises(ValueError, match=rf"prices\.yaml .*{said}"):
        PricesConfig(file=str(file)).rules()


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ValueError, match=r"no/such can't be read: No such file.*Correct `file`"):
        PricesConfig(file="no/such").rules()
