"""What the Grafana dashboard shows beside the measures: errors, alerts, cost, sampling, and the collector itself.

A count that may never have begun has `or on() vector(0)`: there nothing means none.
"""

from typing import Final, NamedTuple

from .measures import Limit, Panel, Query, Unit

_QUEUES = "otelcol_exporter_queue_size / otelcol_exporter_queue_capacity"
_FAILED = 'spansieve_pipeline_items_total{outcome="failed",reason!="missed_round"}'


class Plan(NamedTuple):
    """What a panel shows."""

    title: str
    text: str
    unit: Unit
    queries: tuple[Query, ...]
    panel: Panel
    limit: Limit | None = None
    absent: str = "no data"
    """What to say where nothing is there."""


ERRORS: Final = (
    Plan(
        "Errors by pattern, 1 h",
        "Errors by type and tool, each cascade once. Recovered ones were made good by a retry.",
        "number",
        (
            Query(
                "topk(20, sum by (type, tool, recovered) (increase(spansieve_errors_total[1h])))",
                ("type", "tool", "recovered"),
            ),
        ),
        Panel("table", 14),
    ),
    Plan(
        "Alerts firing",
        "Alerts that were raised since the start and have not ended, by type.",
        "number",
        (
            Query(
                'sum by (type) (spansieve_alerts_total{status="firing"}) - (sum by (type) '
                '(spansieve_alerts_total{status="resolved"}) or 0 * sum by (type) (spansieve_alerts_total)) > 0 '
                "or on() vector(0)",
                ("type",),
            ),
        ),
        Panel("bargauge", 10),
    ),
)

SPENDING: Final = (
    Plan(
        "USD an hour",
        "What model calls cost, at the rate of the last 5 minutes and of the last hour.",
        "usd",
        (Query("sum by (window) (spansieve_cost_burn_usd_per_hour)", ("window",)),),
        Panel("timeseries", 12),
    ),
    Plan(
        "USD by model, 1 h",
        "What model calls cost.",
        "usd",
        (Query("topk(20, sum by (model) (increase(spansieve_cost_usd_total[1h])))", ("model",)),),
        Panel("bargauge", 12),
    ),
)

SAMPLING: Final = (
    Plan(
        "Traces kept and dropped",
        "Decisions of tail_sampling a second.",
        "number",
        (
            Query(
                "sum by (decision) (rate(otelcol_processor_tail_sampling_global_count_traces_sampled[5m]))",
                ("decision",),
            ),
        ),
        Panel("timeseries", 8),
    ),
    Plan(
        "Votes by policy",
        "How policies voted, a second.",
        "number",
        (
            Query(
                "sum by (policy, decision) (rate(otelcol_processor_tail_sampling_count_traces_sampled[5m]))",
                ("policy", "decision"),
            ),
        ),
        Panel("timeseries", 8),
    ),
    Plan(
        "Traces reopened, 1 h",
        "Dropped traces that were kept after all, such as for an error that came late.",
        "number",
        (Query("sum(increase(spansieve_tail_sampling_reopened_total[1h])) or on() vector(0)"),),
        Panel("stat", 8),
    ),
)

COLLECTOR: Final = (
    Plan(
        "Spans a second",
        "Spans that were taken, and spans whose senders were asked to come again.",
        "number",
        (
            Query("sum(rate(otelcol_receiver_accepted_spans[5m]))", legend="taken"),
            Query("sum(rate(otelcol_receiver_refused_spans[5m])) or on() vector(0)", legend="refused"),
        ),
        Panel("timeseries", 8),
    ),
    Plan(
        "Queues, full",
        "What waits for each backend, of what its queue takes. A full one refuses.",
        "ratio",
        (Query(f"max by (exporter, data_type) ({_QUEUES})", ("exporter", "data_type")),),
        Panel("timeseries", 8),
    ),
    Plan(
        "Items lost, 1 h",
        "Items that were given up, by exporter and reason.",
        "number",
        (Query(f"sum by (exporter, reason) (increase({_FAILED}[1h])) or on() vector(0)", ("exporter", "reason")),),
        Panel("table", 8),
    ),
    Plan(
        "Collector's memory",
        "Resident bytes of all its processes.",
        "bytes",
        (Query("otelcol_process_memory_rss", ("instance",)),),
        Panel("timeseries", 12),
    ),
    Plan(
        "Collector's CPU, of one core",
        "CPU seconds a second.",
        "ratio",
        (Query("rate(otelcol_process_cpu_seconds[5m])", ("instance",)),),
        Panel("timeseries", 12),
    ),
)

ROWS: Final[dict[str, tuple[Plan, ...]]] = {
    "Errors and alerts": ERRORS,
    "Cost burn": SPENDING,
    "Sampling": SAMPLING,
    "Collector": COLLECTOR,
}
