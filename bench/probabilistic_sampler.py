"""CPU a span of `probabilistic_sampler`. Run: python -m bench.probabilistic_sampler. Compare the ratios to `retain`.

Spans of ten attributes, 512 a request, each of a trace of its own, which is the dearest case.
"""

from bench.bodies import ten_attributes
from bench.cpu import compare
from spansieve.pdata import TraceBatch
from spansieve.processors.probabilistic_sampler import ProbabilisticSampler, ProbabilisticSamplerConfig
from spansieve.testing import FakeHost


def _sampler(mode: str) -> ProbabilisticSampler:
    config = ProbabilisticSamplerConfig.model_validate({"mode": mode, "sampling_percentage": 50})
    return ProbabilisticSampler(config, FakeHost())


def _half(batch: TraceBatch) -> int:
    return batch.retain(lambda span: span.trace_id[15] < 128)


if __name__ == "__main__":
    modes = ("hash_seed", "proportional", "equalizing")
    compare({"retain": _half} | {mode: _sampler(mode).traces for mode in modes}, ten_attributes(512))
