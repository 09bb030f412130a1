"""What pydantic says of a wrong configuration, in plain words: where, what was found, what is allowed, what to do."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from .fields import choices, is_secret, known_keys, types_at
from .mistakes import Mistake, Mistakes
from .model import as_duration
from .problems import Path, Place, Problem, listed, suggestion
from .tree import Found, Node, descend, each_text

__all__ = ["explain", "unknown_key"]

_KINDS: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a section",
    type(None): "null",
}
_MISSING = {"missing", "union_tag_not_found"}
_SCALARS = (bool, int, float, str)
_WANTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "a text",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a section (keys with values)",
    "mapping_type": "a section (keys with values)",
    "model_type": "a section (keys with values)",
    "model_attributes_type": "a section (keys with values)",
    "none_required": "null",
}
_CONTAINERS = {error for error, wanted in _WANTED.items() if wanted.startswith(("a section", "a list"))}
_BOUNDS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_LENGTHS = {
    "too_short": ("min_length", "at least {} entries"),
    "too_long": ("max_length", "at most {} entries"),
    "string_too_short": ("min_length", "at least {} characters"),
    "string_too_long": ("max_length", "at most {} characters"),
}
_SENSITIVE = re.compile(r"secret|token|passw|credential|authorization|cookie|_key\b|api.?key|_pem\b", re.IGNORECASE)
_ONE_EXPANSION = re.compile(r"\$\{[^${}]*\}")
_USER = re.compile(r"(\w+://)?[^\s'\"@]+@(?=[^\s'\"])")
_KEY_WITHOUT_SPACE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):\S")


class _Context(NamedTuple):
    model: type[BaseModel]
    top: Node
    key: Place
    prefix: Path


class _Case(NamedTuple):
    """One of pydantic's errors, with what it is about."""

    error: ErrorDetails
    found: Found
    types: tuple[Any, ...]
    mistake: Mistake | None = None

    @property
    def kind(self) -> str:
        return self.error["type"]

    @property
    def path(self) -> Path:
        """Where the problem is said to be, from the top of the model."""
        missing = self.kind in _MISSING and self.found.rest
        return (*self.found.path, self.found.rest[-1]) if missing else self.found.path


def explain(error: ValidationError, model: type[BaseModel], top: Node, key: Place, prefix: Path) -> list[Problem]:
    """The problems of the section `top`, whose key stands at `key` and is reached by `prefix`, as `model` sees it.

    What hangs on a value that could not be had is left out: that was said already.
    """
    context = _Context(model, top, key, prefix)
    cases = [case for one in error.errors(include_url=False) for case in _cases(one, context)]
    cases = [case for case in cases if not _follows_from_broken(case)]
    problems = (_problem(same, context) for same in _by_path(_unions_settled(cases)))
    return [_without_values(problem, top) for problem in problems]


def _cases(error: ErrorDetails, context: _Context) -> Iterator[_Case]:
    raised = error.get("ctx", {}).get("error")
    mistakes: tuple[Mistake | None, ...] = raised.mistakes if isinstance(raised, Mistakes) else (None,)
    return (_case(error, mistake, context) for mistake in mistakes)


def _case(error: ErrorDetails, mistake: Mistake | None, context: _Context) -> _Case:
    path = error["loc"] if mistake is None else (*error["loc"], *mistake.path)
    if error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        path = (*path, str(error.get("ctx", {}).get("discriminator", "")).strip("'"))
    return _Case(error, descend(context.top, context.key, path), types_at(context.model, path, context.top), mistake)


def _follows_from_broken(case: _Case) -> bool:
    whole = case.kind in {"missing", "value_error", "assertion_error"}
    return case.found.node.broken or (whole and case.found.node.has_broken())


def _unions_settled(cases: list[_Case]) -> list[_Case]:
    """Without the complaints of those members of a union that were not meant: another has more to say of the value."""
    said = [case for case in cases if not (case.kind in _WANTED and case.found.rest)]
    paths = [case.path for case in said]

    def was_meant(case: _Case) -> bool:
        here = case.found.path
        return not any(path[: len(here)] == here for path in paths)

    return [case for case in cases if case in said or was_meant(case)]


def _by_path(cases: list[_Case]) -> Iterator[list[_Case]]:
    groups: dict[Path, list[_Case]] = {}
    for case in cases:
        groups.setdefault(case.path, []).append(case)
    for group in groups.values():
        types = [case for case in group if case.kind in _WANTED]
        if types:
            yield types
        yield from ([case] for case in group if case.kind not in _WANTED)


