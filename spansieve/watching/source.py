"""What is counted from: spans, or the log records of agents that send no traces."""

from typing import Annotated, Literal

from pydantic import Field

from spansieve.plugin import Host

CountFrom = Annotated[
    Literal["spans", "logs"],
    Field(description="What calls, tokens, tools and failures are counted from; never from both."),
]
"""The key of all who watch, `spans` by default; for their configuration."""


def warn(host: Host, count_from: CountFrom) -> None:
    """Say in the log where the component of `host` has nothing to count, and what to do about it."""
    traces, logs = host.pipeline("traces"), host.pipeline("logs")
    if count_from == "spans":
        if traces is None and (logs or host.pipeline("metrics")):
            host.log.warning(
                "count_from is spans, and it stands in no traces pipeline: nothing is counted. Name it in one, or set "
                "count_from to logs where agents send no traces"
            )
    elif logs is None:
        host.log.warning(
            "count_from is logs, and it stands in no logs pipeline: nothing is counted. Name it in one, behind "
            "ai_semantics, or set count_from to spans"
        )
    elif not any(one.partition("/")[0] == "ai_semantics" for one in logs.before):
        host.log.warning(
            "count_from is logs, and no ai_semantics stands before it in %s: no record says what it tells of, so "
            "nothing is counted. Put ai_semantics before it",
            logs.pipeline,
        )
