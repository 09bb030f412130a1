"""alert_rules: Prometheus, with the file that we write and the same series, fires and ends when we do."""

import random
from pathlib import Path
from typing import Any

import pytest

from .house import OPERATIONS, OVERFLOWS, TOOLS
from .peer import INTERVAL, Run, Series, needs_promtool

pytestmark = needs_promtool

NAMES = ("high_error_rate", "context_overflow", "tool_degradation", "user_frustration_spike", "token_budget_exceeded")
AT_ONCE: dict[str, Any] = {"keep_firing_for": f"{INTERVAL}s"}
"""So that both end alerts alike; else Prometheus ends them later, because it keeps firing also when it is over."""


def series(metric: str, **labels: str) -> Series:
    return metric, tuple(sorted(labels.items()))


def config(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """All five rules, judged over short windows."""
    rules = [{"name": name, "window": "1m", "for": "20s", "min_samples": 5, **AT_ONCE, **changes} for name in NAMES]
    return {"rules": rules, "budget_tokens_per_minute": 600}


def walk(dice: random.Random, steps: int, most: int) -> list[int]:
    """Increases that go on for a while, and then change."""
    found: list[int] = []
    while len(found) < steps:
        level = dice.choice([0, 0, 1, 2, most])
        found += [dice.randint(0, level) for _ in range(dice.randint(1, 15))]
    return found[:steps]


def counts(dice: random.Random, steps: int = 100) -> dict[Series, list[int]]:
    return {
        series(OPERATIONS, status="success"): walk(dice, steps, 100),
        series(OPERATIONS, status="error"): walk(dice, steps, 5),
        series(OPERATIONS, status="timeout"): walk(dice, steps, 2),
        series(OVERFLOWS, model="m"): walk(dice, steps, 5),
        series(OVERFLOWS, model="n"): walk(dice, steps, 5),
        **{
            series(TOOLS, tool=tool, status=status): walk(dice, steps, most)
            for tool in ("bash", "grep")
            for status, most in (("success", 20), ("error", 5))
        },
        series("spansieve_user_requests_total"): walk(dice, steps, 10),
        series("spansieve_user_retries_total"): walk(dice, steps, 3),
        series("ai_tokens_total", type="prompt"): walk(dice, steps, 200),
    }


@pytest.mark.parametrize("seed", range(3))
def test_what_fires_is_the_same_at_every_step(seed: int, tmp_path: Path) -> None:
    run = Run(config(), counts(random.Random(seed)))
    ours = run.ours()
    assert run.theirs(tmp_path) == ours
    assert len(set().union(*ours)) > 2


@pytest.mark.parametrize("seed", range(1))
def test_by_label_it_is_the_same_too(seed: int, tmp_path: Path) -> None:
    run = Run(
        config()
        | {
            "rules": [
                {"name": "tool_degradation", "by": ["tool"], **AT_ONCE, "window": "1m", "for": "20s", "min_samples": 5}
            ]
        },
        counts(random.Random(seed)),
    )
    ours = run.ours()
    assert run.theirs(tmp_path) == ours
    assert any("tool=bash" in one for one in set().union(*ours))


def test_a_burn_rate_is_the_same_too(tmp_path: Path) -> None:
    pair = {"long": "5m", "short": "1m", "factor": 10, "severity": "critical"}
    burn = {"name": "slo", "numerator": 'x_total{ok="no"}', "denominator": "x_total", "burn_rate": {"windows": [pair]}}
    good, bad = [20] * 100, [0] * 30 + [10] * 30 + [0] * 40
    run = Run({"rules": [{**burn, **AT_ONCE}]}, {series("x_total", ok="yes"): good, series("x_total", ok="no"): bad})
    ours = run.ours()
    assert run.theirs(tmp_path) == ours
    assert set().union(*ours) == {"slo severity=critical window=5m"}


def test_with_the_built_in_values_prometheus_fires_when_we_do_and_ends_up_to_a_minute_later(tmp_path: Path) -> None:
    errors = [0] * 40 + [6] * 30 + [0] * 60
    run = Run({}, {series(OPERATIONS, status="success"): [20] * 130, series(OPERATIONS, status="error"): errors})
    ours, theirs = run.ours(), run.theirs(tmp_path)
    begin, end = edges(ours)
    assert edges(theirs)[0] == begin
    assert end < edges(theirs)[1] <= end + 60 // INTERVAL
    assert begin > 46


def edges(fired: list[set[str]]) -> tuple[int, int]:
    """The first step at which something fires, and the first after it at which nothing does."""
    begin = next(at for at, one in enumerate(fired) if one)
    return begin, next(at for at in range(begin, len(fired)) if not fired[at])


def test_a_restart_of_the_sender_changes_nothing_for_either(tmp_path: Path) -> None:
    counted = {
        series(OPERATIONS, status="success"): [20] * 100,
        series(OPERATIONS, status="error"): [10] * 50 + [0] * 50,
    }
    run = Run({}, counted, restart=30)
    ours, theirs = run.ours(), run.theirs(tmp_path)
    assert edges(theirs)[0] == edges(ours)[0]
    assert all(theirs[at] for at in range(*edges(ours)))
