"""The truth about each captured agent, as numbers that both exits are to show."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from .metric_cases import FIXTURES
from .metric_exits import Samples
from .metric_otlp import Case

FOLDERS = sorted(path.parent for path in FIXTURES.glob("agents/*/expect.json"))
NEEDS_ITS_PARENT = ("claude_code", "claude_code_subagent")
"""Their tools have no name but on the span around them, which has to come in the same request."""


def agent_cases(way: str) -> list[Case]:
    """Each agent's capture, as it came or span by span from its end."""
    names = [folder.name for folder in FOLDERS if way == "as it is" or folder.name not in NEEDS_ITS_PARENT]
    return [{"title": name, "capture": name, "way": way, "service": name} for name in names]


def wrong_numbers(case: Case, seen: Samples) -> list[str]:
    """Where tokens and tools are not the truth, nor another count that `accept` says can be defended."""
    truth = json.loads((FIXTURES / "agents" / case["capture"] / "expect.json").read_text())
    mine = [(name, dict(labels), v) for (name, labels), v in seen.items() if dict(labels).get("job") == case["service"]]
    tokens: dict[str, float] = defaultdict(float)
    tools: dict[str, dict[str, int]] = defaultdict(lambda: {"calls": 0, "errors": 0})
    for name, labels, value in mine:
        if name == "ai_tokens_total":
            tokens[labels["type"]] += value
        elif name == "tool_executions_total":
            tools[labels.get("tool", "")]["calls"] += int(value)
            tools[labels.get("tool", "")]["errors"] += int(value) * (labels["status"] != "success")
    have = {"input_tokens": tokens["prompt"], "output_tokens": tokens["completion"], "tools": dict(tools)}
    return list(_apart(have, truth))


def _apart(have: Mapping[str, Any], truth: Mapping[str, Any]) -> Iterator[str]:
    for what, got in have.items():
        if got != truth[what] and got not in truth["accept"].get(what, []):
            yield f"{what}: {got} instead of {truth[what]}"
