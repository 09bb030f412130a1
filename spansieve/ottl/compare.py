"""How two values are compared.

Source: pkg/ottl/compare.go of the Go Collector (contrib). Values of different kinds are unequal and none is less than
the other; whole numbers and doubles are compared as doubles; nil equals nil alone. One thing differs: an id may be
compared with bytes, which in the Go Collector never holds.
"""

import operator as operators
from collections.abc import Callable, Mapping

from .nodes import Comparing
from .values import Duration, Id, Item, Result, Time

Get = Callable[[Item], Result]
Test = Callable[[Item], bool]
_ORDER: dict[Comparing, Callable[[Result, Result], bool]] = {
    "==": operators.eq,
    "!=": operators.ne,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}
_ORDERED: dict[type, str] = {str: "text", bool: "bool", bytes: "bytes", Id: "bytes", Time: "time", Duration: "duration"}
_EXACT = 2**53
"""Up to here every whole number is a double too."""


def compare(left: Result, word: Comparing, right: Result) -> bool:
    """Whether `left word right` holds."""
    if left is None and right is None:
        return word in {"==", "<=", ">="}
    one, other = type(left), type(right)
    if one is int and other is int:
        return _ORDER[word](left, right)
    if one in {int, float} and other in {int, float}:
        return _ORDER[word](float(left), float(right))
    sort = _ORDERED.get(one)
    if sort is not None and sort == _ORDERED.get(other):
        return _ORDER[word](left[0], right[0]) if one is Time else _ORDER[word](left, right)
    return _unordered(left, word, right)


def _unordered(left: Result, word: Comparing, right: Result) -> bool:
    if word not in {"==", "!="}:
        return False
    return same(left, right) is (word == "==")


def same(left: Result, right: Result) -> bool:
    """Whether two values, lists and maps in depth, are of the same kind and equal: 1 is neither 1.0 nor true."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and bool(left == right)


def comparing(left: Get, word: Comparing, right: Get) -> Test:
    """The comparison of two values that both have to be looked up."""
    return lambda item: compare(left(item), word, right(item))


def comparing_with(left: Get, word: Comparing, constant: Result) -> Test:
    """The comparison of a value with a constant on its right: the common case, settled as far as can be beforehand."""
    sort = type(constant)
    if word == "==" and (constant is None or sort is str or sort is bool):
        if sort is str:
            return lambda item: left(item) == constant
        return lambda item: left(item) is constant
    if word == "!=" and (constant is None or sort is str or sort is bool):
        if sort is str:
            return lambda item: left(item) != constant
        return lambda item: left(item) is not constant
    if sort is int and -_EXACT < constant < _EXACT:
        return _with_int(left, word, constant)
    return lambda item: compare(left(item), word, constant)


def _with_int(left: Get, word: Comparing, constant: int) -> Test:
    order = _ORDER[word]

    def test(item: Item) -> bool:
        value = left(item)
        return order(value, constant) if type(value) is int else compare(value, word, constant)

    return test


def mirrored(word: Comparing) -> Comparing:
    """The operator that says the same with the sides exchanged."""
    mirror: dict[Comparing, Comparing] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
    return mirror.get(word, word)
