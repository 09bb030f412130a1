"""Editors that replace what a pattern finds in texts.

Source: ottlfuncs/func_replace_*.go (contrib). Templates are those of Go's regexp.Expand: `$1`, `${name}`, `$$`. Globs
are those of gobwas/glob without separators: `*` and `**` any text, `?` one character, `[abc]`, `[!a-z]`, `{one,two}`;
a backslash takes its meaning from the sign behind it.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from spansieve.actions.patterns import Pattern, PatternError, compile_pattern, utf8
from spansieve.ottl.access import Get
from spansieve.ottl.nodes import Node
from spansieve.ottl.signature import (
    Binder,
    Bound,
    Target,
    constant,
    define,
    function,
    one_of,
    optional,
    pattern,
    target,
    text,
)
from spansieve.ottl.values import EvaluationError, Result

from .maps import Map, editing, put, replaced

Change = Callable[[str, Result], str]
"""From a text (and the item) to what takes its place."""
Converter = Callable[[Get], Get]
_GROUP = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))", re.ASCII)
one_percent_s = constant(
    'a text with one "%s"', lambda value: isinstance(value, str) and value.count("%s") == 1 == value.count("%")
)


def template(source: str, names: dict[str, int]) -> list[str | int]:
    """`source` as texts and numbers of groups; a group that is not there is empty (-1)."""
    parts: list[str | int] = []
    at = 0
    for found in _GROUP.finditer(source):
        parts.append(source[at : found.start()])
        name = found[1] or found[2]
        parts.append("$" if name is None else int(name) if name.isdigit() else names.get(name, -1))
        at = found.end()
    return [*parts, source[at:]]


def _expanded(parts: Sequence[str | int], whole: bytes, groups: Sequence[bytes | None]) -> str:
    def part(number: int) -> str:
        taken = whole if number == 0 else groups[number - 1] if 0 < number <= len(groups) else b""
        return (taken or b"").decode("utf-8", "replace")

    return "".join(one if isinstance(one, str) else part(one) for one in parts)


def _matches(compiled: Pattern, encoded: bytes) -> Iterator[tuple[int, int, Sequence[bytes | None]]]:
    """Each match as Go finds all: an empty one right behind another, or inside a character, is none."""
    last = -1
    for found in compiled.finditer(encoded):  # type: ignore[attr-defined]  # RE2's patterns have it
        start, end = found.span()
        inside = start < len(encoded) and encoded[start] & 0xC0 == 0x80
        if start == end and (start == last or inside):
            continue
        yield start, end, found.groups()
        last = end


def changer(compiled: Pattern, replacement: str, finish: Callable[[str], str]) -> Callable[[str], str]:
    """Replace every match in a text by `replacement` expanded and `finish`ed."""
    parts = template(replacement, compiled.groupindex)

    def change(value: str) -> str:
        encoded = utf8(value)
        if compiled.search(encoded) is None:
            return value
        found: list[str] = []
        at = 0
        for start, end, groups in _matches(compiled, encoded):
            found.append(encoded[at:start].decode("utf-8", "replace"))
            found.append(finish(_expanded(parts, encoded[start:end], groups)))
            at = end
        found.append(encoded[at:].decode("utf-8", "replace"))
        return "".join(found)

    return change


def _finishing(converter: Converter | None, shape: str, name: str) -> Callable[[str], str]:
    """What becomes of an expanded replacement: `function`, then `replacement_format`."""
    if converter is None:
        return lambda value: value
    given: list[str] = [""]
    run = converter(lambda _: given[0])

    def finish(value: str) -> str:
        given[0] = value
        found = run(None)
        if not isinstance(found, str):
            raise EvaluationError(f"{name}: the function gives no text")
        return shape.replace("%s", found)

    return finish


def _pattern_change(pattern: Callable[[Result], Pattern], replacement: Get, finish: Callable[[str], str]) -> Change:
    last: list[tuple[Pattern, str, Callable[[str], str]]] = []

    def change(value: str, item: Result) -> str:
        compiled, new = pattern(item), replacement(item)
        if not last or last[0][0] is not compiled or last[0][1] != new:
            last[:] = [(compiled, new, changer(compiled, new, finish))]
        return last[0][2](value)

    return change


def _on_text(target: Target, change: Change) -> Get:
    """Change what `target` is, if it is a text."""

    def run(item: Result) -> None:
        value = target.get(item)
        if type(value) is str:
            after = change(value, item)
            if after != value:
                target.set(item, after)

    return run


def _on_values(found: Map, change: Change, item: Result) -> bool:
    after = {key: change(value, item) for key, value in found.items() if type(value) is str}
    return put(found, {key: value for key, value in after.items() if value != found[key]})


def _on_keys(found: Map, change: Change, item: Result) -> bool:
    names = {key: change(key, item) for key in found}
    if all(key == name for key, name in names.items()):
        return False
    return replaced(found, {names[key]: value for key, value in list(found.items())})


@define(
    "replace_pattern",
    target=target,
    regex=pattern,
    replacement=text,
    function=optional(function),
    replacement_format=optional(one_percent_s),
)
def _replace_pattern(
    target: Target,
    regex: Callable[[Result], Pattern],
    replacement: Get,
    function: Converter | None = None,
    replacement_format: str = "%s",
) -> Get:
    finish = _finishing(function, replacement_format, "replace_pattern")
    return _on_text(target, _pattern_change(regex, replacement, finish))


@define(
    "replace_all_patterns",
    target=target,
    mode=one_of("key", "value"),
    regex=pattern,
    replacement=text,
    function=optional(function),
    replacement_format=optional(one_percent_s),
)
def _replace_all_patterns(  # noqa: PLR0917 (the compiler gives them by name)
    target: Target,
    mode: str,
    regex: Callable[[Result], Pattern],
    replacement: Get,
    function: Converter | None = None,
    replacement_format: str = "%s",
) -> Get:
    change = _pattern_change(regex, replacement, _finishing(function, replacement_format, "replace_all_patterns"))
    on = _on_keys if mode == "key" else _on_values
    return editing(target, "replace_all_patterns", lambda found, item: on(found, change, item))


def glob(binder: Binder, node: Node, label: str) -> Bound:
    """A glob that is written out, as a test of texts."""
    source = constant("a text", lambda value: type(value) is str)(binder, node, label)
    try:
        compiled = compile_pattern(rf"(?s)\A(?:{regex_of(source)})\z")
    except (PatternError, ValueError):
        raise binder.wrong(node, f"{label}: no pattern of the form /user/*/list") from None
    return lambda value: compiled.search(utf8(value)) is not None


def regex_of(source: str) -> str:
    """A glob as a regular expression. Raises ValueError where a bracket is not closed."""
    found, at, depth = "", 0, 0
    while at < len(source):
        sign = source[at]
        at += 1
        if sign == "\\" and at < len(source):
            found, at = found + re.escape(source[at]), at + 1
        elif sign == "[":
            close = source.index("]", at + 1)
            inner = source[at:close].replace("\\", "\\\\")
            found, at = found + "[" + (f"^{inner[1:]}" if inner.startswith("!") else inner) + "]", close + 1
        elif sign in "{}" or (sign == "," and depth):
            depth += {"{": 1, "}": -1}.get(sign, 0)
            found += {"{": "(?:", "}": ")"}.get(sign, "|")
        else:
            found += {"*": ".*", "?": "."}.get(sign) or re.escape(sign)
    if depth:
        raise ValueError("a brace is not closed")
    return found


def _glob_change(matches: Callable[[str], bool], replacement: Get, finish: Callable[[str], str]) -> Change:
    return lambda value, item: finish(replacement(item)) if matches(value) else value


@define(
    "replace_match",
    target=target,
    pattern=glob,
    replacement=text,
    function=optional(function),
    replacement_format=optional(one_percent_s),
)
def _replace_match(
    target: Target,
    pattern: Callable[[str], bool],
    replacement: Get,
    function: Converter | None = None,
    replacement_format: str = "%s",
) -> Get:
    finish = _finishing(function, replacement_format, "replace_match")
    return _on_text(target, _glob_change(pattern, replacement, finish))


@define(
    "replace_all_matches",
    target=target,
    pattern=glob,
    replacement=text,
    function=optional(function),
    replacement_format=optional(one_percent_s),
)
def _replace_all_matches(
    target: Target,
    pattern: Callable[[str], bool],
    replacement: Get,
    function: Converter | None = None,
    replacement_format: str = "%s",
) -> Get:
    change = _glob_change(pattern, replacement, _finishing(function, replacement_format, "replace_all_matches"))
    return editing(target, "replace_all_matches", lambda found, item: _on_values(found, change, item))
