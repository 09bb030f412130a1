"""One rule as a configuration writes it."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from spansieve.alerts import Severity
from spansieve.plugin import Config, Duration

from .selector import as_text

Metric = Annotated[str, BeforeValidator(as_text)]
"""`name{label="value"}`, or a section with `metric` and `matchers`."""
Label = Annotated[str, Field(pattern="^[a-zA-Z_][a-zA-Z0-9_]*$")]
MAX_BY = 2


class BurnWindowConfig(Config):
    """Two windows that have to burn alike, so that an alert comes soon and ends soon."""

    long: Duration = Field(gt=0, description="The window that says that it matters.")
    short: Duration = Field(gt=0, description="The window that says that it still goes on.")
    factor: float = Field(gt=0, description="So many times faster than the objective allows.")
    severity: Severity = Field(default="warning", description="`critical`, `error`, `warning` or `info`.")


class BurnRateConfig(Config):
    """How fast an error budget is spent. Source: Google, The Site Reliability Workbook, chapter 5."""

    objective: float = Field(default=0.99, gt=0, lt=1, description="Share that has to go well.")
    windows: list[BurnWindowConfig] = Field(
        default=[
            BurnWindowConfig.model_validate({"long": "1h", "short": "5m", "factor": 14.4, "severity": "critical"}),
            BurnWindowConfig.model_validate({"long": "6h", "short": "30m", "factor": 6.0, "severity": "warning"}),
        ],
        min_length=1,
        description="Each is a condition: over both, the share that fails is above factor * (1 - objective).",
    )


class RuleConfig(Config):
    """A rule. One with the name of a built-in one changes the keys that it gives, and no others."""

    name: str = Field(pattern="^[a-zA-Z_][a-zA-Z0-9_]*$", description="What it is called; the alert's `type`.")
    enabled: bool = Field(default=True, description="false: it is left out.")
    numerator: Metric | None = Field(default=None, description="What is counted of `denominator`.")
    denominator: Metric | None = Field(default=None, description="What `numerator` is a share of.")
    rate: Metric | None = Field(default=None, description="What is counted **a minute**.")
    increase: Metric | None = Field(default=None, description="What is counted within the window.")
    window: Duration = Field(default=300.0, gt=0, le=7 * 86_400, description="Time that is looked back.")
    op: Literal[">", ">=", "<", "<="] = Field(default=">", description="How the value is compared.")
    threshold: float | None = Field(default=None, allow_inf_nan=False, description="What the value is compared with.")
    clear: float | None = Field(default=None, allow_inf_nan=False, description="Where it is over, once it fires.")
    for_: Duration = Field(default=0.0, ge=0, alias="for", description="How long it has to hold before it fires.")
    keep_firing_for: Duration = Field(
        default=60.0, ge=0, description="It is over when there were too few samples for so long."
    )
    min_samples: float = Field(default=1, gt=0, description="With fewer within the window it is not evaluated.")
    by: list[Label] = Field(default=[], max_length=MAX_BY, description="Labels that it is evaluated by, two at most.")
    severity: Severity = Field(default="warning", description="`critical`, `error`, `warning` or `info`.")
    message: str = Field(default="", description="What people read.")
    labels: dict[str, str] = Field(default={}, description="Labels that the alert gets.")
    burn_rate: BurnRateConfig | None = Field(
        default=None, description="In place of `window`, `threshold`, `clear`: how fast an error budget is spent."
    )
