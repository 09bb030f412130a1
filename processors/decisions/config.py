"""The configuration of `decisions`; the README beside this file explains every key."""

from typing import Annotated

from pydantic import AfterValidator, Field

from spansieve.actions.patterns import checked_pattern
from spansieve.plugin import Duration, Gives
from spansieve.pseudonyms import HashConfig
from spansieve.series import MetricsOut
from spansieve.watching import CountFrom

Pattern = Annotated[str, Field(min_length=1), AfterValidator(checked_pattern)]


class DecisionsConfig(MetricsOut):
    """Which decisions are seen, and what is kept of them."""

    families: list[Pattern] = Field(
        default=[],
        description="RE2 patterns, one a family of models; an answer by another family than was asked is `routing`.",
    )
    missing_as_zero: bool = Field(
        default=False, description="Count a decision without confidence as one of 0 in the mean."
    )
    count_from: CountFrom = "spans"
    settle: Duration = Field(
        default=2.0, ge=0, le=600, description="A span waits so long for what belongs to it before it is looked at."
    )
    idle: Duration = Field(
        default=10.0, ge=0, le=600, description="A trace without a root is looked at after so long without a new span."
    )
    max_spans: int = Field(
        default=20_000,
        ge=1,
        description="AI spans that wait for their root, and as many that are remembered for what may follow; above, "
        "the most silent trace goes first.",
    )
    hash: HashConfig = Field(default=HashConfig(), description="The key that reasoning is hashed with.")
    storage: Annotated[str, Gives("storage")] | None = Field(
        default=None, description="Id of a storage extension: the table of patterns survives a restart."
    )
