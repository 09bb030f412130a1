"""Batches of tools that run at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.util.types import AttributeValue

from .step import Step

T = TypeVar("T")
_BATCH = context.create_key("spansieve-tool-batch")
_MOST_NAMES = 32
_MOST_THREADS = 32


class ToolBatch(Step):
    """A span `tools.parallel_batch`; tools that start directly under it are marked `tool.parallel`."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """`names`: the tools, if known beforehand."""
        super().__init__("tools.parallel_batch", _batch_of(names) if names else {})
        self._named = bool(names)
        self.started: list[str] = []
        """Names of the tools that started, in order."""

    def run(self, *calls: Callable[[], T]) -> list[T]:
        """Call all at once, at most 32, each in a thread that has this context, and give their results in order.

        Raises what the first of them raised, once all have ended. Coroutines need no help: `asyncio.gather`.
        """
        if not calls:
            return []
        with ThreadPoolExecutor(min(len(calls), _MOST_THREADS)) as pool:
            running = [pool.submit(copy_context().run, call) for call in calls]
        return [one.result() for one in running]

    def _inside(self) -> Context:
        return context.set_value(_BATCH, self, super()._inside())

    def _ending(self) -> None:
        if not self._named:
            self._set(_batch_of(self.started))


def _batch_of(names: Sequence[str]) -> dict[str, AttributeValue]:
    return {"batch.size": len(names), "batch.tools": names[:_MOST_NAMES]}


def parallel_tools(*names: str) -> ToolBatch:
    """A batch of tools that run at once, for `with` and `async with`. Without `names` it counts those that start."""
    return ToolBatch(names)


def joins_batch(name: str) -> bool | None:
    """Enter the tool `name`, which is about to start, into the batch that it stands directly under, if there is one."""
    batch = context.get_value(_BATCH)
    if not isinstance(batch, ToolBatch) or batch.span is not trace.get_current_span():  # a tool of a tool is not
        return None
    batch.started.append(name)
    return True
