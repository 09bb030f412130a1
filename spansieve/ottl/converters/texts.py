"""Converters of texts."""

import base64
import binascii
import json
from collections.abc import Callable

from spansieve.actions.patterns import Pattern, matches_any, utf8
from spansieve.ottl.access import Get
from spansieve.ottl.nodes import Node
from spansieve.ottl.signature import Binder, Bound, define, each, of, optional, pattern, text, text_like, whole
from spansieve.ottl.values import EvaluationError, Result, text_of


def matching(binder: Binder, node: Node, label: str) -> Bound:
    """A regular expression as a test of texts; one that is written out remembers what it answered."""
    compiled = pattern(binder, node, label)
    is_constant, value = binder.constant(node)
    if is_constant:
        fits = matches_any([value])
        return lambda _: fits
    return lambda item: lambda found: compiled(item).search(utf8(found)) is not None


@define("IsMatch", target=text_like, pattern=matching)
def _is_match(target: Get, pattern: Callable[[Result], Callable[[str], bool]]) -> Get:
    def get(item: Result) -> bool:
        value = target(item)
        return value is not None and pattern(item)(value)

    return get


@define("HasPrefix", value=text, prefix=text)
def _has_prefix(value: Get, prefix: Get) -> Get:
    return lambda item: value(item).startswith(prefix(item))


@define("HasSuffix", value=text, suffix=text)
def _has_suffix(value: Get, suffix: Get) -> Get:
    return lambda item: value(item).endswith(suffix(item))


@define("TrimPrefix", value=text, prefix=text)
def _trim_prefix(value: Get, prefix: Get) -> Get:
    return lambda item: value(item).removeprefix(prefix(item))


@define("TrimSuffix", value=text, suffix=text)
def _trim_suffix(value: Get, suffix: Get) -> Get:
    return lambda item: value(item).removesuffix(suffix(item))


@define("Trim", target=text, replacement=optional(text))
def _trim(target: Get, replacement: Get = lambda _: " ") -> Get:
    return lambda item: target(item).strip(replacement(item) or "\0")


@define("ToLowerCase", target=text)
def _lower(target: Get) -> Get:
    return lambda item: target(item).lower()


@define("ToUpperCase", target=text)
def _upper(target: Get) -> Get:
    return lambda item: target(item).upper()


@define("Concat", vals=each(text_like), delimiter=text)
def _concat(vals: Get, delimiter: Get) -> Get:
    def get(item: Result) -> str:
        parts = [text_of(value) for value in vals(item)]
        return delimiter(item).join("<nil>" if part is None else part for part in parts)  # type: ignore[no-any-return]

    return get


@define("Split", target=text, delimiter=text)
def _split(target: Get, delimiter: Get) -> Get:
    def get(item: Result) -> list[str]:
        value, by = target(item), delimiter(item)
        return value.split(by) if by else list(value)

    return get


def cut(value: bytes, size: int) -> bytes:
    """The first `size` bytes of UTF-8 or fewer, so that no character is split."""
    if size >= len(value):
        return value
    while size and value[size] & 0xC0 == 0x80:
        size -= 1
    return value[:size]


@define("Substring", target=text, start=whole, length=whole, utf8_safe=optional(of(bool)))
def _substring(target: Get, start: Get, length: Get, utf8_safe: Get | None = None) -> Get:
    def get(item: Result) -> str:
        value, first, count = utf8(target(item)), start(item), length(item)
        if first < 0 or count <= 0 or first + count > len(value):
            raise EvaluationError("Substring: start and length don't fit the text")
        while first < len(value) and value[first] & 0xC0 == 0x80:
            first += 1
            count -= 1
        return cut(value[first:], max(0, count)).decode("utf-8", "replace")

    return get


