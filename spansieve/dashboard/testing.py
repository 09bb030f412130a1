"""What tests of pages and terminals need: what the processors show, made up."""

from collections.abc import Sequence

from .shown import DASHBOARD, Cell, DashboardStatus, Measure

TIME = "2026-05-04T03:02:01Z"


def measure(
    name: str,
    value: float | None,
    hour: float | None = None,
    *,
    trend: Sequence[float] = (),
    shares: dict[str, float | None] | None = None,
) -> Measure:
    """One measure."""
    told = [{"label": label, "value": share} for label, share in (shares or {}).items()]
    return {"name": name, "value": value, "hour": hour, "trend": [*trend], "shares": told}  # type: ignore[typeddict-item]


def status(
    *measures: Measure,
    tables: dict[str, list[dict[str, Cell]]] | None = None,
    private: dict[str, list[dict[str, Cell]]] | None = None,
) -> DashboardStatus:
    """What one processor shows."""
    made: DashboardStatus = {
        "schema": DASHBOARD,
        "time": TIME,
        "measures": [*measures],
        "tables": tables or {},
    }
    return made if private is None else {**made, "private": private}


def a_busy_hour() -> dict[str, DashboardStatus]:
    """What all four processors show of a shop's agents; every measure has a value."""
    wave = [float(2 + at % 7 + at // 20) for at in range(60)]
    return {"ai_metrics": _health(wave), "behavior": _experience(wave), "costs": _costs(), "decisions": _decisions()}


def _health(wave: Sequence[float]) -> DashboardStatus:
    tools = {"search_orders": 0.52, "send_mail": 0.21, "python": 0.14, "read_file": 0.08, "grep": 0.04, "bash": 0.01}
    operations: dict[str, float | None] = {"invoke_agent": 9.4, "chat": 3.1, "execute_tool": 0.45}
    working = {"bash": 0.4, "search_orders": 0.93, "send_mail": 1.0, "python": 1.0}
    models = {"claude-sonnet-4-5": 41_200.0, "gpt-5-mini": 8_100.0}
    return status(
        measure("p95Latency", 4.21, 3.7, trend=wave, shares=operations),
        measure("errorRate", 0.123, 0.034, trend=wave, shares={"execute_tool": 0.2, "chat": 0.01}),
        measure("tokenBurnRate", 49_300.0, 38_000.0, trend=wave, shares={**models}),
        measure("contextUtilization", 0.47, shares={"claude-sonnet-4-5": 0.61, "gpt-5-mini": 0.33}),
        measure("toolSuccessRate", 0.79, 0.94, trend=wave, shares={**working}),
        measure("parallelExecutionRatio", 0.31, 0.29, trend=wave),
        measure("toolUsageDistribution", 3_120.0, trend=wave, shares={**tools}),
        measure("cacheHitRate", 0.63, 0.6, trend=wave, shares={"claude-sonnet-4-5": 0.75, "gpt-5-mini": 0.0}),
        measure("duplicateRequestRate", 0.021, 0.018),
        measure("cpuPerRequest", 0.0031, 0.0029),
        measure("memoryPerContext", 182_000.0),
    )


def _experience(wave: Sequence[float]) -> DashboardStatus:
    workflow: dict[str, Cell] = {"steps": "search_orders → python → send_mail", "count": 212, "success_rate": 0.97}
    return status(
        measure("taskCompletionRate", 0.86),
        measure("averageRetriesPerTask", 0.22, trend=wave),
        measure("sessionLength", 754.0),
        measure("returnUserRate", None),
        measure("advancedFeatureAdoption", None, shares={"streaming": 0.8, "mcp": 0.25, "sub_agents": 0.1}),
        measure("tokensPerUser", 18_400.0),
        tables={"workflows": [workflow, {**workflow, "steps": "grep → read_file", "count": 96}]},
    )


def _costs() -> DashboardStatus:
    by_model: list[dict[str, Cell]] = [
        {"model": "claude-sonnet-4-5", "calls": 812, "usd": 4.31},
        {"model": "gpt-5-mini", "calls": 2_040, "usd": 0.22},
    ]
    budget: dict[str, Cell] = {"budget": "month", "scope": "total", "spent usd": 312.4, "of usd": 500, "used": 0.62}
    return status(
        measure("costPerOperation", None, shares={"support_desk": 0.0412, "billing_desk": 0.0087}),
        tables={"costs by model": by_model, "budgets": [budget]},
        private={"costs by user": [{"user": "<PERSON_ltlmnlpj>", "calls": 40, "usd": 0.91}]},
    )


def _decisions() -> DashboardStatus:
    row: dict[str, Cell] = {"pattern": "tool_choice:3000", "count": 318, "confidence": None, "success rate": 0.93}
    return status(tables={"patterns": [row, {**row, "pattern": "handoff:12000", "count": 20, "confidence": 0.7}]})
