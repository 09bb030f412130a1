"""The configuration of `debug`; the README beside this file explains every key."""

from typing import Literal, Self

from pydantic import Field, model_validator

from spansieve.plugin import ExporterConfig, Texts


class DebugConfig(ExporterConfig):
    """How much is shown, how often, and where."""

    verbosity: Literal["basic", "normal", "detailed"] = Field(
        default="basic", description="`basic` (a line a request), `normal` (trees) or `detailed` (everything)."
    )
    sampling_initial: int = Field(default=2, ge=0, description="Requests shown of each second, to begin with.")
    sampling_thereafter: int = Field(default=1, ge=0, description="Of the rest, show each n-th; 1 = all, 0 = none.")
    items_per_second: int = Field(
        default=2000, ge=0, description="Items drawn a second; above it a request is one line, as in `basic`. 0 = all."
    )
    use_internal_logger: bool = Field(default=False, description="Write to the program's own log, without colours.")
    output_paths: Texts = Field(
        default=["stdout"], min_length=1, description="Where to write: `stdout`, `stderr` or files, which are added to."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.use_internal_logger and self.output_paths != ["stdout"]:
            raise ValueError("output_paths says where to write only while use_internal_logger is false. Take one out.")
        return self
