"""YAML scalars without YAML 1.1's traps, and texts that came out of `${...}`.

Only what YAML 1.2's core schema names is more than text (yaml.org/spec/1.2.2, section 10.3.2): so `no`, `on`, `012` and
`1:30` are what they look like.
"""

import re

Scalar = bool | int | float | str | None
"""What a YAML scalar can be."""

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


def scalar(text: str) -> Scalar:
    """The value of the plain (unquoted) scalar `text`: None, bool, int, float, or the text itself.

    Digits with a leading zero (`012`, `0123`) stay text: YAML 1.1 would read octal, YAML 1.2 decimal, and either loses
    the zero that somebody wrote.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        digits = text.lstrip("+-")
        if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
            return text
        return _whole(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _whole(text: str) -> int | float:
    """`text` as an integer; beyond Python's limit of digits, as in YAML implementations elsewhere, a float."""
    try:
        return int(text, 0)
    except ValueError:
        return float(text)


class Expanded(str):
    """The text that a `${...}` alone stood for, with the YAML `value` that it parses to.

    The field decides which of the two it takes, so that `0123` or `1e5` stays what it was where text is wanted.
    """

    __slots__ = ("value",)

    value: object

    def __new__(cls, text: str, value: object) -> "Expanded":
        """Hold `text` and what it means as YAML."""
        self = super().__new__(cls, text)
        self.value = value
        return self
