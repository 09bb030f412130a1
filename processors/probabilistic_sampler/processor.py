"""Keep a share of spans and log records by what each says of itself, remembering nothing.

Source: the Go Collector's probabilistic_sampler (contrib, processor/probabilisticsamplerprocessor).
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterable
from functools import cache
from typing import ClassVar, Literal

from spansieve.pdata import LogBatch, TraceBatch
from spansieve.plugin import Counter, Host, Processor
from spansieve.sampling import randomness_of

from .config import ProbabilisticSamplerConfig
from .hashing import hashed_randomness, seeded
from .records import sample_records
from .samplers import Way, sampler_of
from .spans import sample_spans

_COUNT = "otelcol_processor_probabilistic_sampler_count"


class ProbabilisticSampler(Processor[ProbabilisticSamplerConfig]):
    """Drops what its share leaves out, and writes into what stays how it was sampled."""

    config = ProbabilisticSamplerConfig
    sheds: ClassVar[Literal["filtered", "sampled_out"]] = "sampled_out"

    def __init__(self, config: ProbabilisticSamplerConfig, host: Host) -> None:
        """Make the mode's sampler."""
        self._settings = config
        self._sampler = sampler_of(config)
        self._start = seeded(config.hash_seed)
        self._spans = host.counter(f"{_COUNT}_spans_processed", unit="1", description="Spans by policy and outcome.")
        self._traces = host.counter(f"{_COUNT}_traces_sampled", unit="1", description="The same, under its old name.")
        self._logs = host.counter(f"{_COUNT}_logs_sampled", unit="1", description="Records by policy and outcome.")
        self._problems = host.counter("sampling_problems", unit="{item}", description="Items that can't be judged.")

    def traces(self, batch: TraceBatch) -> None:
        """Keep the share of spans."""
        self._count((self._spans, self._traces), sample_spans(self._sampler, batch, self._randomness()))

    def _randomness(self) -> Callable[[bytes], int]:
        """What draws from a trace id; hashing is dear, so once for the spans of a batch that share it."""
        if self._sampler.kind != "hashed":
            return randomness_of
        return cache(lambda trace_id: hashed_randomness(trace_id, self._start))

    def logs(self, batch: LogBatch) -> None:
        """Keep the share of log records."""
        self._count((self._logs,), sample_records(self._sampler, batch, self._settings))

    def _count(self, counters: Iterable[Counter], outcomes: Iterable[tuple[Way, bool, int]]) -> None:
        policies: Tally[tuple[str, bool]] = Tally()
        problems: Tally[str] = Tally()
        for way, kept, items in outcomes:
            policies[way.policy, kept] += items
            problems[way.problem] += items
        for (policy, kept), items in policies.items():
            if items:
                for counter in counters:
                    counter.add(items, policy=policy, sampled="true" if kept else "false")
        for problem, items in problems.items():
            if items and problem:
                self._problems.add(items, problem=problem)
