"""The configuration of `alert_rules`; the README beside this file explains every key."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from spansieve.plugin import Config, Duration, Gives

from .compiling import compiled
from .rule import Rule
from .rule_config import BurnRateConfig, RuleConfig


class AlertRulesConfig(Config):
    """Which rules there are, and how often they are evaluated."""

    interval: Duration = Field(default=10.0, gt=0, description="Time between two evaluations.")
    budget_tokens_per_minute: float | None = Field(
        default=None, gt=0, description="Switches `token_budget_exceeded` on: tokens a minute that are too many."
    )
    rules: list[RuleConfig] = Field(default=[], description="Own rules, and changes of built-in ones.")
    burn_rate: BurnRateConfig | None = Field(
        default=None, description="Adds `error_budget_burn`, of operations: how fast an error budget is spent."
    )
    storage: Annotated[str, Gives("storage")] | None = Field(
        default=None, description="Id of a storage extension: states and windows survive a restart."
    )

    @model_validator(mode="after")
    def _makes_rules(self) -> Self:
        self.compiled()
        return self

    def compiled(self) -> tuple[Rule, ...]:
        """The rules that are on. Raises Mistakes."""
        return compiled(self.rules, self.budget_tokens_per_minute, self.burn_rate)
