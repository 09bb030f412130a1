"""Model calls: one span and one `model.inference` event each."""

import time
from collections.abc import Mapping, Sequence

from opentelemetry.trace import SpanKind
from opentelemetry.util.types import AttributeValue

from .content import captures, present, text_of, traces_of
from .step import Step


class ModelCall(Step):
    """A span `chat <model>` (GenAI conventions 1.41.1), and the event `model.inference` at its end."""

    _kind = SpanKind.CLIENT

    def __init__(
        self,
        name: str,
        attributes: Mapping[str, AttributeValue | None],
        *,
        prompt: object,
        capture_content: bool | None,
    ) -> None:
        """See `model_call`."""
        super().__init__(name, attributes)
        self._prompt = prompt
        self._capture = capture_content
        self._began = 0.0
        self._first_token = False
        self._inference: dict[str, AttributeValue | None] = {}

    def usage(
        self,
        *,
        input: int | None = None,  # noqa: A002
        output: int | None = None,
        cache_read: int | None = None,
        cache_write: int | None = None,
        reasoning: int | None = None,
    ) -> None:
        """Say the tokens; the last word counts. `input` includes the cached ones, `output` the reasoning. Anthropic's
        API leaves the cached ones out of its `input_tokens`: add the three up.
        """
        if self.recording:
            self._set(
                {
                    "gen_ai.usage.input_tokens": input,
                    "gen_ai.usage.output_tokens": output,
                    "gen_ai.usage.cache_read.input_tokens": cache_read,
                    "gen_ai.usage.cache_creation.input_tokens": cache_write,
                    "gen_ai.usage.reasoning.output_tokens": reasoning,
                }
            )
            self._inference |= present({"promptTokens": input, "completionTokens": output})

    def response(self, *, id: str | None = None, model: str | None = None) -> None:  # noqa: A002
        """Say what the answer names: its id, and the model that gave it."""
        if self.recording:
            self._set({"gen_ai.response.id": id, "gen_ai.response.model": model})

    def first_token(self) -> None:
        """Say that the first part of a streamed answer is here; later calls change nothing."""
        if self.recording and not self._first_token:
            self._first_token = True
            self._set({"gen_ai.response.time_to_first_chunk": time.perf_counter() - self._began})

    def finish(self, reason: str, *, output: object = None) -> None:
        """Say why the model stopped, in the vendor's own word, and what it answered (sent only with content)."""
        if self.recording:
            self._set({"gen_ai.response.finish_reasons": [reason]})
            self._inference["stopReason"] = reason
            if output is not None and captures(self._capture):
                messages = [{"finish_reason": reason} | one for one in _messages(output, role="assistant")]
                self._set({"gen_ai.output.messages": text_of(messages)})

    def _begun(self) -> None:
        asked = self._attributes
        self._inference = {
            "model": asked["gen_ai.request.model"],
            "temperature": asked.get("gen_ai.request.temperature"),
            "maxTokens": asked.get("gen_ai.request.max_tokens"),
        }
        if self._prompt is not None:
            self._inference |= traces_of("prompt", text_of(self._prompt))
            if captures(self._capture):
                self._set({"gen_ai.input.messages": text_of(_messages(self._prompt, role="user"))})
        self._first_token = False
        self._began = time.perf_counter()

    def _ending(self) -> None:
        self._add_event("model.inference", self._inference)


def model_call(
    model: str,
    *,
    provider: str | None = None,
    operation: str = "chat",
    prompt: object = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
    attributes: Mapping[str, AttributeValue] | None = None,
    capture_content: bool | None = None,
) -> ModelCall:
    """One call of a model, for `with` and `async with`.

    `provider` as the GenAI conventions 1.41.1 spell it (`gen_ai.provider.name`: `openai`, `anthropic`, `gcp.gemini`,
    `aws.bedrock`, ...); `operation` is `chat`, `generate_content` or `text_completion`. `prompt` is a text or a list of
    messages, of which the hash and the length are sent; `attributes` are any more. `capture_content` sends prompt and
    answer, or never does, whatever the environment says.
    """
    asked: dict[str, AttributeValue | None] = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model,
        "gen_ai.request.temperature": temperature,
        "gen_ai.request.max_tokens": max_tokens,
    }
    if attributes:
        asked |= attributes
    return ModelCall(f"{operation} {model}", asked, prompt=prompt, capture_content=capture_content)


def _messages(content: object, role: str) -> list[dict[str, object]]:
    """`content` as the conventions' messages: `{role, parts}`, of a text, one message, or a list of messages."""
    listed = content if isinstance(content, Sequence) and not isinstance(content, str | bytes) else [content]
    return [_message(one, role) for one in listed]


def _message(one: object, role: str) -> dict[str, object]:
    if not isinstance(one, Mapping):
        return {"role": role, "parts": [_part(one)]}
    if "parts" in one:
        return dict(one)
    content = one.get("content")
    blocks = content if isinstance(content, list) else [content]
    return {"role": one.get("role", role), "parts": [_part(block) for block in blocks if block is not None]}


def _part(block: object) -> object:
    """A text as a text part; a vendor's other blocks stay: any `type` is allowed."""
    if isinstance(block, Mapping):
        return {"type": "text", "content": block["text"]} if block.get("type") == "text" else block
    return {"type": "text", "content": block if isinstance(block, str) else text_of(block)}
