"""`spansieve rules prometheus`: a file that Prometheus loads, and that means the same as the rules do."""

from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner

from spansieve.cli import main

from .peer import needs_promtool, promtool

OWN = """
receivers: {otlp: {protocols: {grpc: {}}}}
processors:
  alert_rules:
    budget_tokens_per_minute: 1000
    burn_rate: {}
    rules:
      - {name: tool_degradation, by: [tool], labels: {team: "{{ops}}"}}
      - {name: slow, numerator: 'x_bucket{le="0.5"}', denominator: x_count, op: "<=", threshold: 0.5, for: 90s,
         message: "{{ $value }} is {value}, {window} of {job}", by: [job]}
      - {name: context_overflow, enabled: false}
exporters: {debug: {}}
service:
  pipelines:
    metrics: {receivers: [otlp], processors: [alert_rules], exporters: [debug]}
"""


def written(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["rules", "prometheus", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def rules_of(text: str) -> list[dict[str, Any]]:
    [group] = yaml.safe_load(text)["groups"]
    assert (group["name"], group["interval"]) == ("spansieve_alert_rules", "10s")
    return list(group["rules"])


def alerts_of(text: str) -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in rules_of(text) if "alert" in rule}


def test_the_built_in_rules_are_written_with_their_values() -> None:
    found = alerts_of(written())
    assert {name: (one["for"], one["keep_firing_for"], one["labels"]) for name, one in found.items()} == {
        "high_error_rate": ("1m", "1m", {"severity": "critical"}),
        "context_overflow": ("0s", "1m", {"severity": "warning"}),
        "tool_degradation": ("2m", "1m", {"severity": "critical"}),
        "user_frustration_spike": ("5m", "1m", {"severity": "warning"}),
    }
    assert found["high_error_rate"]["expr"].splitlines() == [
        "spansieve:high_error_rate:value5m > 0.05",
        "  and spansieve:high_error_rate:samples5m >= 50",
        "or",
        "spansieve:high_error_rate:value5m > 0.04",
        "  and spansieve:high_error_rate:samples5m >= 50",
        '  and on () ALERTS{alertname="high_error_rate",alertstate="firing",severity="critical"}',
    ]
    summary = "{{ $value | humanizePercentage }} of operations failed within 5m"
    assert found["high_error_rate"]["annotations"] == {"summary": summary}


def test_the_file_is_the_same_each_time() -> None:
    assert written() == written()


def test_a_configuration_brings_its_own_rules_and_its_texts_are_no_templates(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text(OWN)
    text = written("--config", str(path))
    found = alerts_of(text)
    assert [*found] == [
        "high_error_rate",
        "token_budget_exceeded",
        "tool_degradation",
        "user_frustration_spike",
        "error_budget_burn",
        "slow",
    ]
    assert found["tool_degradation"]["labels"] == {"severity": "critical", "team": '{{"{{"}}ops}}'}
    assert "and on (tool) ALERTS" in found["tool_degradation"]["expr"]
    value = "{{ $value | humanizePercentage }}"
    assert (
        found["slow"]["annotations"]["summary"] == f'{{{{"{{{{"}}}} $value }}}} is {value}, 5m of {{{{ $labels.job }}}}'
    )
    assert sum(rule.get("alert") == "error_budget_burn" for rule in rules_of(text)) == 2


@needs_promtool
def test_prometheus_takes_it(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(OWN)
    (tmp_path / "built_in.yaml").write_text(written())
    (tmp_path / "own.yaml").write_text(written("--config", str(tmp_path / "my.yaml")))
    done = promtool("check", "rules", "built_in.yaml", "own.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_configuration_without_the_processor_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    head, tail = OWN.partition("processors:")[0], OWN[OWN.index("exporters:") :]
    path.write_text(head + tail.replace("processors: [alert_rules], ", ""))
    done = CliRunner().invoke(main, ["rules", "prometheus", "--config", str(path)])
    assert done.exit_code == 2
    assert "configures no alert_rules" in done.stderr
