"""The configuration of `tail_sampling`; the README beside this file explains every key."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.config.problems import listed, suggestion
from spansieve.failures import SOURCES, Rules, Source
from spansieve.plugin import Config, Duration, Gives, Size

from .policies.config import PolicyConfig, repeated

ERRORS, SESSION, LATE = "errors", "session", "late"
RESERVED = (ERRORS, SESSION, LATE)
"""Names that decisions have by themselves."""


class DecisionCacheConfig(Config):
    """How many decisions are remembered beyond those of the last `num_traces`."""

    sampled_cache_size: int = Field(default=0, ge=0, description="Decisions to keep, the longest unused forgotten.")
    non_sampled_cache_size: int = Field(default=0, ge=0, description="Decisions to drop, likewise.")


class ErrorsConfig(Config):
    """What an error is, and what it does."""

    keep: bool = Field(default=True, description="Keep each trace that has an error.")
    early: bool = Field(default=True, description="Keep it at once when the error is seen.")
    over_drop: bool = Field(default=False, description="Also where a policy of type `drop` says no.")
    soft: bool = Field(default=False, description="Normal outcomes count too, such as a search that finds nothing.")
    ignore_classes: list[str] = Field(default=["cancelled"], description="Classes of errors that are none.")
    sources: list[Source] = Field(default=[*SOURCES], description="Where errors are seen.")

    def rules(self, sources: Sequence[Source] | None = None) -> Rules:
        """What counts as an error; `sources`: of these instead."""
        return Rules(tuple(self.sources if sources is None else sources), self.soft, tuple(self.ignore_classes))


class LateConfig(Config):
    """What late spans can change."""

    reopen_on: list[Literal["error", "root"]] = Field(
        default=["error", "root"], description="Late spans that make a dropped trace be looked at again."
    )
    window: Duration = Field(default=600.0, ge=0, description="How long dropped traces are kept aside.")
    max_bytes: Size = Field(default=64 * 1024**2, description="Room for dropped traces; 0: none is kept aside.")
    spill: Literal["memory", "storage"] = Field(default="memory", description="Where they are kept.")


class BudgetConfig(Config):
    """What may leave; how much is kept follows."""

    spans_per_second: float | None = Field(
        default=None, gt=0, allow_inf_nan=False, description="Spans that may leave a second."
    )
    bytes_per_day: Annotated[Size, Field(gt=0)] | None = Field(
        default=None, description="Bytes that may leave in a day of UTC, as OTLP."
    )
    exempt: list[str] = Field(default=[ERRORS], description="Policies whose traces always pass.")
    interval: Duration = Field(default=10.0, gt=0, description="How often the probability is set.")
    min_probability: float = Field(default=0.001, gt=0, le=1, description="The probability is never less.")

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if self.spans_per_second is None and self.bytes_per_day is None:
            raise ValueError("a limit is missing. Set spans_per_second, bytes_per_day, or both")
        return self


def _whole_traces(value: object) -> object:
    if value == "span-ingest":
        raise ValueError("span-ingest is not there. errors.early keeps a trace at once when an error is seen")
    return value


def _no_tail_storage(_: object) -> None:
    raise ValueError("it is not there. Name a storage extension under storage, and the buffer survives a restart")


class TailSamplingConfig(Config):
    """Keys as the Go Collector's tail_sampling, and more: `storage` and what follows it."""

    tunes_go: ClassVar[dict[str, str]] = {"num_shards": "one thread decides all traces"}

    decision_wait: Duration = Field(default=30.0, description="From the first span of a trace to its decision.")
    decision_wait_after_root_received: Duration = Field(
        default=0.0, description="Decide so long after the root span has arrived, if that is sooner; 0s: off."
    )
    num_traces: int = Field(default=50_000, ge=1, description="Undecided traces held; above, the oldest is decided.")
    expected_new_traces_per_sec: int = Field(default=0, ge=0, description="A hint, which nothing depends on.")
    decision_cache: DecisionCacheConfig = Field(
        default=DecisionCacheConfig(), description="Decisions that are remembered longer."
    )
    sample_on_first_match: bool = Field(default=False, description="Ask no policy behind the first that samples.")
    drop_pending_traces_on_shutdown: bool = Field(
        default=False, description="Drop what is undecided at shutdown instead of deciding or storing it."
    )
    maximum_trace_size_bytes: Size = Field(
        default=0, description="A larger trace is decided at once, on what is there; 0: no limit."
    )
    block_on_overflow: bool = Field(
        default=False, description="At a limit let senders wait, and refuse them after 5 s, instead of deciding early."
    )
    policies: list[PolicyConfig] = Field(default=[], description="What is kept, and what is dropped.")
    sampling_strategy: Annotated[Literal["trace-complete"], BeforeValidator(_whole_traces)] = Field(
        default="trace-complete", description="Whole traces are decided on."
    )
    tail_storage: Annotated[None, BeforeValidator(_no_tail_storage)] = Field(
        default=None, description="Not there; see `storage`."
    )
    storage: Annotated[str, Gives("storage")] | None = Field(
        default=None, description="Id of a storage extension: what is undecided survives a restart."
    )
    max_buffer_bytes: Annotated[Size, Field(gt=0)] = Field(
        default=256 * 1024**2, description="Undecided spans held, in bytes; above, the oldest trace is decided."
    )
    errors: ErrorsConfig = Field(default=ErrorsConfig(), description="Errors are kept.")
    late: LateConfig = Field(default=LateConfig(), description="Spans that come after the decision.")
    budget: BudgetConfig | None = Field(default=None, description="How much may leave.")
    tracestate: Literal["write", "off"] = Field(
        default="write", description="Write into `ot` of the trace state how likely it was that the trace was kept."
    )
    record: Literal["root", "all", "none"] = Field(
        default="root", description="Spans that tell what decided: the root, all, or none."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found = [*_names(self.policies), *_exempt(self)]
        if not self.policies and not self.errors.keep:
            text = "a policy is missing, since errors.keep is false: nothing would be kept"
            found.append(Mistake(text, "Write a policy, or let errors be kept.", path=("policies",)))
        if self.late.spill == "storage" and self.storage is None:
            text = "there is no storage to keep dropped traces in"
            found.append(Mistake(text, "Name a storage extension under storage.", path=("late", "spill")))
        if found:
            raise Mistakes(found)
        return self


def _names(policies: list[PolicyConfig]) -> list[Mistake]:
    names = [policy.name for policy in policies]
    found = repeated(names, ("policies",))
    for at, name in enumerate(names):
        if name in RESERVED or "/" in name:
            text = f"the name {name!r} is not free: {listed(RESERVED)} and names with a / are reserved"
            found.append(Mistake(text, "Choose another.", path=("policies", at, "name")))
    return found


def _exempt(config: TailSamplingConfig) -> list[Mistake]:
    known = [ERRORS, *(policy.name for policy in config.policies)]
    exempt = config.budget.exempt if config.budget else []
    return [
        Mistake(
            f"there is no policy {name}",
            suggestion(name, known) or f"There are {listed(known)}.",
            path=("budget", "exempt", at),
        )
        for at, name in enumerate(exempt)
        if name not in known
    ]
