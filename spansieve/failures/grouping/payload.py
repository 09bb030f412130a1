"""JSON in a message, or what looks like it: objects as Python and JavaScript print them, and JSON that was cut."""

import re
from typing import Final, NamedTuple

MIN_LENGTH: Final = 20
"""What is not longer is read as any text."""
_PAIRS: Final = {"}": "{", "]": "["}
_BRACKETS: Final = re.compile(r"[{}\[\]]")
_LIST: Final = re.compile(r"\[\s*[\"'{\[]")
_OBJECT: Final = re.compile(r"[{\[]\s*(?:\{\s*)?[\"']?\w+[\"']?\s*:")
_NAMES: Final = re.compile(r"\{\s*['\"][^:]*\Z")
_TELLS: Final = (
    "type|code|status|reason|param|loc|path|field|error|errors|statusCode|status_code|grpc_status|success|ok"
)
_SAYS: Final = (
    "message|msg|detail|details|error|error_message|errorMessage|error_description|grpc_message|Message|description"
)
_VALUE: Final = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\[[^\[\]{}]{0,120}\]|-?\d{1,6}(?![\w.])|[A-Za-z_]\w{0,39}"
_ENTRY: Final = re.compile(rf"(?<![\w@])[\"']?({_TELLS}|{_SAYS})[\"']?\s*[:=]\s*({_VALUE}|(?=[{{\[]))")
_KEPT_KEYS: Final = frozenset({"type", "code", "status", "reason", "statusCode", "status_code", "grpc_status"})
_FIELD_KEYS: Final = frozenset({"param", "field", "loc", "path"})
_MESSAGE_KEYS: Final = frozenset(_SAYS.split("|"))
_KEPT: Final = re.compile(r"-?\d{1,6}|[A-Za-z_][A-Za-z_.\-]{0,39}")
_NO_VALUE: Final = frozenset({"null", "None", "true", "false", "True", "False", "undefined"})
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z_\-]*")
_FIELD: Final = re.compile(r"[\w.\-\[\]]+")
_ESCAPED: Final = re.compile(r"\\(.)")
_MAX_KEPT: Final = 6
_ONLY_KEY: Final = re.compile(r"\{\s*[\"']\w+[\"']\s*:\s*(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\s*\}")


class Payload(NamedTuple):
    """JSON in a text."""

    end: int
    """Where the text goes on."""
    kept: tuple[str, ...]
    """What tells one failure from another: its types, codes and fields."""
    message: str
    """What it says in words; empty where it is no error but data."""


def closers(text: str) -> dict[int, int]:
    """Each opening bracket of `text` to its closing one; a stray one is passed over. Linear in the text."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    count = {"{": 0, "[": 0}
    for bracket in _BRACKETS.finditer(text):
        opening = _PAIRS.get(bracket.group())
        if opening is None:
            waiting.append(bracket.start())
            count[bracket.group()] += 1
            continue
        while count[opening]:
            place = waiting.pop()
            count[text[place]] -= 1
            if text[place] == opening:
                found[place] = bracket.end()
                break
    return found


def payload_of(text: str, start: int, ends: dict[int, int]) -> Payload | None:
    """The JSON that begins with the bracket at `start`; None where that is just a bracket."""
    if text[start] == "[" and not _LIST.match(text, start):
        return None
    end = ends.get(start)
    if end is None and not _OBJECT.match(text, start):
        return None
    body = text[start:end]
    if len(body) <= MIN_LENGTH or not (":" in body or "," in body) or _NAMES.match(body):
        return None
    kept, message = _told(body)
    return Payload(len(text) if end is None else end, kept, message)


def _told(body: str) -> tuple[tuple[str, ...], str]:
    """What stays of `body`, and its first message if it is an error's."""
    kept: dict[str, None] = {}
    says, is_error = "", False
    for entry in _ENTRY.finditer(body):
        key, value = entry.groups()
        plain = _plain(value)
        if key in _KEPT_KEYS or key in _FIELD_KEYS:
            name = _field(value, plain) if key in _FIELD_KEYS else plain
            if _KEPT.fullmatch(name) and name not in _NO_VALUE and len(kept) < _MAX_KEPT:
                kept[name] = None
        elif key in _MESSAGE_KEYS and value[:1] in {"'", '"'}:
            says = says or plain
        is_error = is_error or key not in {"message", "description", "path", "details"}
    return tuple(kept), says if is_error or _ONLY_KEY.fullmatch(body) else ""


def _plain(value: str) -> str:
    return (
        _ESCAPED.sub(lambda one: " " if one[1] in "nrt" else one[1], value[1:-1]) if value[:1] in {"'", '"'} else value
    )


def _field(value: str, plain: str) -> str:
    """A field without the places in lists: `tools.name` of `tools[0].name` or `["tools", 0, "name"]`.

    Nothing of a text with a slash or a blank: that is data.
    """
    return ".".join(_WORD.findall(plain)) if value[:1] == "[" or _FIELD.fullmatch(plain) else ""