def _problem(same: list[_Case], context: _Context) -> Problem:
    case = same[0]
    path = (*context.prefix, *case.path)
    if case.mistake:
        shown = "" if case.found.node.written else case.mistake.excerpt  # what a variable brought is not repeated
        problem = Problem.at(case.found.node.place, path, case.mistake.text, case.mistake.hint)
        return replace(problem, excerpt=shown)
    if case.kind == "extra_forbidden":
        return unknown_key(
            case.found.key, path, known_keys(types_at(context.model, case.error["loc"][:-1], context.top))
        )
    if case.kind in _MISSING:
        allowed = listed(choices(case.types))
        return Problem.at(case.found.key, path, "is required and missing", "", f"Allowed: {allowed}" if allowed else "")
    if case.kind in _WANTED:
        wanted = " or ".join(dict.fromkeys(_WANTED[one.kind] for one in same))
        text = f"must be {wanted}; found {_shown(case, path)}"
        return Problem.at(case.found.node.place, path, text, _mend(case))
    text, hint = _words(case, path)
    place = case.found.node.place if not case.found.node.entries else case.found.key
    return Problem.at(place, path, text, hint)


def unknown_key(place: Place, path: Path, known: list[str]) -> Problem:
    """The problem of a key that is not among `known`."""
    allowed = f"Known keys: {listed(known)}" if known else "It takes no keys"
    return Problem.at(place, path, "unknown key", suggestion(str(path[-1]), known), allowed)


def _words(case: _Case, path: Path) -> tuple[str, str]:
    """Text and hint for what is not about types."""
    context: Mapping[str, Any] = case.error.get("ctx", {})
    if case.kind in {"literal_error", "enum", "union_tag_invalid"}:
        return _choice(case, context, path)
    if case.kind in _BOUNDS:
        name, words = _BOUNDS[case.kind]
        bound = context[name]
        is_duration = isinstance(case.found.node.value, str) and isinstance(bound, (int, float))
        limit = as_duration(bound) if is_duration else f"{bound:g}" if isinstance(bound, float) else str(bound)
        return f"must be {words} {limit}; found {_shown(case, path)}", ""
    if case.kind in _LENGTHS:
        name, words = _LENGTHS[case.kind]
        return f"must have {words.format(context[name])}", ""
    if case.kind in {"value_error", "assertion_error"}:
        found = "" if case.found.node.entries or case.found.node.items else f"; found {_shown(case, path)}"
        return f"{context.get('error', case.error['msg'])}".rstrip(".") + found, ""
    message = case.error["msg"].replace("Input should", "must").replace("String should", "must")
    return message[:1].lower() + message[1:], ""


def _choice(case: _Case, context: Mapping[str, Any], path: Path) -> tuple[str, str]:
    words = [str(word) for word in choices(case.types)]
    expected = listed(words) or context.get("expected") or str(context.get("expected_tags", "")).replace("'", "")
    names = words or [word.strip(" '") for word in str(expected).replace(" or ", ",").split(",")]
    written = case.found.node.value
    hint = suggestion(written, names) if isinstance(written, str) and not case.found.node.written else ""
    one_of = "one of " if len(names) > 1 else ""
    return f"must be {one_of}{expected}; found {_shown(case, path)}", hint


def _shown(case: _Case, path: Path) -> str:
    """What was found, as much of it as may be shown."""
    node, value = case.found.node, case.error["input"]
    value = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(node.value, _SCALARS) and (isinstance(value, _SCALARS) or case.kind == "union_tag_invalid"):
        value = node.value  # as it was written, `0s`, not as seconds
    kind = _KINDS.get(str if isinstance(value, str) else type(value), "something else")
    if node.written:
        return f"{kind} from {node.written if _ONE_EXPANSION.fullmatch(node.written) else '${...}'}"
    hidden = is_secret(case.types) or case.kind in _CONTAINERS or _SENSITIVE.search(".".join(map(str, path)))
    if hidden or not isinstance(value, _SCALARS):
        return kind
    return f"the text {_short(value)!r}" if isinstance(value, str) else str(value).lower()


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _mend(case: _Case) -> str:
    """What to do about the commonest wrong types."""
    node, value = case.found.node, case.error["input"]
    if node.note:
        return f"({node.note.rstrip('.')})"
    if not isinstance(value, str):
        scalar = isinstance(value, (bool, int, float))
        return "Put it into quotes." if case.kind == "string_type" and scalar else ""
    return _mend_text(case, value)


def _mend_text(case: _Case, value: str) -> str:
    if case.kind in {"int_type", "float_type"} and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        return "Write it without quotes and leading zeros."
    if case.kind == "bool_type" and value.lower() in {"yes", "no", "on", "off", "true", "false"}:
        return "Write true or false, without quotes."
    if case.kind in _CONTAINERS and (key := _KEY_WITHOUT_SPACE.match(value)):
        return f"Is a space missing behind `{key[1]}:`?" if key[1] in known_keys(case.types) else ""
    return ""


def _without_values(problem: Problem, top: Node) -> Problem:
    """`problem` without what came out of variables and files, and without what may be a user and password before an @:
    a plugin's own words may repeat them.
    """
    text = _USER.sub(r"\1****@", problem.text)
    for _, node in each_text(top):
        value = str(node.value)
        if node.written and len(value) >= 4 and value in text:
            text = text.replace(value, node.written if _ONE_EXPANSION.fullmatch(node.written) else "${...}")
    return replace(problem, text=text)
