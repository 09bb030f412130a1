"""The configuration of `ai_semantics`; the README beside this file explains every key."""

from typing import Literal, Self

from pydantic import Field, model_validator

from spansieve.config.mistakes import Mistakes
from spansieve.plugin import Config
from spansieve.prices import PricesConfig, WindowRule

from .merge import Origin
from .rules_config import Rules
from .rules_files import Read


class FromFinish(Config):
    """Which finish reasons count as errors."""

    length: bool = Field(default=False, description="Whether an answer cut off by the token limit is a soft error.")
    content_filter: bool = Field(default=True, description="Whether a refusal or a filtered answer is a soft error.")


class Errors(Config):
    """How errors are told."""

    set_status: bool = Field(
        default=False, description="Set the status of spans with a hard error from UNSET to ERROR, without a message."
    )
    from_finish: FromFinish = Field(default=FromFinish(), description="Which finish reasons count as errors.")


class Cost(PricesConfig):
    """What calls cost."""

    enabled: bool = Field(
        default=False, description="Write `spansieve.cost.usd` on each call whose model has a known price."
    )


class AiSemanticsConfig(Config):
    """Names are OpenTelemetry's GenAI conventions."""

    semconv: Literal["1.41.1", "dev"] = Field(
        default="1.41.1", description="Version of the conventions whose names are written; both are always read."
    )
    content: bool = Field(default=False, description="Bring prompts, answers and tool results into standard form too.")
    drop_originals: bool = Field(
        default=False, description="Remove attributes whose value was written under its standard name."
    )
    rename_spans: bool = Field(default=False, description="Give spans their standard name, such as `chat gpt-4o`.")
    mark_scope: bool = Field(default=False, description="Write `spansieve.semconv` on the scopes of tagged spans.")
    errors: Errors = Field(default=Errors(), description="How errors are told.")
    context_windows: list[WindowRule] = Field(
        default=[], description="Context windows that win over the shipped table; the first that fits counts."
    )
    cost: Cost = Field(default=Cost(), description="What calls cost.")
    rules: Rules = Field(default=Rules(), description="Own dialects and mappings, before the shipped ones.")
    rules_files: list[Read] = Field(
        default=[], description="Paths of YAML files with further `rules`, read with the configuration."
    )

    def origins(self) -> list[Origin]:
        """All rules, those that count first in front."""
        own = [Origin("rules.", self.rules)] if self.rules.model_fields_set else []
        return [*own, *(Origin(f"{file.path}: ", file.rules) for file in self.rules_files)]

    @model_validator(mode="after")
    def _rules_hold(self) -> Self:
        if self.origins():
            from .rules_verify import mistakes_in  # noqa: PLC0415 (examples run the processor, which needs this)

            found = mistakes_in(self)
            if found:
                raise Mistakes(found)
        return self
