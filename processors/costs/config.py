"""The configuration of `costs`; the README beside this file explains every key."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from spansieve.actions.patterns import checked_pattern
from spansieve.plugin import Config, Duration, Gives
from spansieve.prices import PricesConfig
from spansieve.series import MetricsOut
from spansieve.watching import CountFrom

Scope = Literal["total", "user", "tenant", "model", "operation"]
Pattern = Annotated[str, AfterValidator(checked_pattern)]
Level = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]


class BudgetConfig(Config):
    """What may be spent in a period."""

    name: str = Field(min_length=1, max_length=80, description="What its alerts call it; each budget has its own.")
    scope: Literal["total", "user", "tenant", "model", "operation"] = Field(
        default="total", description="Whose spending it limits: all of it, or that of each user, tenant ... by itself."
    )
    match: Pattern | None = Field(
        default=None, description="RE2 pattern, found anywhere: only the users, tenants ... that it fits."
    )
    usd: float = Field(gt=0, le=1e12, allow_inf_nan=False, description="USD that may be spent in one period.")
    per: Literal["hour", "day", "month"] = Field(description="The period, by the calendar of UTC.")
    warn_at: list[Level] = Field(
        default=[0.5, 0.8, 1.0], min_length=1, max_length=20, description="Shares of `usd` that raise an alert each."
    )

    @model_validator(mode="after")
    def _match_has_something_to_fit(self) -> Self:
        if self.match is not None and self.scope == "total":
            raise ValueError(
                f"budget {self.name}: match is given and scope is total, which is all spending. Set scope to user, "
                "tenant, model or operation, or leave match out"
            )
        return self

    @property
    def levels(self) -> list[float]:
        """`warn_at` in order, each once."""
        return sorted(set(self.warn_at))


class AnomalyConfig(Config):
    """Hours that cost far more than they used to."""

    enabled: bool = Field(default=False, description="Raise `cost_anomaly`.")
    factor: float = Field(
        default=3.0, gt=1, allow_inf_nan=False, description="So many times the median of the same hour of 7 days."
    )
    min_usd: float = Field(
        default=1.0, ge=0, allow_inf_nan=False, description="An hour that cost no more than this is never one."
    )
    min_days: int = Field(
        default=3, ge=1, le=7, description="Days of the last 7 that have to be known before an hour is judged."
    )


class CostsConfig(MetricsOut):
    """What calls cost, and who is told when."""

    prices: PricesConfig = Field(default=PricesConfig(), description="Prices of one's own, before the price table.")
    budgets: list[BudgetConfig] = Field(default=[], max_length=100, description="What may be spent in a period.")
    anomaly: AnomalyConfig = Field(default=AnomalyConfig(), description="Hours that cost far more than they used to.")
    count_from: CountFrom = "spans"
    settle: Duration = Field(
        default=2.0, ge=0, le=600, description="A call waits so long for what belongs to it before it is counted."
    )
    storage: Annotated[str, Gives("storage")] | None = Field(
        default=None, description="Id of a storage extension: what was spent, and what was told, survive a restart."
    )

    @model_validator(mode="after")
    def _budgets_have_names_of_their_own(self) -> Self:
        names = [budget.name for budget in self.budgets]
        twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
        if twice is not None:
            raise ValueError(f"two budgets are called {twice}: give each a name of its own, since alerts tell it")
        return self
