"""The metrics of `ai_metrics`: names, labels and buckets. Source: METRICS.md sections 1, 2 and 6."""

from typing import Final

from spansieve.series import Meter

from .senders import OPERATION_DURATION, TOKEN_USAGE

DURATION_BUCKETS: Final = (0.1, 0.5, 1, 2, 5, 10, 30, 60)
CLIENT_TOKEN_BUCKETS: Final = tuple(4**power for power in range(14))
CLIENT_DURATION_BUCKETS: Final = tuple(round(0.01 * 2**power, 2) for power in range(14))
FIRST_TOKEN_BUCKETS: Final = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Those of `gen_ai.client.operation.time_to_first_chunk` in the GenAI conventions."""
CLIENT_LABELS: Final = (
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "server.address",
    "server.port",
)


class Instruments:
    """All families, made once."""

    def __init__(self, meter: Meter) -> None:
        """Register them."""
        counter, gauge, histogram = meter.counter, meter.gauge, meter.histogram
        self.durations = histogram(
            "ai_operation_duration_seconds",
            "What AI operations took, from their spans.",
            unit="s",
            labels=("operation", "model", "status"),
            buckets=DURATION_BUCKETS,
            windowed=True,
        )
        self.tokens = counter(
            "ai_tokens_total", "Tokens of model calls, each call once.", labels=("model", "type"), windowed=True
        )
        self.tools = counter(
            "tool_executions_total", "Tool runs.", labels=("tool", "status", "parallel"), windowed=True
        )
        self.utilization = gauge(
            "context_window_utilization_ratio",
            "Input tokens of a model's last call, as a share of what it takes in.",
            unit="1",
            labels=("model",),
        )
        self.client_tokens = histogram(
            TOKEN_USAGE,
            "Number of input and output tokens used.",
            unit="{token}",
            labels=(*CLIENT_LABELS, "gen_ai.token.type"),
            buckets=CLIENT_TOKEN_BUCKETS,
        )
        self.client_durations = histogram(
            OPERATION_DURATION,
            "GenAI operation duration.",
            unit="s",
            labels=(*CLIENT_LABELS, "error.type"),
            buckets=CLIENT_DURATION_BUCKETS,
        )
        self.details = counter(
            "spansieve_token_details_total",
            "Parts of the tokens: of the prompt those read from a cache or written to it, of the answer the reasoning.",
            labels=("model", "kind"),
            windowed=True,
        )
        self.first_tokens = histogram(
            "spansieve_time_to_first_token_seconds",
            "From the begin of a model call to its first token.",
            unit="s",
            labels=("model",),
            buckets=FIRST_TOKEN_BUCKETS,
        )
        self.overflows = counter(
            "spansieve_context_overflows_total", "Model calls whose input was too long.", labels=("model",)
        )
        self.requests = counter(
            "spansieve_requests_total", "What agents were asked to do: root spans.", labels=("service", "status")
        )
        self.traces = counter("spansieve_traces_total", "Traces, of whatever spans.", windowed=True)
        self.operations = counter(
            "spansieve_operations_total", "Runs of agents and workflows, by their name.", labels=("operation",)
        )
        self.model_requests = counter("spansieve_model_requests_total", "Model calls, failed ones too.", windowed=True)
        self.duplicates = counter(
            "spansieve_duplicate_requests_total",
            "Model calls with the same prompt, model and tools as one of the last 10 minutes.",
            windowed=True,
        )
        self.concurrent = gauge(
            "concurrent_tool_executions",
            "Tools that ran at once, as of `lag` ago; one that runs still is seen when it ends, so it counts later.",
        )
        self.most_concurrent = gauge(
            "spansieve_concurrent_tool_executions_max",
            "Tools that ran at once at most, within the last interval as of `lag` ago.",
        )
        self.pending = gauge(
            "pending_operations",
            "What has begun and not ended: traces without a root, parents that have not come, traces that are not "
            "decided, items in exporters' queues.",
            labels=("type",),
        )
        self.model_errors = counter(
            "model_api_errors_total", "Model calls that failed.", labels=("model", "error_type"), windowed=True
        )
        self.context_bytes = gauge(
            "context_memory_bytes",
            "What the newest call of each conversation of the last 15 minutes was given, added up.",
            unit="By",
        )
        self.conversations = gauge(
            "spansieve_conversations_active", "Conversations with a model call in the last 15 minutes."
        )
        self.cpu = counter(
            "process_cpu_seconds_total",
            "CPU of the agents, where they send process.cpu.time, else of the collector.",
            unit="s",
            windowed=True,
        )
