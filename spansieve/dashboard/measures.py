"""The measures of agents' health, users' experience and cost: what each is, and how Prometheus is asked for it.

The status page, `spansieve top` and the Grafana dashboard are made of this one table. A query by label divides what the
query gives as one number.
"""

from typing import Final, Literal, NamedTuple

Group = Literal["Health", "User experience", "Cost and efficiency"]
Unit = Literal["seconds", "ratio", "per_minute", "number", "usd", "bytes"]
Kind = Literal["timeseries", "stat", "gauge", "bargauge", "table"]

GROUPS: Final[tuple[Group, ...]] = ("Health", "User experience", "Cost and efficiency")


class Limit(NamedTuple):
    """From where on a value is bad: `above` it, or else below it."""

    value: float
    above: bool = True

    def is_passed(self, value: float) -> bool:
        """Whether `value` is bad."""
        return value > self.value if self.above else value < self.value


class Query(NamedTuple):
    """PromQL, the labels that its result is told apart by, and the legend where there are none."""

    promql: str
    labels: tuple[str, ...] = ()
    legend: str = "all"


class Panel(NamedTuple):
    """A kind of Grafana panel, and its width: the dashboard has 24 columns."""

    kind: Kind
    width: int


class Definition(NamedTuple):
    """One measure."""

    name: str
    group: Group
    title: str
    definition: str
    unit: Unit
    window: str
    """What it is measured over, such as `5 min`; empty: it is as of now."""
    queries: tuple[Query, ...]
    """The first gives the measure; the others divide it or add to it."""
    panels: tuple[Panel, ...]
    limit: Limit | None = None
    absent: str = "no data"
    """What to say where nothing is there."""
    shared: Unit | None = None
    """The unit of its value for one label, where it is another one."""


def _by(*labels: str) -> str:
    return f"sum by ({', '.join(labels)})"


def _latency(by: str) -> str:
    return f"histogram_quantile(0.95, {by} (rate(ai_operation_duration_seconds_bucket[5m])))"


def _errors(by: str = "sum") -> str:
    count = "ai_operation_duration_seconds_count"
    return f'{by}(rate({count}{{status!="success"}}[5m])) / {by}(rate({count}[5m]))'


def _tools(matcher: str) -> str:
    return f"sum(rate(tool_executions_total{{{matcher}}}[5m])) / sum(rate(tool_executions_total[5m]))"


def _tools_that_work() -> str:
    """By tool; one that always failed has no series of successes, and is 0."""
    every = f"{_by('tool')}(rate(tool_executions_total[5m]))"
    return f'({_by("tool")}(rate(tool_executions_total{{status="success"}}[5m])) or 0 * {every}) / {every}'


def _cached(by: str = "sum") -> str:
    cached, prompt = 'spansieve_token_details_total{kind="cache_read"}', 'ai_tokens_total{type="prompt"}'
    return f"{by}(rate({cached}[5m])) / {by}(rate({prompt}[5m]))"


HEALTH: Final = (
    Definition(
        name="p95Latency",
        group="Health",
        title="Latency, p95",
        definition="95 of 100 operations of agents (model calls, tools, agents ...) take at most this long",
        unit="seconds",
        window="5 min",
        queries=(Query(_latency("sum by (le)")), Query(_latency("sum by (le, operation)"), ("operation",))),
        panels=(Panel("timeseries", 8),),
    ),
    Definition(
        name="errorRate",
        group="Health",
        title="Error rate",
        definition="operations that failed or timed out, of all",
        unit="ratio",
        window="5 min",
        queries=(Query(_errors()), Query(_errors(_by("operation")), ("operation",))),
        panels=(Panel("stat", 4), Panel("timeseries", 12)),
        limit=Limit(0.05),
        absent="none",
    ),
    Definition(
        name="tokenBurnRate",
        group="Health",
        title="Tokens a minute",
        definition="prompt and completion tokens of counted model calls; cached ones are prompt tokens",
        unit="per_minute",
        window="5 min",
        queries=(
            Query("sum(rate(ai_tokens_total[5m])) * 60"),
            Query("sum by (model, type) (rate(ai_tokens_total[5m])) * 60", ("model", "type")),
        ),
        panels=(Panel("timeseries", 12),),
    ),
    Definition(
        name="contextUtilization",
        group="Health",
        title="Context in use",
        definition="input of each model's last call, of what its context window takes; the mean of the models",
        unit="ratio",
        window="",
        queries=(
            Query("avg(context_window_utilization_ratio)"),
            Query("avg by (model) (context_window_utilization_ratio)", ("model",)),
        ),
        panels=(Panel("gauge", 12),),
        limit=Limit(0.9),
    ),
    Definition(
        name="toolSuccessRate",
        group="Health",
        title="Tool success rate",
        definition="executions of tools that succeeded, of all",
        unit="ratio",
        window="5 min",
        queries=(Query(_tools('status="success"')), Query(_tools_that_work(), ("tool",))),
        panels=(Panel("stat", 4), Panel("table", 12)),
        limit=Limit(0.8, above=False),
    ),
    Definition(
        name="parallelExecutionRatio",
        group="Health",
        title="Tools in parallel",
        definition="executions of tools that ran beside another one of the same step, of all",
        unit="ratio",
        window="5 min",
        queries=(Query(_tools('parallel="true"')),),
        panels=(Panel("stat", 8),),
        absent="none",
    ),
)

