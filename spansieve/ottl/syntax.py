"""From text to nodes: the grammar of conditions and statements, and what is said of a text that does not keep it.

Source: pkg/ottl/grammar.go of the Go Collector (contrib), lambdas apart. Somewhat more is taken: arithmetic without
spaces (`1-1`), trailing commas, and line breaks inside quotes.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from lark import Lark, Token, UnexpectedInput, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedToken, VisitError
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

from spansieve.config.mistakes import Mistake, Mistakes, excerpt

from .nodes import (
    Argument,
    Arithmetic,
    Call,
    Comparison,
    Junction,
    ListOf,
    Literal,
    MapOf,
    Name,
    Negation,
    Node,
    Path,
    Statement,
)
from .quoting import unquote

MAX_CHARACTERS = 65_536
MAX_DEPTH = 50
"""Brackets that may stand inside each other."""

_GRAMMAR = r"""
statement: call ("where" _disjunction)?
condition: _disjunction

_disjunction: conjunction | disjunction
disjunction: conjunction ("or" conjunction)+
?conjunction: negation ("and" negation)*
?negation: comparison | "not" comparison -> negated
?comparison: total (COMPARE total)?
?total: product (ADD product)*
?product: _atom (MULTIPLY _atom)*

_atom: group | number | text | octets | word | path | call | list_of | map_of | name
group: "(" _disjunction ")"
number: ADD? (INT | FLOAT)
text: STRING
octets: BYTES
!word: "true" | "false" | "nil"
name: UPPER
path: LOWER ("." LOWER)* keys
call: (LOWER | UPPER) "(" (argument ("," argument)*)? ")" keys
argument: (LOWER "=")? total
keys: ("[" total "]")*
list_of: "[" (total ("," total)* ","?)? "]"
map_of: "{" (entry ("," entry)* ","?)? "}"
entry: STRING ":" total

BYTES.3: /0x[0-9a-fA-F]+/
FLOAT.2: /\d*\.\d+([eE][-+]?\d+)?/
INT.1: /\d+/
STRING: /"(\\.|[^\\"])*"/s
COMPARE: "==" | "!=" | "<=" | ">=" | "<" | ">"
ADD: "+" | "-"
MULTIPLY: "*" | "/"
UPPER: /[A-Z][A-Za-z0-9_]*/
LOWER: /[a-z][A-Za-z0-9_]*/
%import common.WS
%ignore WS
"""
_SKIPPED = re.compile(r'"(?:\\.|[^\\"])*"|[^"()\[\]{}]+', re.DOTALL)
_HABITS = {
    "=": "Write == to compare.",
    "&": "Write `and`.",
    "|": "Write `or`.",
    "!": "Write `not` before a condition, != between values.",
    "'": 'Texts stand in double quotes: "...".',
    "`": 'Texts stand in double quotes: "...".',
    '"': 'A quote is not closed, or what follows the closing one belongs inside as \\".',
}
_WORDS = {"and", "or", "not", "where", "true", "false", "nil"}


class Place(NamedTuple):
    """Characters of an expression."""

    at: int
    end: int


def mistake(source: str, place: Place | Node, text: str, hint: str = "") -> Mistakes:
    """What to raise for a mistake in `source` at `place`."""
    line = source.count("\n", 0, place.at)
    column = place.at - source.rfind("\n", 0, place.at)
    where = f"line {line + 1}, column {column}" if line else f"column {column}"
    return Mistakes([Mistake(f"{text} ({where})", hint, excerpt(source, place.at, place.end))])


class _Broken(Exception):
    """A mistake that a token has in itself."""

    def __init__(self, place: Place, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.place, self.text, self.hint = place, text, hint


def _place(token: Token) -> Place:
    return Place(token.start_pos or 0, token.end_pos or 0)


def _text(token: Token) -> str:
    try:
        return unquote(token[1:-1])
    except ValueError as error:
        raise _Broken(_place(token), f"{error}", "In a regular expression write \\\\ for each backslash.") from None


@v_args(meta=True)
class _Builder(Transformer_NonRecursive[Token, Any]):
    """Makes nodes of the parser's tree, bottom up."""

    def statement(self, meta: Meta, parts: list[Any]) -> Statement:
        call, where = parts[0], parts[1] if len(parts) > 1 else None
        return Statement(meta.start_pos, meta.end_pos, call, where)

    def condition(self, _meta: Meta, parts: list[Any]) -> Node:
        return parts[0]  # type: ignore[no-any-return]

    group = condition

    def disjunction(self, meta: Meta, parts: list[Any]) -> Node:
        return Junction(meta.start_pos, meta.end_pos, "or", tuple(parts))

    def conjunction(self, meta: Meta, parts: list[Any]) -> Node:
        return Junction(meta.start_pos, meta.end_pos, "and", tuple(parts))

    def negated(self, meta: Meta, parts: list[Any]) -> Node:
        return Negation(meta.start_pos, meta.end_pos, parts[0])

    def comparison(self, meta: Meta, parts: list[Any]) -> Node:
        left, word, right = parts
        return Comparison(meta.start_pos, meta.end_pos, left, str(word), right)  # type: ignore[arg-type]

    def total(self, meta: Meta, parts: list[Any]) -> Node:
        rest = tuple((str(word), value) for word, value in zip(parts[1::2], parts[2::2], strict=True))
        return Arithmetic(meta.start_pos, meta.end_pos, parts[0], rest)

    product = total

    def number(self, meta: Meta, parts: list[Any]) -> Node:
        digits, sign = parts[-1], -1 if parts[0] == "-" else 1
        place = Place(meta.start_pos, meta.end_pos)
        if digits.type == "FLOAT":
            return Literal(*place, sign * float(digits))
        number = sign * int(digits) if len(digits) < 40 else 2**64
        if not -(2**63) <= number < 2**63:
            raise _Broken(place, "a whole number has more than 64 bits")
        return Literal(*place, number)

    def text(self, meta: Meta, parts: list[Any]) -> Node:
        return Literal(meta.start_pos, meta.end_pos, _text(parts[0]))

    def octets(self, meta: Meta, parts: list[Any]) -> Node:
        digits = parts[0][2:]
        if len(digits) % 2:
            raise _Broken(_place(parts[0]), "bytes need two digits each")
        return Literal(meta.start_pos, meta.end_pos, bytes.fromhex(digits))

    def word(self, meta: Meta, parts: list[Any]) -> Node:
        return Literal(meta.start_pos, meta.end_pos, {"true": True, "false": False}.get(str(parts[0])))

    def name(self, meta: Meta, parts: list[Any]) -> Node:
        return Name(meta.start_pos, meta.end_pos, str(parts[0]))

    def path(self, meta: Meta, parts: list[Any]) -> Node:
        return Path(meta.start_pos, meta.end_pos, tuple(map(str, parts[:-1])), parts[-1])

    def call(self, meta: Meta, parts: list[Any]) -> Node:
        return Call(meta.start_pos, meta.end_pos, str(parts[0]), tuple(parts[1:-1]), parts[-1])

    def argument(self, meta: Meta, parts: list[Any]) -> Argument:
        name = str(parts[0]) if len(parts) > 1 else ""
        return Argument(meta.start_pos, meta.end_pos, name, parts[-1])

    def keys(self, _meta: Meta, parts: list[Any]) -> tuple[Node, ...]:
        return tuple(parts)

    def list_of(self, meta: Meta, parts: list[Any]) -> Node:
        return ListOf(meta.start_pos, meta.end_pos, tuple(parts))

    def map_of(self, meta: Meta, parts: list[Any]) -> Node:
        return MapOf(meta.start_pos, meta.end_pos, tuple(parts))

    def entry(self, _meta: Meta, parts: list[Any]) -> tuple[str, Node]:
        return _text(parts[0]), parts[1]


