"""docs/sampling.md says what the code does: every configuration is taken, every policy and metric is there."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from spansieve.config.load import load
from spansieve.processors.tail_sampling import TailSamplingConfig
from spansieve.processors.tail_sampling.decide import Reason
from spansieve.processors.tail_sampling.policies import MAKERS
from spansieve.processors.tail_sampling.recording import Decided
from spansieve.sampling import TraceState

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "sampling.md").read_text()
README = (ROOT / "processors" / "tail_sampling" / "README.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
BASE: dict[str, Any] = {
    "receivers": {"otlp": {"protocols": {"grpc": {}}}},
    "exporters": {"debug": {}},
    "service": {
        "pipelines": {"traces": {"receivers": ["otlp"], "processors": ["tail_sampling"], "exporters": ["debug"]}}
    },
}


def sampling(*sources: str) -> TailSamplingConfig:
    """The configuration of the processor, as the program reads it."""
    config = load([f"yaml:{source}" for source in sources]).processors["tail_sampling"].config
    assert isinstance(config, TailSamplingConfig)
    return config


@pytest.mark.parametrize("block", BLOCKS)
def test_every_configuration_is_taken(block: str) -> None:
    sampling(*([] if block == BLOCKS[0] else [json.dumps(BASE)]), block)


def test_the_first_configuration_runs_without_a_warning() -> None:
    assert len(BLOCKS) > 5
    assert load([f"yaml:{BLOCKS[0]}"]).warnings == []


def test_what_is_said_to_be_as_the_go_collector_keeps_no_errors_by_itself() -> None:
    config = sampling(json.dumps(BASE), BLOCKS[-1])
    assert (config.errors.keep, config.late.reopen_on, config.tracestate, config.record) == (False, [], "off", "none")


def test_every_policy_is_in_the_table() -> None:
    rows = re.findall(r"^\| (`.*?) \|", PAGE.partition("## Policies")[2].partition("## Coming")[0], re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(MAKERS)


def test_every_reason_and_cause_is_there() -> None:
    recorded = PAGE.partition("## True counts")[2].partition("\n## ")[0]
    assert all(f"`{word}`" in recorded for word in (*get_args(Reason), *get_args(Decided)))


def test_the_metrics_exist() -> None:
    code = (ROOT / "processors" / "tail_sampling" / "measures.py").read_text()
    shown = re.findall(r"\b(otelcol_processor|spansieve)_tail_sampling_(\w+?)(?:_total)?[`{]", PAGE)
    assert len(shown) > 6
    for owner, name in shown:
        assert f'{"_GO" if owner == "otelcol_processor" else "_OURS"} + "{name}"' in code, name


@pytest.mark.parametrize(("th", "count"), re.findall(r"^\| `(\w+)` \| .*\| (\d+) \|$", PAGE, re.MULTILINE))
def test_a_span_stands_for_as_many_as_it_says(th: str, count: str) -> None:
    told: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0], told)  # noqa: S102 (it is ours)
    assert told["count"](f"a=b,ot=rv:12345678901234;th:{th}") == pytest.approx(float(count), rel=1e-3)
    assert TraceState.parse(f"ot=th:{th}")[0].threshold is not None


@pytest.mark.parametrize("page", [PAGE, README], ids=["docs/sampling.md", "README.md"])
def test_links_within_the_page_lead_somewhere(page: str) -> None:
    titles = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\((?:\.\./\.\./docs/sampling\.md)?#([^)]+)\)", page)) <= anchors