EXPERIENCE: Final = (
    Definition(
        name="taskCompletionRate",
        group="User experience",
        title="Tasks completed",
        definition="tasks that ended without an error, another try or a bad score, of those that are settled",
        unit="ratio",
        window="1 h",
        queries=(
            Query(
                'sum(increase(spansieve_tasks_total{outcome="completed"}[1h])) '
                "/ sum(increase(spansieve_tasks_total[1h]))"
            ),
        ),
        panels=(Panel("stat", 6),),
    ),
    Definition(
        name="averageRetriesPerTask",
        group="User experience",
        title="Retries a task",
        definition="how often users ask the same again until they are done",
        unit="number",
        window="1 h",
        queries=(Query("sum(rate(spansieve_task_retries_sum[1h])) / sum(rate(spansieve_task_retries_count[1h]))"),),
        panels=(Panel("timeseries", 12),),
    ),
    Definition(
        name="sessionLength",
        group="User experience",
        title="Session length",
        definition="mean time from a session's first request to its last; a session ends with 30 min of silence",
        unit="seconds",
        window="1 d",
        queries=(
            Query(
                "sum(rate(spansieve_session_seconds_sum[1d])) / sum(rate(spansieve_session_seconds_count[1d]))",
                legend="mean",
            ),
            Query("histogram_quantile(0.5, sum by (le) (rate(spansieve_session_seconds_bucket[1d])))", legend="half"),
        ),
        panels=(Panel("stat", 6),),
    ),
    Definition(
        name="returnUserRate",
        group="User experience",
        title="Users who come back",
        definition="users of the week before last who were active in the last 7 days too; known after 8 days",
        unit="ratio",
        window="7 d",
        queries=(Query("spansieve_return_user_ratio"),),
        panels=(Panel("stat", 6),),
    ),
    Definition(
        name="toolUsageDistribution",
        group="User experience",
        title="Tools by use",
        definition="how often each tool is executed",
        unit="number",
        window="1 h",
        queries=(Query("topk(20, sum by (tool) (increase(tool_executions_total[1h])))", ("tool",)),),
        panels=(Panel("bargauge", 12),),
        shared="ratio",
    ),
    Definition(
        name="advancedFeatureAdoption",
        group="User experience",
        title="Features adopted",
        definition="active users who used the feature, of all active ones",
        unit="ratio",
        window="7 d",
        queries=(Query("spansieve_feature_adoption_ratio", ("feature",)),),
        panels=(Panel("bargauge", 6),),
    ),
)

COST: Final = (
    Definition(
        name="tokensPerUser",
        group="Cost and efficiency",
        title="Tokens a user",
        definition="prompt and completion tokens, over the users who were active",
        unit="number",
        window="1 d",
        queries=(Query('sum(increase(ai_tokens_total[1d])) / max(spansieve_users_active{window="1d"})'),),
        panels=(Panel("stat", 6),),
    ),
    Definition(
        name="costPerOperation",
        group="Cost and efficiency",
        title="Cost a run",
        definition="cost of model calls over the runs of the agent or workflow that made them",
        unit="usd",
        window="1 h",
        queries=(
            Query(
                "sum by (operation) (increase(spansieve_cost_usd_total[1h])) "
                "/ sum by (operation) (increase(spansieve_operations_total[1h]))",
                ("operation",),
            ),
        ),
        panels=(Panel("bargauge", 10),),
    ),
    Definition(
        name="cacheHitRate",
        group="Cost and efficiency",
        title="Prompt from cache",
        definition="prompt tokens that the model's cache had, of all prompt tokens",
        unit="ratio",
        window="5 min",
        queries=(Query(_cached()), Query(_cached(_by("model")), ("model",))),
        panels=(Panel("timeseries", 8),),
        absent="none",
    ),
    Definition(
        name="duplicateRequestRate",
        group="Cost and efficiency",
        title="Duplicate requests",
        definition="model calls whose prompt, model and tools were sent within the 10 minutes before, of all",
        unit="ratio",
        window="5 min",
        queries=(
            Query("sum(rate(spansieve_duplicate_requests_total[5m])) / sum(rate(spansieve_model_requests_total[5m]))"),
        ),
        panels=(Panel("stat", 6),),
        absent="none",
    ),
    Definition(
        name="cpuPerRequest",
        group="Cost and efficiency",
        title="CPU a trace: agents', else the collector's",
        definition="CPU seconds over traces; the agents' where they send process.cpu.time, else the collector's",
        unit="seconds",
        window="5 min",
        queries=(Query("sum(rate(process_cpu_seconds_total[5m])) / sum(rate(spansieve_traces_total[5m]))"),),
        panels=(Panel("timeseries", 12),),
    ),
    Definition(
        name="memoryPerContext",
        group="Cost and efficiency",
        title="Bytes a conversation",
        definition="input of the newest call of each conversation of the last 15 minutes; their mean",
        unit="bytes",
        window="",
        queries=(Query("context_memory_bytes / spansieve_conversations_active"),),
        panels=(Panel("stat", 6),),
    ),
)

MEASURES: Final[dict[str, Definition]] = {one.name: one for one in (*HEALTH, *EXPERIENCE, *COST)}
"""All of them by name, in the order in which they are shown."""
