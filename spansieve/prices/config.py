"""The rules for prices and context windows that users write, for components to embed in their configuration."""

from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, model_validator

from spansieve.actions.patterns import checked_pattern
from spansieve.plugin import Config

MAX_WINDOW = 1_000_000_000
"""Tokens; a larger window is a slip of the pen."""
MAX_SHOWN = 5
"""Mistakes of a file that one error lists."""


def _re2(pattern: str) -> str:
    return checked_pattern(pattern, hint=". Write one such as ^gpt-4o")


Match = Annotated[str, Field(min_length=1), AfterValidator(_re2)]
"""An RE2 pattern for model names."""
_Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class WindowRule(Config):
    """The context window of the models that `match` fits; the first rule that fits counts."""

    match: Match = Field(
        description="RE2 pattern, found anywhere in the model's name: as it was sent, or lower-case without route "
        "(`us.anthropic.`, `azure/`) and tail (`:0`, `@20250514`)."
    )
    window: int = Field(ge=1, le=MAX_WINDOW, description="Tokens of the whole window.")
    input: int | None = Field(default=None, ge=1, description="Tokens of input that it takes, where that is less.")

    @model_validator(mode="after")
    def _input_within_the_window(self) -> Self:
        if self.input is not None and self.input > self.window:
            raise ValueError(
                f"input is {self.input}, more than the window ({self.window}). Leave input out, or set it to "
                f"{self.window} or less."
            )
        return self

    @property
    def limit(self) -> int:
        """Tokens that fit in."""
        return self.input or self.window


class PriceOverride(Config):
    """The price of the models that `match` fits, in USD for a million tokens; the first rule that fits counts."""

    match: Match = Field(
        description="RE2 pattern, found anywhere in the model's name: as it was sent, or lower-case without route "
        "and tail. A fine-tune keeps its `ft:` here, since it costs more than its base."
    )
    provider: str = Field(default="", description="`gen_ai.provider.name`; left out: any provider.")
    input_per_million: _Dollars = Field(description="USD for a million tokens of input.")
    output_per_million: _Dollars = Field(description="USD for a million tokens of output; 0 for embeddings.")
    cache_read_per_million: _Dollars | None = Field(
        default=None, description="USD for a million tokens read from the cache; left out: as input."
    )
    cache_write_per_million: _Dollars | None = Field(
        default=None, description="USD for a million tokens written to the cache; left out: as input."
    )


class PricesConfig(Config):
    """Prices of one's own, before those of the price table."""

    file: str | None = Field(
        default=None, description="A YAML or JSON file with a list of further `overrides`, read at start."
    )
    overrides: list[PriceOverride] = Field(default=[], description="Prices that win over `file` and the price table.")

    def rules(self) -> list[PriceOverride]:
        """`overrides`, then those of `file`. Raises ValueError if the file can't be read or holds anything else."""
        return [*self.overrides, *(_read(Path(self.file)) if self.file else ())]


def _read(file: Path) -> list[PriceOverride]:
    try:
        written = yaml.safe_load(file.read_bytes())
    except OSError as error:
        raise ValueError(f"prices: {file} can't be read: {error.strerror}. Correct `file`, or leave it out.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f"prices: {file} is neither YAML nor JSON: {error}") from None
    try:
        return TypeAdapter(list[PriceOverride]).validate_python(written)
    except ValidationError as error:
        raise ValueError(f"prices: {file} must hold a list of price overrides: {_mistakes(error)}") from None


def _mistakes(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False)
    shown = [f"{'.'.join(map(str, each['loc'])) or 'top'}: {each['msg']}" for each in found[:MAX_SHOWN]]
    return "; ".join(shown) + (f"; and {len(found) - MAX_SHOWN} more" if len(found) > MAX_SHOWN else "")
