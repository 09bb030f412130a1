"""costs with `count_from: logs`: what agents spent that send log records and no traces, by hand."""

from collections.abc import Iterable
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spansieve.pdata import LogBatch, Value, parse
from tests.log_truth import Requests, tagged

from .house import House, chat

PRICES = {
    "overrides": [
        {"match": "^gpt-5-codex$", "input_per_million": 1, "cache_read_per_million": 0.1, "output_per_million": 10},
        {"match": "^gemini-2.5-flash$", "input_per_million": 1, "cache_read_per_million": 0.5, "output_per_million": 2},
    ]
}
CODEX = (6939 - 1536 + 0.1 * 1536 + 10 * 166) / 1e6
GEMINI = (8469 - 1536 + 0.5 * 1536 + 2 * 182) / 1e6
CLAUDE = 0.0009294 + 0.001305 + 0.00156 + 0.0008538 + 0.00165 + 0.00045
"""As its records say."""
OF_SUB_AGENT = 0.0009912 + 0.00123
OF_MAIN_AGENT = 0.001098 + 0.001296 + 0.0011892 + 0.001428 + 0.001494
BY_OPERATION = {
    "codex": {"chat": CODEX},
    "gemini": {"generate_content": GEMINI},
    "claude_code": {"chat": CLAUDE},
    "claude_code_subagent": {"chat": OF_MAIN_AGENT, "general-purpose": OF_SUB_AGENT},
}


def house(sent: Requests, **config: Any) -> House:  # noqa: ANN401
    made = House(prices=PRICES, count_from="logs", **config)
    for signal, body in sent:
        getattr(made.costs, signal)(parse(signal, body))
        made.pass_(0.01)
    made.pass_(5)
    return made


def usd(house: House, by: str) -> dict[str, float]:
    snapshot = house.costs.snapshot()
    tables = {**snapshot["tables"], **snapshot.get("private", {})}
    return {str(row[by]): float(str(row["usd"])) for row in tables[f"costs by {by}"]}


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("capture", BY_OPERATION)
def test_an_agent_spent_what_its_records_say_however_often_they_come_and_its_spans_cost_nothing(
    capture: str, times: int
) -> None:
    made = house(tagged(capture) * times)
    assert usd(made, "operation") == pytest.approx(BY_OPERATION[capture])


def test_money_is_booked_by_user_conversation_and_model_too() -> None:
    made = house(tagged("claude_code"))
    [by_user], by_thread, by_model = (usd(made, by) for by in ("user", "thread", "model"))
    assert by_user.startswith("85e93f65")
    assert sorted(by_thread.values()) == pytest.approx([0.00045 + 0.00165, 0.0009294 + 0.001305, 0.00156 + 0.0008538])
    assert by_model == pytest.approx({"claude-sonnet-4-5": CLAUDE})


def test_a_record_goes_on_with_what_its_call_cost_and_others_untouched() -> None:
    made, [batch] = House(prices=PRICES, count_from="logs"), batches(tagged("codex")[:3])
    before = [dict(record.attributes) for record in batch]
    made.costs.logs(batch)
    after = [dict(record.attributes) for record in LogBatch.parse(batch.encode())]
    priced = [one for one in after if "spansieve.cost.usd" in one]
    assert [one["spansieve.cost.usd"] for one in priced] == pytest.approx(
        [(1211 - 512 + 51.2 + 570) / 1e6, (1334 - 1024 + 102.4 + 290) / 1e6]
    )
    assert [{key: value for key, value in one.items() if key != "spansieve.cost.usd"} for one in after] == before


def test_those_who_count_spans_and_those_who_count_records_stand_beside_each_other() -> None:
    spans, records = House(), House(prices=PRICES, count_from="logs")
    for made in (spans, records):
        made.send(chat("t", "a"))
        for batch in batches(tagged("claude_code")):
            made.costs.logs(batch)
        made.pass_(5)
    assert usd(spans, "operation") == {"chat": 0.002}
    assert usd(records, "operation") == pytest.approx({"chat": CLAUDE})


def test_a_budget_of_a_user_is_spent_by_records() -> None:
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=House().host.clock.time_ns())
    said: dict[str, Value] = {"event.name": "api_request", "spansieve.ai.kind": "model", "spansieve.cost.usd": "2.5"}
    [record] = batch = LogBatch.parse(request.SerializeToString())
    record.attributes.update({**said, "gen_ai.usage.input_tokens": 1, "user.id": "u-1"})
    made = house(
        [("logs", batch.encode())],
        budgets=[{"name": "each", "scope": "user", "usd": 2, "per": "day", "warn_at": [1]}],
    )
    assert made.told() == [("each", "1", "firing")]


def batches(sent: Requests) -> Iterable[LogBatch]:
    return [LogBatch.parse(body) for signal, body in sent if signal == "logs"]
