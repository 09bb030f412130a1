"""A message's content, in whatever API's shape, as parts."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from spansieve.pdata import Value

from .anthropic_blocks import ANTHROPIC
from .jsontext import as_text, container
from .keyed_blocks import as_json, is_keyed, keyed
from .openai_blocks import OPENAI
from .parts import SCHEMA_TYPES, Part, is_standard, text, tool_response
from .vercel_blocks import VERCEL, file_part


def _file(block: Part) -> Part | None:
    return file_part(block) or OPENAI["file"](block)


def _tool_response(block: Part) -> Part:
    """Older versions of the conventions, and who follows them, say `result` instead of `response`."""
    rest = {key: value for key, value in block.items() if key not in ("id", "result")}
    return rest | tool_response(block.get("id"), block.get("response", block.get("result")))


_BY_TYPE: Mapping[str, Callable[[Part], Part | None]] = {
    **OPENAI,
    **ANTHROPIC,
    **VERCEL,
    "file": _file,
    "tool_call_response": _tool_response,
}


def parts_of(content: Value) -> list[Part]:
    """The parts of `content`: a text, a block, or a list of both. A block that nobody knows stays as it is if it has a
    `type` of its own (the schema takes any), else its JSON becomes a text. Nothing is left out but what is empty.
    """
    if isinstance(content, list):
        return list(_of_blocks(content))
    if isinstance(content, dict):
        return list(_of_blocks([content]))
    return [] if content is None or content == "" else [text(content)]


def parts_of_text(content: Value) -> list[Part]:
    """As `parts_of`, for attributes that may hold blocks as JSON text: a list in which each is of a known type."""
    blocks = container(content)
    if isinstance(blocks, list) and blocks and all(is_known(block) for block in blocks):
        return parts_of(blocks)
    return parts_of(content)


def _of_blocks(blocks: Iterable[Value]) -> Iterator[Part]:
    for block in blocks:
        if isinstance(block, dict):
            yield _part(block)
        elif block is not None and block != "":
            yield text(block)


def _part(block: Part) -> Part:
    if is_standard(block):
        return block
    kind = block.get("type", block.get("kind"))
    if not isinstance(kind, str):
        return keyed(block) or as_json(block)
    make = _BY_TYPE.get(kind)
    made = make(block) if make else None
    return made or (as_json(block) if kind in SCHEMA_TYPES else {**block, "type": kind})


def is_known(block: Value) -> bool:
    """Whether `block` is of a kind that some API has."""
    if not isinstance(block, dict):
        return False
    kind = as_text(block.get("type", block.get("kind", "")))
    return kind in _BY_TYPE or is_standard(block) or is_keyed(block)
