"""What each capture of a real agent is in numbers, counted by hand from what the agent did (`meta.yaml` beside it).

Names are those of Prometheus; a labelled series is written `name{label=value,...}`, labels in the order of their names.
"""

from typing import Final

OPERATIONS: Final = "ai_operation_duration_seconds"
TOKENS: Final = "ai_tokens_total"
TOOLS: Final = "tool_executions_total"
UTILIZATION: Final = "context_window_utilization_ratio"
ERRORS: Final = "model_api_errors_total"
DETAILS: Final = "spansieve_token_details_total"
OVERFLOWS: Final = "spansieve_context_overflows_total"
REQUESTS: Final = "spansieve_requests_total"
RUNS: Final = "spansieve_operations_total"
GPT: Final = "gpt-4o-mini"
EMBEDDING: Final = "text-embedding-3-small"


def _operation(operation: str, status: str = "success", model: str = "") -> str:
    return f"{OPERATIONS}{{model={model},operation={operation},status={status}}}"


def _tokens(model: str, prompt: int, completion: int = 0) -> dict[str, float]:
    counts = {"completion": completion, "prompt": prompt}
    return {f"{TOKENS}{{model={model},type={kind}}}": count for kind, count in counts.items() if count}


def _details(model: str, **kinds: int) -> dict[str, float]:
    return {f"{DETAILS}{{kind={kind},model={model}}}": count for kind, count in kinds.items()}


def _tool(name: str, status: str = "success", *, parallel: bool = False) -> str:
    return f"{TOOLS}{{parallel={str(parallel).lower()},status={status},tool={name}}}"


_DESK: Final[dict[str, float]] = {
    _operation("execute_tool"): 2,
    _operation("execute_tool", "error"): 1,
    _operation("chat", model=GPT): 5,
    _operation("chat", "error", GPT): 2,
    **_tokens(GPT, 1966, 160),
    _tool("charge_card", parallel=True): 1,
    _tool("lookup_customer", parallel=True): 1,
    _tool("sync_ledger", "error"): 1,
    f"{UTILIZATION}{{model={GPT}}}": 0.0041,
    f"{ERRORS}{{error_type=context_overflow,model={GPT}}}": 1,
    f"{OVERFLOWS}{{model={GPT}}}": 1,
    f"{REQUESTS}{{service=billing-desk,status=success}}": 3,
    f"{REQUESTS}{{service=billing-desk,status=error}}": 1,
    f"{RUNS}{{operation=billing_desk}}": 4,
    "spansieve_traces_total{}": 4,
    "spansieve_model_requests_total{}": 7,
    "context_memory_bytes{}": 4 * 530,
    "spansieve_conversations_active{}": 1,
}
"""The billing desk: four turns, the last of which fails."""
_REFUSED: Final[dict[str, float]] = {f"{ERRORS}{{error_type=rate_limited,model={GPT}}}": 1}
"""A call is refused for its rate, and made again: some instrumentations see one call of it."""
_EMBEDDED: Final[dict[str, float]] = {
    _operation("embeddings", model=EMBEDDING): 1,
    **_tokens(EMBEDDING, 9),
    f"{UTILIZATION}{{model={EMBEDDING}}}": 9 / 8191,
    "spansieve_model_requests_total{}": 8,
}
_CACHED: Final = _details(GPT, cache_read=128, reasoning=8)

