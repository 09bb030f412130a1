"""The table of dialects in docs/semantics.md: whose telemetry each is, and how `mapping.yaml` recognises it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spansieve.semconv import raw_mapping

WHOSE = {
    "claude_code": "Claude Code, Claude Agent SDK",
    "gemini_cli": "Gemini CLI",
    "codex": "Codex",
    "anthropic_sdk": "Anthropic SDK, its own spans",
    "google_adk": "Google Agent Development Kit",
    "openinference": "OpenInference (Arize Phoenix) of any framework",
    "pydantic_ai": "pydantic-ai",
    "logfire": "Logfire's integrations of model SDKs",
    "vercel_ai": "Vercel AI SDK up to 6",
    "vercel_ai_v7": "Vercel AI SDK 7 (`@ai-sdk/otel`)",
    "langfuse": "Langfuse SDK",
    "langsmith": "LangSmith's OpenTelemetry exporter",
    "mlflow": "MLflow tracing",
    "openlit": "OpenLIT",
    "openllmetry": "OpenLLMetry (Traceloop) of any framework",
    "strands": "Strands Agents",
    "autogen": "AutoGen",
    "agent_framework": "Microsoft Agent Framework",
    "semantic_kernel": "Semantic Kernel",
    "azure_ai": "Azure AI Agents, Projects and Inference SDKs",
    "haystack": "Haystack",
    "crewai": "CrewAI, its own spans",
    "llama_index": "LlamaIndex, its own spans",
    "agentcore": "Amazon Bedrock AgentCore",
    "mastra": "Mastra",
    "opencode": "OpenCode",
    "genkit": "Genkit",
    "laminar": "Laminar",
    "livekit": "LiveKit Agents",
    "spring_ai": "Spring AI",
    "litellm": "LiteLLM's callback",
    "mcp": "MCP SDKs, FastMCP",
    "otel_genai": "OpenTelemetry's GenAI conventions, names of today",
    "otel_genai_legacy": "the same, names of 1.27 to 1.36",
    "plain": "hand-made spans: `tool.<name>`, `tools.parallel_batch`, events `model.inference`, `ai.decision`",
}
"""Whose telemetry a dialect is. Every dialect of the mapping has a row."""
FEW = 3
"""Values of a list, and alternatives of a kind, that are shown."""
LONG = 44
"""Characters of a pattern that are shown."""

Condition = tuple[str, str]
"""What is looked at, and what has to stand there."""


def code(text: str) -> str:
    """`text` as code in a table's cell."""
    shown = text if len(text) <= LONG else f"{text[:LONG]}..."
    return f"`{shown}`".replace("|", "\\|")


def few(texts: Sequence[str]) -> str:
    """The first of `texts`, and how many more there are."""
    return ", ".join(texts[:FEW]) + (f" and {len(texts) - FEW} more" if len(texts) > FEW else "")


def _any_of(value: Any) -> str:  # noqa: ANN401
    return few([code(str(each)) for each in (value if isinstance(value, list) else [value])])


def _keyed(what: str, wanted: Mapping[str, Any]) -> Iterator[Condition]:
    for key, value in wanted.items():
        yield what, code(key) if value == "*" else f"{code(key)} = {_any_of(value)}"


def _conditions(way: Mapping[str, Any]) -> Iterator[Condition]:
    for condition in ("scope", "scope_exact"):
        if condition in way:
            yield "scope", _any_of(way[condition])
    yield from _keyed("attribute", way.get("attr", {}))
    if "attr_prefix" in way:
        yield "attribute", code(way["attr_prefix"] + "*")
    yield from (("attribute", f"{code(key)} like {code(pattern)}") for key, pattern in way.get("attr_re", {}).items())
    if "name" in way:
        yield "span name like", code(way["name"])
    if "event" in way:
        yield "event", _any_of(way["event"])
    yield from _keyed("resource", way.get("resource", {}))
    if "not" in way:
        yield from ((f"no {what}", text) for what, text in _conditions(way["not"]))


def recognised(dialect: Mapping[str, Any]) -> str:
    """How a dialect is told, in words: alternatives, those of one kind together; then those that need several marks."""
    alone: dict[str, list[str]] = defaultdict(list)
    together: list[str] = []
    for conditions in map(list, map(_conditions, dialect["detect"])):
        if len(conditions) == 1:
            alone[conditions[0][0]].append(conditions[0][1])
        else:
            together.append(" with ".join(map(" ".join, conditions)))
    ways = [f"{what} {few(texts)}" for what, texts in alone.items()] + together[:1]
    return "; ".join(ways) + (f"; and {len(together) - 1} such more" if len(together) > 1 else "")


def table(captures: Mapping[str, int]) -> list[str]:
    """A row a dialect, in the order in which they are tried; `captures` says in how many each was seen."""
    rows = ["| dialect | whose telemetry | recognised by | captures |", "| --- | --- | --- | --: |"]
    for dialect in sorted(raw_mapping()["dialects"], key=lambda each: each["priority"]):
        name = dialect["id"]
        rows.append(f"| `{name}` | {WHOSE[name]} | {recognised(dialect)} | {captures.get(name, '-')} |")
    return rows
