"""What the log records of captures are in numbers, counted by hand: spans and metrics beside them are not looked at.

Named as in `metric_truth`. Records say of a tool which model asked for it only where the agent does (Codex).
"""

from pathlib import Path
from typing import Final

from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import Signal, parse
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from tests.metric_truth import DETAILS, ERRORS, OPERATIONS, OVERFLOWS, TOKENS, TOOLS

LOG_FOLDERS: Final = {
    "codex": "captures",
    "gemini": "captures",
    "claude_code": "agents",
    "claude_code_subagent": "agents",
}
"""Of the captures in tests/fixtures."""
Requests = list[tuple[Signal, bytes]]
_FIXTURES: Final = Path(__file__).parent / "fixtures"
_CODEX: Final = "gpt-5-codex"
_GEMINI: Final = "gemini-2.5-flash"
_CLAUDE: Final = "claude-sonnet-4-5"


def requests(capture: str) -> Requests:
    """All that a capture sent, spans as well."""
    found: Requests = []
    for file in sorted((_FIXTURES / LOG_FOLDERS[capture] / capture).glob("0*")):
        signal: Signal = file.name.split(".")[1]  # type: ignore[assignment]
        body = file.read_bytes()
        found.append((signal, to_protobuf(signal, body) if file.suffix == ".json" else body))
    return found


def tagged(capture: str) -> Requests:
    """Its spans and records as `ai_semantics` leaves them."""
    semantics, found = AiSemantics(AiSemanticsConfig(), FakeHost()), Requests()
    for signal, body in requests(capture):
        if signal != "metrics":
            batch = parse(signal, body)
            getattr(semantics, signal)(batch)
            found.append((signal, batch.encode()))
    return found


def _operation(operation: str, status: str, model: str) -> str:
    return f"{OPERATIONS}{{model={model},operation={operation},status={status}}}"


def _tokens(model: str, prompt: int, completion: int) -> dict[str, float]:
    return {f"{TOKENS}{{model={model},type=prompt}}": prompt, f"{TOKENS}{{model={model},type=completion}}": completion}


def _tool(name: str, status: str = "success", *, parallel: bool = False) -> str:
    return f"{TOOLS}{{parallel={str(parallel).lower()},status={status},tool={name}}}"


LOG_TRUTH: Final[dict[str, dict[str, float]]] = {
    "codex": {
        _operation("chat", "success", _CODEX): 5,
        _operation("chat", "error", _CODEX): 1,  # answered 429, and asked again
        _operation("execute_tool", "success", _CODEX): 2,
        _operation("execute_tool", "error", _CODEX): 2,
        **_tokens(_CODEX, 1211 + 1334 + 1402 + 1480 + 1512, 57 + 29 + 41 + 22 + 17),
        f"{DETAILS}{{kind=cache_read,model={_CODEX}}}": 512 + 1024,
        f"{DETAILS}{{kind=reasoning,model={_CODEX}}}": 8 + 4,
        _tool("exec_command", parallel=True): 2,
        _tool("exec_command", "error"): 1,  # exit code 3, which its span does not know
        _tool("no_such_tool", "error"): 1,
        f"{ERRORS}{{error_type=rate_limited,model={_CODEX}}}": 1,
        "spansieve_model_requests_total{}": 6,
        "context_memory_bytes{}": 4 * 1512,
        "spansieve_conversations_active{}": 1,
    },
    "gemini": {
        _operation("generate_content", "success", _GEMINI): 6,
        _operation("generate_content", "error", _GEMINI): 1,
        _operation("execute_tool", "success", ""): 2,
        _operation("execute_tool", "error", ""): 2,
        **_tokens(_GEMINI, 1211 + 1334 + 1402 + 1480 + 1512 + 1530, 57 + 29 + 41 + 22 + 17 + 16),
        f"{DETAILS}{{kind=cache_read,model={_GEMINI}}}": 512 + 1024,
        f"{DETAILS}{{kind=reasoning,model={_GEMINI}}}": 8 + 4,
        _tool("run_shell_command", parallel=True): 1,
        _tool("read_file", parallel=True): 1,
        _tool("run_shell_command", "error"): 1,
        _tool("read_file", "error"): 1,
        f"{ERRORS}{{error_type=server_error,model={_GEMINI}}}": 1,
        "spansieve_model_requests_total{}": 7,
        "context_memory_bytes{}": 4 * 1530,
        "spansieve_conversations_active{}": 1,
    },
    "claude_code": {
        _operation(
            "chat", "success", _CLAUDE
        ): 6,  # a refused try (429) is in no record: it was repeated inside the call
        _operation("chat", "error", _CLAUDE): 1,
        _operation("execute_tool", "success", ""): 2,
        _operation("execute_tool", "error", ""): 1,
        **_tokens(_CLAUDE, 220 + 310 + 355 + 420 + 470 + 90, 41 + 25 + 33 + 19 + 16 + 12),
        f"{DETAILS}{{kind=cache_read,model={_CLAUDE}}}": 128 + 256,
        _tool("Read", parallel=True): 1,
        _tool("Bash", parallel=True): 1,
        _tool("Bash", "error"): 1,
        f"{ERRORS}{{error_type=context_overflow,model={_CLAUDE}}}": 1,
        f"{OVERFLOWS}{{model={_CLAUDE}}}": 1,
        "spansieve_model_requests_total{}": 7,
        "context_memory_bytes{}": 4 * (310 + 420 + 90),  # each turn is a session of its own
        "spansieve_conversations_active{}": 3,
    },
    "claude_code_subagent": {
        _operation("chat", "success", _CLAUDE): 7,
        _operation("execute_tool", "success", ""): 4,
        _operation("execute_tool", "error", ""): 1,
        **_tokens(_CLAUDE, 251 + 268 + 285 + 302 + 319 + 336 + 353, 23 + 24 + 25 + 26 + 27 + 28 + 29),
        f"{DETAILS}{{kind=cache_read,model={_CLAUDE}}}": 64 + 64,
        _tool("Agent", parallel=True): 1,
        _tool("Bash", parallel=True): 1,
        _tool("Bash", "error", parallel=True): 1,  # of the agent below, which ran while the other Bash did
        _tool("Read"): 1,
        _tool("Edit"): 1,
        "spansieve_model_requests_total{}": 7,
        "context_memory_bytes{}": 4 * 353,
        "spansieve_conversations_active{}": 1,
    },
}
"""By capture."""