@define("ParseJSON", target=text)
def _parse_json(target: Get) -> Get:
    def get(item: Result) -> Result:
        value = target(item)
        try:
            found = json.loads(value, parse_int=float, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise EvaluationError("ParseJSON: the text is no JSON") from None
        if not isinstance(found, (list, dict)):
            raise EvaluationError("ParseJSON: the text is neither a JSON object nor an array")
        return found

    return get


def _no_number(_: str) -> float:
    raise ValueError


@define("ParseInt", target=text, base=whole)
def _parse_int(target: Get, base: Get) -> Get:
    def get(item: Result) -> int:
        value = target(item)
        try:
            found = int(value, base(item)) if len(value) <= 100 and value.strip() == value else None
        except ValueError:
            found = None
        if found is None or not -(2**63) <= found < 2**63:
            raise EvaluationError("ParseInt: the text is no whole number of this base")
        return found

    return get


@define("ParseKeyValue", target=text, delimiter=optional(text), pair_delimiter=optional(text))
def _parse_key_value(target: Get, delimiter: Get = lambda _: "=", pair_delimiter: Get = lambda _: " ") -> Get:
    def get(item: Result) -> dict[str, str]:
        value, between, by = target(item), delimiter(item), pair_delimiter(item)
        if not value or not between or not by or between == by:
            raise EvaluationError("ParseKeyValue: the text or a delimiter is empty, or both delimiters are one")
        pairs = [pair.partition(between) for pair in value.split(by) if pair.strip()]
        if not all(found for _, found, _ in pairs):
            raise EvaluationError("ParseKeyValue: a pair has no delimiter")
        return {_unquoted(key): _unquoted(entry) for key, _, entry in pairs}

    return get


def _unquoted(part: str) -> str:
    part = part.strip()
    return part[1:-1] if len(part) > 1 and part[0] == part[-1] and part[0] in "\"'" else part


def named(binder: Binder, node: Node, label: str) -> Bound:
    """A regular expression with a named group."""
    compiled = pattern(binder, node, label)
    if binder.constant(node)[0] and not compiled(None).groupindex:
        raise binder.wrong(node, f"{label}: no named group such as (?P<name>...)")
    return compiled


@define("ExtractPatterns", target=text, pattern=named)
def _extract_patterns(target: Get, pattern: Callable[[Result], Pattern]) -> Get:
    def get(item: Result) -> dict[str, str]:
        compiled = pattern(item)
        found = compiled.search(utf8(target(item)))
        if found is None:
            return {}
        groups = found.groups(b"")
        return {
            name: (groups[number - 1] or b"").decode("utf-8", "replace") for name, number in compiled.groupindex.items()
        }

    return get


_BASE64 = {
    "base64": (False, True),
    "base64-raw": (False, False),
    "base64-url": (True, True),
    "base64-raw-url": (True, False),
}


@define("Base64Encode", value=text, variant=optional(text))
def _base64_encode(value: Get, variant: Get = lambda _: "base64") -> Get:
    def get(item: Result) -> str:
        url, padded = _variant(variant(item), "Base64Encode")
        found = (base64.urlsafe_b64encode if url else base64.b64encode)(utf8(value(item))).decode()
        return found if padded else found.rstrip("=")

    return get


@define("Base64Decode", value=text)
def _base64_decode(value: Get) -> Get:
    return lambda item: _decoded(utf8(value(item)), "base64", "Base64Decode")


@define("Decode", value=text, encoding=text)
def _decode(value: Get, encoding: Get) -> Get:
    return lambda item: _decoded(utf8(value(item)), encoding(item), "Decode")


def _variant(name: str, function: str) -> tuple[bool, bool]:
    if name not in _BASE64:
        raise EvaluationError(f"{function}: the encoding is none of {', '.join(_BASE64)}")
    return _BASE64[name]


def _decoded(value: bytes, encoding: str, function: str) -> str:
    if encoding in {"utf-8", "utf8", "us-ascii"}:
        return value.decode("utf-8", "replace")
    url, padded = _variant(encoding, function)
    padding = b"" if padded else b"=" * (-len(value) % 4)
    try:
        return base64.b64decode(value + padding, altchars=b"-_" if url else None, validate=True).decode(
            "utf-8", "replace"
        )
    except binascii.Error:
        raise EvaluationError(f"{function}: the text is no {encoding}") from None
