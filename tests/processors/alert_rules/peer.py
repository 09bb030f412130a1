"""The same series to our rules and to Prometheus, which is asked by promtool what it would fire."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from spansieve.config.model import seconds
from spansieve.processors.alert_rules import AlertRulesConfig
from spansieve.processors.alert_rules.prometheus_file import rule_file

from .house import OPERATIONS, House

PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="no promtool here: apt-get install prometheus")
INTERVAL = 10

Series = tuple[str, tuple[tuple[str, str], ...]]
"""A metric and its labels."""
_FAILED = re.compile(r"time: (\w+),\n\s+exp: nil\n\s+got: (.*)")
_ALERT = re.compile(r"\{([^}]*)\}")
_LABEL = re.compile(r'(\w+)="([^"]*)"')


def promtool(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """What it said."""
    return subprocess.run([str(PROMTOOL), *arguments], capture_output=True, text=True, check=False, cwd=cwd)  # noqa: S603


class Run:
    """What both see: increases of counters, step by step. A counter is not there before it grows first."""

    def __init__(self, config: Mapping[str, Any], counts: Mapping[Series, Sequence[int]], restart: int = -1) -> None:
        """At the step `restart` all of them begin anew."""
        self._config = dict(config)
        self._restart = restart
        self._values = {series: [*self._totals(added)] for series, added in counts.items()}
        self._steps = max(map(len, counts.values()))

    def _totals(self, added: Sequence[int]) -> Iterator[int | None]:
        total = 0
        for step, count in enumerate(added):
            total = count if step == self._restart else total + count
            yield total or None

    def ours(self) -> list[set[str]]:
        """What fires after each step."""
        house, firing, found = House(**self._config), set[str](), list[set[str]]()
        for step in range(self._steps):
            if step == self._restart:
                house.start_ns = house.host.clock.time_ns()
            shown = {series: values[step] for series, values in self._values.items()}
            house.counters = {series: value for series, value in shown.items() if value is not None}
            for alert in house.step(INTERVAL):
                name = _name(alert.type, {"severity": alert.severity, **alert.labels})
                (firing.add if alert.status == "firing" else firing.discard)(name)
            found.append({*firing})
        return found

    def theirs(self, folder: Path) -> list[set[str]]:
        """Likewise, of a Prometheus that evaluates when ours does."""
        config = AlertRulesConfig.model_validate(self._config)
        (folder / "rules.yaml").write_text(rule_file(config.compiled(), config.interval))
        every = f"{INTERVAL}s"
        asked = [{"expr": 'ALERTS{alertstate="firing"}', "eval_time": f"{at * INTERVAL}s"} for at in self._moments()]
        test = {"interval": every, "input_series": [*self._series()], "promql_expr_test": asked}
        whole = {"rule_files": ["rules.yaml"], "evaluation_interval": every, "tests": [test]}
        (folder / "test.yaml").write_text(yaml.safe_dump(whole))
        done = promtool("test", "rules", "test.yaml", cwd=folder)
        said = done.stdout + done.stderr
        fired = {round(seconds(time)): {*_alerts(got)} for time, got in _FAILED.findall(said)}
        assert len(fired) == said.count("expr:"), said
        return [fired.get(at * INTERVAL, set()) for at in self._moments()]

    def _moments(self) -> range:
        return range(1, self._steps + 1)

    def _series(self) -> Iterator[dict[str, str]]:
        for (metric, labels), values in self._values.items():
            name = f"{metric}_count" if metric == OPERATIONS else metric
            written = ",".join(f'{key}="{text}"' for key, text in labels)
            samples = " ".join("_" if value is None else str(value) for value in values)
            yield {"series": f"{name}{{{written}}}", "values": f"_ {samples}"}


def _alerts(got: str) -> Iterator[str]:
    for alert in _ALERT.findall(got):
        labels = dict(_LABEL.findall(alert))
        yield _name(labels["alertname"], {key: text for key, text in labels.items() if key not in _OWN})


_OWN = {"__name__", "alertname", "alertstate"}


def _name(rule: str, labels: Mapping[str, str]) -> str:
    return " ".join([rule, *(f"{key}={text}" for key, text in sorted(labels.items()))])
