"""Converters from type to type, and questions about types."""

from collections.abc import Mapping

from spansieve.actions.text import as_double, as_int
from spansieve.ottl.access import Get
from spansieve.ottl.signature import any_value, define, text_like
from spansieve.ottl.values import Result
from spansieve.pdata import Value

_TRUE = {"1", "t", "T", "true", "TRUE", "True"}
_FALSE = {"0", "f", "F", "false", "FALSE", "False"}


@define("Int", value=any_value)
def _int(value: Get) -> Get:
    return lambda item: as_int(_simple(value(item)))


@define("Double", value=any_value)
def _double(value: Get) -> Get:
    return lambda item: as_double(_simple(value(item)))


def _simple(value: Result) -> Value:
    return value if isinstance(value, (str, bool, int, float)) else None


@define("Bool", value=any_value)
def _bool(value: Get) -> Get:
    def get(item: Result) -> bool | None:
        found = value(item)
        if isinstance(found, (bool, int, float)):
            return bool(found)
        if isinstance(found, str) and (found in _TRUE or found in _FALSE):
            return found in _TRUE
        return None

    return get


@define("String", value=text_like)
def _string(value: Get) -> Get:
    return value


@define("IsString", value=any_value)
def _is_string(value: Get) -> Get:
    return lambda item: type(value(item)) is str


@define("IsBool", value=any_value)
def _is_bool(value: Get) -> Get:
    return lambda item: type(value(item)) is bool


@define("IsInt", value=any_value)
def _is_int(value: Get) -> Get:
    return lambda item: type(value(item)) is int


@define("IsDouble", value=any_value)
def _is_double(value: Get) -> Get:
    return lambda item: type(value(item)) is float


@define("IsMap", value=any_value)
def _is_map(value: Get) -> Get:
    return lambda item: isinstance(value(item), Mapping)


@define("IsList", value=any_value)
def _is_list(value: Get) -> Get:
    return lambda item: isinstance(value(item), list)


@define("IsEmpty", value=any_value)
def _is_empty(value: Get) -> Get:
    def get(item: Result) -> bool:
        found = value(item)
        if isinstance(found, Mapping):
            return len(found) == 0
        return not found if not isinstance(found, bytes) else not found.strip(b"\0")

    return get
