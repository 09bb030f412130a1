"""Sampling of log records, whose attributes carry what a span's trace state does."""

from collections.abc import Iterable

from spansieve.actions.text import as_text
from spansieve.pdata import LogBatch, LogRecord
from spansieve.sampling import TraceState, parse_rvalue, parse_tvalue, randomness_of

from .config import ProbabilisticSamplerConfig
from .hashing import hashed_randomness, seeded
from .priorities import record_priority
from .samplers import Plan, Sampler, Way, plan_of

THRESHOLD, RANDOMNESS = "sampling.threshold", "sampling.randomness"


def sample_records(
    sampler: Sampler, batch: LogBatch, config: ProbabilisticSamplerConfig
) -> Iterable[tuple[Way, bool, int]]:
    """Drop what `sampler` does not keep, and write into the rest how it was sampled.

    Returns the way of each record, whether it stayed, and 1.
    """
    start = seeded(config.hash_seed)
    outcomes: list[tuple[Way, bool, int]] = []

    def keep(record: LogRecord) -> bool:
        state, whole = _state_of(record)
        policy, content = _source(sampler, record, config)
        asked = record.attributes.get(config.sampling_priority) if config.sampling_priority else None
        forced = record_priority(asked, config.sampling_precision)
        plan = plan_of(sampler, state, whole=whole, source=policy if content else None, forced=forced)
        drawn = plan.randomness
        if drawn is None:
            drawn = hashed_randomness(content, start) if sampler.kind == "hashed" else randomness_of(content)
        way = plan.fits if drawn >= plan.arriving else plan.contradicts
        stays = drawn >= way.threshold
        if stays and way.state is not None:
            _write(record, state, way.state.with_randomness(drawn) if _stamped(plan) else way.state)
        outcomes.append((way, stays, 1))
        return stays

    batch.retain(keep)
    return outcomes


def _stamped(plan: Plan) -> bool:
    """Whether the record gets its randomness; unlike a span, it gets none where it has none."""
    return plan.stamped and plan.randomness is None


def _state_of(record: LogRecord) -> tuple[TraceState, bool]:
    """The sampling that a record's attributes tell of, and whether all of it could be read."""
    texts, whole = {RANDOMNESS: "", THRESHOLD: ""}, True
    for key, parse in ((RANDOMNESS, parse_rvalue), (THRESHOLD, parse_tvalue)):
        text = record.attributes.get(key)
        if isinstance(text, str) and text:
            try:
                parse(text)
                texts[key] = text
            except ValueError:
                whole = False
    return TraceState(texts[RANDOMNESS], texts[THRESHOLD]), whole


def _source(sampler: Sampler, record: LogRecord, config: ProbabilisticSamplerConfig) -> tuple[str, bytes]:
    """Where the record's own randomness comes from: the policy's name, and the bytes; no bytes: from nowhere."""
    trace_id = record.trace_id
    if any(trace_id) and (sampler.kind != "hashed" or config.attribute_source == "traceID"):
        return "trace_id_hash", trace_id
    if sampler.kind != "hashed" or not config.from_attribute:
        return "", b""
    value = record.attributes.get(config.from_attribute)
    return config.from_attribute, value if isinstance(value, bytes) else as_text(value).encode()


def _write(record: LogRecord, before: TraceState, after: TraceState) -> None:
    """Write what sampling changed into the record's attributes."""
    if after.rvalue != before.rvalue:
        record.attributes[RANDOMNESS] = after.rvalue
    if after.tvalue != before.tvalue:
        record.attributes[THRESHOLD] = after.tvalue
