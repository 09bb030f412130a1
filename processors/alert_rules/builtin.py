"""The rules that are there by themselves, as a configuration would write them."""

from collections.abc import Mapping
from typing import Any, Final

FAILED: Final = 'ai_operation_duration_seconds_count{status!="success"}'
OPERATIONS: Final = "ai_operation_duration_seconds_count"
TOKEN_BUDGET: Final = "token_budget_exceeded"  # noqa: S105 (a rule)
TOKEN_CLEAR: Final = 0.9
"""Where it is over, as a share of its threshold."""
BURN: Final = "error_budget_burn"

BUILT_IN: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "name": "high_error_rate",
        "numerator": FAILED,
        "denominator": OPERATIONS,
        "window": "5m",
        "threshold": 0.05,
        "clear": 0.04,
        "for": "1m",
        "min_samples": 50,
        "severity": "critical",
        "message": "{value} of operations failed within {window}",
    },
    {
        "name": TOKEN_BUDGET,
        "rate": "ai_tokens_total",
        "window": "5m",
        "for": "2m",
        "severity": "warning",
        "message": "{value} tokens a minute over {window}, the budget is {threshold}",
    },
    {
        "name": "context_overflow",
        "increase": "spansieve_context_overflows_total",
        "window": "10m",
        "threshold": 10.0,
        "clear": 5.0,
        "for": "0s",
        "severity": "warning",
        "message": "{value} model calls within {window} did not fit into the context window",
    },
    {
        "name": "tool_degradation",
        "numerator": 'tool_executions_total{status="success"}',
        "denominator": "tool_executions_total",
        "window": "5m",
        "op": "<",
        "threshold": 0.8,
        "clear": 0.85,
        "for": "2m",
        "min_samples": 20,
        "severity": "critical",
        "message": "only {value} of tool executions succeeded within {window}",
    },
    {
        "name": "user_frustration_spike",
        "numerator": "spansieve_user_retries_total",
        "denominator": "spansieve_user_requests_total",
        "window": "15m",
        "threshold": 0.3,
        "clear": 0.25,
        "for": "5m",
        "min_samples": 20,
        "severity": "warning",
        "message": "{value} of what users asked within {window} they had asked before",
    },
)
"""Source: the table of the five rules; `token_budget_exceeded` has no threshold by itself, and is off without."""
