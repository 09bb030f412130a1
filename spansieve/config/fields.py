"""Which field of a model a place in the configuration belongs to."""

import typing
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal

from pydantic import BaseModel, SecretStr

from .model import keys, members
from .problems import Path
from .tree import Node

__all__ = ["choices", "is_secret", "known_keys", "types_at"]


def types_at(model: type[BaseModel], path: Path, top: Node) -> tuple[Any, ...]:
    """The types that `model` allows at `path`, a location of pydantic's: it may name members of unions on the way,
    which are told from keys by `top`, the section as written.
    """
    found: tuple[Any, ...] = (model,)
    node: Node | None = top
    for step in path:
        below = None if node is None else node.child(step)
        inner = _under(found, step, known=below is not None)
        if inner:
            found, node = inner, below
        else:
            found = _narrowed(found, str(step))
    return found


def _under(found: tuple[Any, ...], step: str | int, *, known: bool) -> tuple[Any, ...]:
    inner: list[Any] = []
    for member in found:
        arguments = typing.get_args(member)
        origin = typing.get_origin(member)
        if isinstance(step, int):
            if origin not in {None, Literal, dict, Mapping, MutableMapping} and arguments:
                inner += members(arguments[0])
        elif origin in {dict, Mapping, MutableMapping} and len(arguments) == 2:
            inner += members(arguments[1]) if known else ()
        elif isinstance(member, type) and issubclass(member, BaseModel) and step in keys(member):
            inner += members(keys(member)[step].annotation)
    return tuple(inner)


def _narrowed(found: tuple[Any, ...], word: str) -> tuple[Any, ...]:
    """Of several types the one that `word` names: a class, the value of the key that tells classes apart, or a list."""
    named = [member for member in found if _is_named(member, word)]
    return tuple(named) or found


def _is_named(member: Any, word: str) -> bool:  # noqa: ANN401 (any annotation)
    if isinstance(member, type) and issubclass(member, BaseModel):
        fields = keys(member).values()
        return member.__name__ in word or any(word in choices(members(field.annotation)) for field in fields)
    origin = typing.get_origin(member)
    return isinstance(origin, type) and word.partition("[")[0] == origin.__name__


def known_keys(found: tuple[Any, ...]) -> list[str]:
    """The keys of all models among `found`, each once."""
    models = [member for member in found if isinstance(member, type) and issubclass(member, BaseModel)]
    return list(dict.fromkeys(key for model in models for key in keys(model)))


def is_secret(found: tuple[Any, ...]) -> bool:
    """Whether a value here is never to be shown, directly or in a list or mapping of secrets."""
    return any(member is SecretStr or is_secret(members_of_arguments(member)) for member in found)


def members_of_arguments(member: Any) -> tuple[Any, ...]:  # noqa: ANN401 (any annotation)
    """The types that a list or mapping type holds."""
    if typing.get_origin(member) in {None, Literal}:
        return ()
    return tuple(inner for argument in typing.get_args(member) for inner in members(argument))


def choices(found: tuple[Any, ...]) -> list[Any]:
    """The words that are allowed, if only certain words are."""
    return [word for member in found if typing.get_origin(member) is Literal for word in typing.get_args(member)]
