"""top: what it shows of a running collector, for people and for programs."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from spansieve.alerts.status import ERRORS
from spansieve.cli import live, main
from spansieve.cli.screen import Screen, sparkline
from spansieve.cli.top_screen import Now, drawn
from spansieve.dashboard import MEASURES
from spansieve.dashboard.testing import a_busy_hour, measure, status
from tests.served import served

NOW_NS = 1_777_863_721_000_000_000
WHOLE = {"time_ns": NOW_NS, "process": {"version": "1.2.3", "uptime": 3725.0}}
ALERT = {
    "severity": "warning",
    "status": "firing",
    "starts_at": "2026-05-04T02:57:00Z",
    "ends_at": "",
    "summary": "12 errors in 60 s, mostly LedgerTimeout in sync_ledger",
}
PATTERN = {
    "key": "LedgerTimeout:sync_ledger",
    "count": 1213,
    "rate_per_minute": 9.5,
    "last_seen": "2026-05-04T03:00:00Z",
}
FAILURES = {"schema": ERRORS, "alerts": [ALERT, {**ALERT, "status": "resolved"}], "patterns": [PATTERN]}


class Collector(NamedTuple):
    """A status page that gives `values` by name."""

    values: dict[str, Any]
    endpoint: str
    close: Callable[[], None]


@pytest.fixture
def collector() -> Iterator[Collector]:
    values: dict[str, Any] = {"spansieve": WHOLE, **a_busy_hour(), "error_aggregation": FAILURES, "x": [1]}
    with ExitStack() as stack:
        yield Collector(values, stack.enter_context(served(values)), stack.close)


def top(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["top", *arguments])


def words(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return re.sub(r"\s+", " ", result.output)


def test_it_shows_alerts_measures_tools_and_patterns(collector: Collector) -> None:
    shown = words(top("--once", "--endpoint", collector.endpoint))
    assert shown.startswith(
        f"spansieve 1.2.3 at http://{collector.endpoint}, up 1 h 2 min, 2026-05-04 03:02:01 UTC FIRES"
    )
    assert shown.count("FIRES warning since 2026-05-04 02:57: 12 errors in 60 s") == 1
    assert "Error rate 12.3 % ! 3.4 %" in shown
    assert "Cost a run $0.0412 support_desk" in shown
    assert "TOOL USED SUCCESS search_orders 52 % 93 %" in shown
    assert "LedgerTimeout:sync_ledger 1,213 9.5 2 min ago" in shown
    assert all(one.title in shown for one in MEASURES.values())


def test_alerts_of_what_measures_are_shown_too(collector: Collector) -> None:
    collector.values["costs"]["alerts"] = [{**ALERT, "summary": "the budget is spent", "severity": "critical"}]
    assert "FIRES critical since 2026-05-04 02:57: the budget is spent" in words(
        top("--once", "-e", collector.endpoint)
    )


def test_programs_get_the_same_as_json(collector: Collector) -> None:
    told = json.loads(top("--once", "--json", "-e", collector.endpoint).output)
    assert told["measures"]["errorRate"]["value"] == 0.123
    assert [one["summary"] for one in told["alerts"]] == [ALERT["summary"]]
    assert told["tables"]["costs"]["costs by model"][0]["usd"] == 4.31


def test_it_comes_again_and_says_when_nobody_answers_any_more(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = []

    def wait(_: float) -> None:
        waited.append(1)
        if len(waited) == 3:
            raise KeyboardInterrupt
        if len(waited) == 2:
            collector.close()

    monkeypatch.setattr(live, "sleep", wait)
    shown = words(top("-e", collector.endpoint))
    assert shown.count("spansieve 1.2.3 at") == 3
    assert "Error rate" in shown.rpartition("spansieve 1.2.3 at")[2]
    assert f"(no status page at http://{collector.endpoint}" in shown


def test_without_a_collector_it_says_what_to_do() -> None:
    done = top("--once", "--endpoint", "127.0.0.1:1")
    assert done.exit_code == 1
    assert "nobody listens there. Start a collector with: spansieve run" in done.output


def test_without_processors_that_measure_it_says_which_to_add(collector: Collector) -> None:
    for name in [*a_busy_hour(), "error_aggregation"]:
        del collector.values[name]
    assert "name ai_metrics in a pipeline of traces" in words(top("--once", "-e", collector.endpoint))


def test_what_answers_and_is_no_collector_is_said_to_be_none(collector: Collector) -> None:
    del collector.values["spansieve"]
    done = top("--once", "-e", collector.endpoint)
    assert done.exit_code == 1
    assert "is no status page of spansieve" in done.output


def lines(width: int, encoding: str, measures: Mapping[str, Any], *, alerts: int = 1) -> list[str]:
    now: Now = {
        "url": "http://localhost:55679",
        "time_ns": NOW_NS,
        "version": "1.2.3",
        "uptime_s": 3725.0,
        "measures": measures,
        "tables": {},
        "alerts": [ALERT] * alerts,  # type: ignore[list-item]
        "patterns": [PATTERN],  # type: ignore[list-item]
    }
    out = Console(width=width, highlight=False, markup=False, emoji=False)
    with out.capture() as captured:
        out.print(drawn(now, Screen(width, 24, encoding, is_cut=True)))
    return captured.get().splitlines()


MEASURED = {one["name"]: one for value in a_busy_hour().values() for one in value["measures"]}


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_it_fits_a_terminal(width: int, encoding: str) -> None:
    shown = lines(width, encoding, MEASURED)
    assert max(map(len, shown)) <= width
    assert len(shown) <= 24
    "\n".join(shown).encode(encoding)


def test_names_of_tools_do_not_rewrite_the_terminal() -> None:
    one = measure("toolUsageDistribution", None, shares={"\x1b[2Jx": 1.0})
    assert "\x1b[2J" not in "\n".join(lines(80, "utf-8", {"toolUsageDistribution": one}))


def test_more_alerts_than_there_is_room_for_are_counted() -> None:
    assert "and 3 alerts more" in lines(80, "utf-8", {}, alerts=7)[5]


def test_shares_of_less_than_one_have_a_line_too() -> None:
    assert sparkline([0.1, 0.05, 0.0], 3, least=0) == "█▅▁"
    assert sparkline([0.0, 0.0], 2, least=0) == "▁▁"
    assert status()["measures"] == []
