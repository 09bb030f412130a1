"""How a field is read and written, and how lists and maps are indexed.

Source: pkg/ottl/contexts/internal/ctxutil of the Go Collector (contrib). A key that is missing gives nil, an index out
of bounds is an error, and setting makes the maps and lists on the way that are missing.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from spansieve.pdata import Attributes, DecodeError

from .values import EvaluationError, Item, Result, Time, kind, storable, wrong

MAX_PADDING = 1_000
"""A list is made at most this long by setting an entry beyond its end."""

Get = Callable[[Item], Result]
Set = Callable[[Item, Result], None]


class Field(NamedTuple):
    """One field of a view: how it is read, how it is set (None: it can't be), and whether it may be indexed.

    `attributes` marks a field that is a live mapping: what is put into it is written at once.
    """

    get: Get
    set: Set | None = None
    indexed: bool = False
    attributes: bool = False


def plain(name: str, *allowed: type) -> Field:
    """A field that is read and set as the view has it; a value of another type is an error."""
    read = attrgetter(name)
    wanted = " or ".join(kind(sort()) for sort in allowed)

    def write(view: Item, value: Result) -> None:
        if type(value) not in allowed:
            raise wrong(wanted, value)
        setattr_checked(view, name, value)

    return Field(read, write)


def setattr_checked(view: Item, name: str, value: Result) -> None:
    """Set an attribute of a view. Raises EvaluationError for what OTLP can't hold there."""
    try:
        setattr(view, name, value)
    except DecodeError:
        raise
    except (ValueError, TypeError):
        raise EvaluationError(f"{name} can't hold this value") from None


def moment(name: str) -> Field:
    """A field of nanoseconds, read and set as a Time."""

    def write(view: Item, value: Result) -> None:
        if not isinstance(value, Time):
            raise wrong(kind(Time(0)), value)
        setattr_checked(view, name, value.unix_nano)

    return Field(lambda view: Time(getattr(view, name)), write)


def attributes_field(name: str = "attributes") -> Field:
    """A field that is a set of attributes, live; setting it replaces all of them."""
    read = attrgetter(name)

    def write(view: Item, value: Result) -> None:
        if not isinstance(value, Mapping):
            raise wrong("a map", value)
        found: Attributes = read(view)
        if value is not found:
            fresh = storable(value)
            found.clear()
            put_all(found, fresh)

    return Field(read, write, indexed=True, attributes=True)


def put_all(found: Attributes, values: Mapping[str, Result]) -> None:
    """Set several attributes. Raises EvaluationError for what OTLP can't hold."""
    try:
        found.update(values)
    except DecodeError:
        raise
    except (ValueError, TypeError):
        raise EvaluationError("attributes can't hold this value") from None


def index(value: Result, keys: Sequence[Result]) -> Result:
    """What `keys` lead to in `value`; nil where a map lacks one. Raises EvaluationError."""
    for key in keys:
        if value is None:
            return None
        if isinstance(value, Mapping):
            value = value.get(_text_key(key))
        elif isinstance(value, list):
            value = value[_position(key, len(value))]
        else:
            raise EvaluationError(f"{kind(value)} can't be indexed")
    return value


def placed(value: Result, keys: Sequence[Result], new: Result) -> Result:
    """`value` with `new` where `keys` lead to; it is changed in place where it can be. Raises EvaluationError."""
    if not keys:
        return new
    key, rest = keys[0], keys[1:]
    if value is None:
        value = {} if isinstance(key, str) else [None] * (_padding(key) + 1)
    if isinstance(value, dict):
        name = _text_key(key)
        value[name] = placed(value.get(name), rest, new)
    elif isinstance(value, list):
        place = _position(key, len(value))
        value[place] = placed(value[place], rest, new)
    else:
        raise EvaluationError(f"{kind(value)} can't be indexed")
    return value


def _text_key(key: Result) -> str:
    if type(key) is not str:
        raise wrong("a text as the key of a map", key)
    return key


def _position(key: Result, size: int) -> int:
    if type(key) is not int:
        raise wrong("a whole number as the index of a list", key)
    if not 0 <= key < size:
        raise EvaluationError("an index is out of bounds")
    return key


def _padding(key: Result) -> int:
    if type(key) is not int:
        raise wrong("a text or a whole number as a key", key)
    if not 0 <= key <= MAX_PADDING:
        raise EvaluationError("an index is out of bounds")
    return key


def key_getter(field: Field, keys: Sequence[Result]) -> Get:
    """Read what the constants `keys` lead to below `field`."""
    read = field.get
    if field.attributes and len(keys) == 1 and isinstance(keys[0], str):
        name = keys[0]
        return lambda owner: read(owner).get(name)
    return lambda owner: index(read(owner), keys)


def set_below(field: Field, owner: Item, keys: Sequence[Result], value: Result) -> None:
    """Set what `keys` lead to below `field` of `owner`. Raises EvaluationError."""
    value = storable(value)
    if not field.attributes:
        assert field.set is not None  # noqa: S101 (the compiler asked)
        field.set(owner, placed(field.get(owner), keys, value))
        return
    found = field.get(owner)
    name = _text_key(keys[0])
    put_all(found, {name: value if len(keys) == 1 else placed(found.get(name), keys[1:], value)})
