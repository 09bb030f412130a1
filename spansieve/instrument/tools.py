"""Tool calls."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar, overload

from opentelemetry.util.types import AttributeValue

from .batches import joins_batch
from .content import arguments_by_name, captures, digest, text_of, traces_of
from .step import Step
from .wrapping import F, wrapped

T = TypeVar("T")


class ToolCall(Step):
    """A span `execute_tool <name>` (GenAI conventions 1.41.1) with the events `tool.start` and `tool.complete` or
    `tool.error`; also a decorator.
    """

    _other_error = "tool_error"

    def __init__(
        self,
        name: str,
        attributes: Mapping[str, AttributeValue | None],
        *,
        arguments: Callable[[], object] | None,
        parallel: bool | None,
        capture_content: bool | None,
    ) -> None:
        """See `tool`."""
        super().__init__(f"execute_tool {name}", attributes)
        self._tool = name
        self._arguments = arguments
        self._parallel = parallel
        self._capture = capture_content
        self._completion: dict[str, AttributeValue | None] | None = {}  # None once it failed

    def result(self, value: T) -> T:
        """Say what the tool gave; returns it."""
        if self.recording:
            text = text_of(value)
            self._completion = traces_of("result", text)
            if captures(self._capture):
                self._set({"gen_ai.tool.call.result": text})
        return value

    def returned(self, value: object) -> None:
        """As `result`."""
        self.result(value)

    def __call__(self, function: F) -> F:
        """Decorate `function`: each call is a tool call of its own, with the function's arguments and result."""
        arguments_of = arguments_by_name(function)
        return wrapped(
            function,
            lambda args, kwargs: ToolCall(
                self._tool,
                self._attributes,
                arguments=partial(arguments_of, args, kwargs),
                parallel=self._parallel,
                capture_content=self._capture,
            ),
        )

    def _begun(self) -> None:
        in_batch = joins_batch(self._tool)
        text = None if self._arguments is None else text_of(self._arguments())
        self._set(
            {
                "tool.parallel": in_batch if self._parallel is None else self._parallel,
                "spansieve.ai.tool.args_hash": None if text is None else digest(text),  # finds repeated calls
                "gen_ai.tool.call.arguments": text if captures(self._capture) else None,
            }
        )
        self._add_event("tool.start", {"paramsLength": None if text is None else len(text)})

    def _failed(self, message: str) -> None:
        self._completion = None
        self._add_event("tool.error", {"error": message})

    def _ending(self) -> None:
        if self._completion is not None:
            self._add_event("tool.complete", self._completion)


@overload
def tool(name: F, /) -> F: ...


@overload
def tool(
    name: str,
    *,
    arguments: object = None,
    call_id: str | None = None,
    tool_type: str = "function",
    description: str | None = None,
    parallel: bool | None = None,
    capture_content: bool | None = None,
) -> ToolCall: ...


@overload
def tool(
    *,
    tool_type: str = "function",
    description: str | None = None,
    parallel: bool | None = None,
    capture_content: bool | None = None,
) -> Callable[[F], F]: ...


def tool(
    name: str | Callable[..., Any] | None = None,
    *,
    arguments: object = None,
    call_id: str | None = None,
    tool_type: str = "function",
    description: str | None = None,
    parallel: bool | None = None,
    capture_content: bool | None = None,
) -> object:
    """One call of a tool, for `with` and `async with`, or a decorator with or without brackets.

    A decorated function needs no `name` (it has one), `arguments` or `call_id` (the model's id of the call). `parallel`
    is found out inside `parallel_tools`. `tool_type` is `function`, `extension` or `datastore` (GenAI conventions
    1.41.1, `gen_ai.tool.type`). `capture_content` sends arguments and results, or never does, whatever the environment
    says.
    """
    if callable(name):
        return tool(_name_of(name))(name)
    if name is None:
        more = partial(tool, tool_type=tool_type, description=description, parallel=parallel)
        return lambda function: more(_name_of(function), capture_content=capture_content)(function)
    attributes: dict[str, AttributeValue | None] = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "gen_ai.tool.type": tool_type,
        "gen_ai.tool.call.id": call_id,
        "gen_ai.tool.description": description,
    }
    given = None if arguments is None else lambda: arguments
    return ToolCall(name, attributes, arguments=given, parallel=parallel, capture_content=capture_content)


def _name_of(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", type(function).__name__))
