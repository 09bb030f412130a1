"""`service.extensions`, and the ids of extensions that other components name (fields marked with `Gives`)."""

import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel

from .components import Known, Sections
from .ids import parse_id
from .model import Gives, keys
from .pipelines import references
from .problems import Path, listed, suggestion
from .report import Report
from .tree import Node, descend

__all__ = ["check_references", "named_extensions"]


def named_extensions(service: Node, sections: Sections, report: Report) -> list[Known]:
    """The extensions that `service.extensions` names."""
    entry = service.entries.get("extensions")
    found: dict[str, Known] = {}
    for reference in references(entry.node, ("service", "extensions")) if entry else []:
        try:
            one = str(parse_id(reference.id))
        except ValueError as error:
            report.problem(reference.place, reference.path, f"{reference.id!r} is no id: {error}")
            continue
        known = sections.of["extensions"].get(one)
        if one in found:
            report.problem(reference.place, reference.path, f"{one} is named twice in this list")
        elif known is not None:
            found[one] = known
        elif "extensions" not in sections.unknown:
            ids = list(sections.of["extensions"])
            text = f"names the extension {one}, which is not configured"
            allowed = f"Configured extensions: {listed(ids) or 'none'}"
            report.problem(reference.place, reference.path, text, suggestion(one, ids), allowed)
    return list(found.values())


def check_references(used: Iterable[Known], extensions: list[Known], sections: Sections, report: Report) -> None:
    """Whether each extension that a component names is there, runs, and gives what the component wants of it."""
    running = {str(known.id): known for known in extensions}
    for known in used:
        for path, one, gives in marked(known.config) if known.config else ():
            text, hint = _mistake(one, gives, running, sections)
            if text:
                place = descend(known.node, known.key, path)
                report.problem(place.key, (*known.path, *path), text, hint)


_ROLES: Mapping[str, str] = {
    "authenticate": "does not authenticate requests",
    "credentials": "gives no credentials to clients",
    "storage": "gives no storage",
}


def _mistake(one: str, gives: str, running: Mapping[str, Known], sections: Sections) -> tuple[str, str]:
    known = running.get(one)
    able = [name for name, other in running.items() if _gives(other, gives)]
    if known is not None and (known.config is None or _gives(known, gives)):
        return "", ""
    if known is not None:
        lacks = _ROLES.get(gives, f"gives no {gives}")
        return f"names the extension {one}, which {lacks}", f"Those that do: {listed(able) or 'none'}."
    if one in sections.of["extensions"]:
        return f"names the extension {one}, which does not run", f"Add {one} to service.extensions."
    if "extensions" in sections.unknown:
        return "", ""
    hint = suggestion(one, list(running)) or f"Configure it under extensions, and add {one} to service.extensions."
    return f"names the extension {one}, which is not configured", hint


def _gives(known: Known, method: str) -> bool:
    return bool(known.ask(lambda extension, config: extension.gives(config, method), False, Report()))


def marked(model: BaseModel, path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Each id of an extension in `model`: the way to it, the id, and the method that the extension must have."""
    for key, field in keys(type(model)).items():
        name = next(name for name, one in type(model).model_fields.items() if one is field)
        gives = next((one for one in (*field.metadata, *_metadata(field.annotation)) if isinstance(one, Gives)), None)
        yield from _in_value(model.__dict__[name], (*path, key), gives)


def _in_value(value: object, path: Path, gives: Gives | None) -> Iterator[tuple[Path, str, str]]:
    if isinstance(value, BaseModel):
        yield from marked(value, path)
    elif isinstance(value, str) and gives is not None:
        yield path, value, gives.method
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _in_value(one, (*path, key), gives)
    elif isinstance(value, (list, tuple)):
        for at, one in enumerate(value):
            yield from _in_value(one, (*path, at), gives)


def _metadata(annotation: Any) -> Iterator[object]:  # noqa: ANN401
    """What is annotated anywhere in a type."""
    if typing.get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
    for argument in typing.get_args(annotation):
        yield from _metadata(argument)