TRUTH: Final[dict[str, dict[str, float]]] = {
    "langchain_openinference": {
        **_DESK,
        **_REFUSED,
        **_CACHED,
        _operation("invoke_agent"): 3,
        _operation("invoke_agent", "error"): 1,
        _operation("task"): 8,
        _operation("task", "error"): 1,
    },
    "openai_semconv": {
        **_DESK,
        **_REFUSED,
        **_EMBEDDED,
        _operation("invoke_agent", model=GPT): 3,
        _operation("invoke_agent", "error", GPT): 1,
    },
    "openai_traceloop": {
        **_DESK,
        **_REFUSED,
        **_EMBEDDED,
        **_CACHED,
        _operation("invoke_agent"): 3,
        _operation("invoke_agent", "error"): 1,
        _operation("invoke_workflow"): 3,
        _operation("invoke_workflow", "error"): 1,
        f"{RUNS}{{operation=billing_desk_turn}}": 4,
        f"spansieve_time_to_first_token_seconds{{model={GPT}}}": 1,
    },
    "pydantic_ai": {
        **_DESK,
        **_CACHED,
        _operation("execute_tool", "error"): 2,
        _operation("chat", model=GPT): 6,
        _operation("chat", "error", GPT): 1,
        _operation("invoke_agent", model=GPT): 3,
        _operation("invoke_agent", "error", GPT): 2,
        **_tokens(GPT, 2517, 183),
        _tool("archive", "error"): 1,
        f"{UTILIZATION}{{model={GPT}}}": 0.0043,
        f"{REQUESTS}{{service=billing-desk,status=error}}": 2,
        f"{RUNS}{{operation=billing_desk}}": 5,
        "spansieve_traces_total{}": 5,
        "context_memory_bytes{}": 4 * 551,
    },
    "codex": {
        _operation("execute_tool"): 2,
        _operation("execute_tool", "error"): 2,
        _operation("chat", model="gpt-5-codex"): 5,
        _operation("invoke_agent", model="gpt-5-codex"): 2,
        _operation("step"): 11,
        _operation("step", model="gpt-5-codex"): 11,
        _operation("guardrail"): 3,
        _operation("message"): 4,
        _operation("other", "error"): 2,
        **_tokens("gpt-5-codex", 6939, 166),
        **_details("gpt-5-codex", cache_read=1536, reasoning=12),
        _tool("exec_command", parallel=True): 2,
        _tool("exec_command", "error"): 1,
        _tool("no_such_tool", "error"): 1,
        f"{UTILIZATION}{{model=gpt-5-codex}}": 0.0056,
        f"{RUNS}{{operation=codex}}": 2,
        f"{REQUESTS}{{service=codex_exec,status=success}}": 4,  # two turns, and the end of two sessions
        "spansieve_traces_total{}": 43,
        "spansieve_model_requests_total{}": 5,
        "context_memory_bytes{}": 4 * 1512,
        "spansieve_conversations_active{}": 1,
    },
    "gemini": {
        _operation("execute_tool"): 2,
        _operation("execute_tool", "error"): 2,
        _operation("schedule_tool_calls"): 3,
        _operation("generate_content", model="gemini-2.5-flash"): 6,
        _operation("generate_content", "error", "gemini-2.5-flash"): 1,
        **_tokens("gemini-2.5-flash", 8469, 182),
        _tool("run_shell_command", parallel=True): 1,
        _tool("read_file", parallel=True): 1,
        _tool("run_shell_command", "error"): 1,
        _tool("read_file", "error"): 1,
        f"{UTILIZATION}{{model=gemini-2.5-flash}}": 0.0015,
        f"{ERRORS}{{error_type=server_error,model=gemini-2.5-flash}}": 1,
        f"{REQUESTS}{{service=gemini-cli,status=success}}": 9,
        f"{REQUESTS}{{service=gemini-cli,status=error}}": 1,
        "spansieve_traces_total{}": 10,
        "spansieve_model_requests_total{}": 7,
        "context_memory_bytes{}": 4 * 1530,
        "spansieve_conversations_active{}": 1,
    },
}
"""By capture."""

LEVELS: Final = (
    "pending_operations",
    "process_cpu_seconds",
    "concurrent_tool_executions",
    "spansieve_concurrent_tool_executions_max",
)
"""Metrics that depend on when they are looked at."""


def counted(series: dict[str, float]) -> dict[str, float]:
    """The others, but for those that are not made where agents send them themselves."""
    return {key: value for key, value in series.items() if not key.startswith((*LEVELS, "gen_ai"))}