_PARSER = Lark(
    _GRAMMAR,
    parser="lalr",
    lexer="basic",
    start=["condition", "statement"],
    propagate_positions=True,
    maybe_placeholders=False,
)
_BUILDER = _Builder()


def parse_condition(source: str) -> Node:
    """The condition that `source` holds. Raises Mistakes."""
    return _parse(source, "condition")


def parse_statement(source: str) -> Statement:
    """The statement that `source` holds. Raises Mistakes."""
    return _parse(source, "statement")  # type: ignore[return-value]


@lru_cache(maxsize=256)  # a configuration is validated first, and then built
def _parse(source: str, start: str) -> Node:
    _bounded(source)
    try:
        return _BUILDER.transform(_PARSER.parse(source, start=start))  # type: ignore[no-any-return]
    except VisitError as error:
        if not isinstance(error.orig_exc, _Broken):
            raise
        broken = error.orig_exc
        raise mistake(source, broken.place, broken.text, broken.hint) from None
    except UnexpectedInput as error:
        raise _unexpected(source, start, error) from None


def _bounded(source: str) -> None:
    if len(source) > MAX_CHARACTERS:
        raise mistake(source, Place(0, 1), f"an expression has more than {MAX_CHARACTERS} characters")
    depth = 0
    at = 0
    while at < len(source):
        skipped = _SKIPPED.match(source, at)
        if skipped:
            at = skipped.end()
            continue
        if source[at] == '"':  # it is not closed, which the parser says
            return
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(source[at], 0)
        if depth > MAX_DEPTH:
            raise mistake(source, Place(at, at + 1), f"more than {MAX_DEPTH} brackets stand inside each other")
        at += 1


def _unexpected(source: str, start: str, error: UnexpectedInput) -> Mistakes:
    if not source.strip():
        return mistake(source, Place(0, 1), f"a {start} is expected, found nothing")
    if isinstance(error, UnexpectedCharacters):
        at = error.pos_in_stream or 0
        return mistake(source, Place(at, at + 1), f"unexpected {source[at]}", _HABITS.get(source[at], ""))
    if not isinstance(error, UnexpectedToken) or error.token.type == "$END":
        return mistake(source, Place(len(source), len(source)), f"the {start} ends too early")
    token, place = error.token, _place(error.token)
    shown = f"the text {token}" if token.type == "STRING" else str(token)
    return mistake(source, place, f"unexpected {shown[:60]}", _advice(source, start, place, token))


def _advice(source: str, start: str, place: Place, token: Token) -> str:
    if str(token) in _HABITS and token.type != "STRING":
        return _HABITS[str(token)]
    if start == "statement" and "(" not in source[: place.at]:
        return "A statement begins with an editor: set(...)."
    if str(token) == "where" and start == "condition":
        return "A condition stands alone, without `where`."
    if token.type in {"LOWER", "UPPER"} and source[: place.at].rstrip()[-1:] in {")", '"', "]"}:
        return "Join conditions with `and` or `or`."
    return ""
