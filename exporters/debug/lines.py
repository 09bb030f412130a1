"""Lines of coloured text out of content that was made safe. Nothing is read as markup."""

from collections.abc import Iterable, Iterator

from rich.text import Text
from rich.tree import Tree

from spansieve.pdata import Attributes, DecodeError, Resource, Scope, Value
from spansieve.terminal import safe, shown

SHORT = 120
"""Characters of a value in `normal`."""
LONG = 4_000
"""Characters of a value in `detailed`."""
FEW = 8
"""Attributes of a log record or a metric in `normal`."""

UNREADABLE = "(not readable)"
"""Stands for what can't be decoded."""


def line(*parts: tuple[str, str] | None) -> Text:
    """Pieces of (safe) text with their styles, two spaces between; what is None or empty is left out."""
    return Text("  ").join(Text(text, style) for text, style in filter(None, parts) if text)


def pairs(attributes: Attributes, limit: int) -> Iterator[tuple[str, str]]:
    """Keys and values as safe text; one value that can't be read does not cost the others."""
    for key in attributes:
        try:
            yield safe(key, SHORT), shown(attributes[key], limit)
        except DecodeError:
            yield safe(key, SHORT), UNREADABLE


def attribute_lines(attributes: Attributes) -> Iterator[Text]:
    """A line an attribute."""
    for key, value in pairs(attributes, LONG):
        yield Text.assemble((key, "cyan"), ": ", value)


def hang(tree: Tree, lines: Iterable[Text]) -> None:
    """Add each of `lines` to `tree`; where reading fails, say so and leave it there."""
    try:
        for each in lines:
            tree.add(each)
    except DecodeError:
        tree.add(Text(UNREADABLE, "yellow"))


def attribute_words(attributes: Attributes) -> Text:
    """The first few attributes on one line."""
    try:
        return _words(attributes)
    except DecodeError:
        return Text(UNREADABLE, "yellow")


def _words(attributes: Attributes) -> Text:
    words: list[Text] = []
    for key, value in pairs(attributes, 60):
        if len(words) == FEW:
            words.append(Text(f"and {len(attributes) - FEW} more", "dim"))
            break
        words.append(Text.assemble((f"{key}=", "cyan"), value))
    return Text(" ").join(words)


def service(resources: Iterable[Resource]) -> str:
    """The names of the services that sent, safe, each once."""
    names: dict[str, None] = {}
    for resource in resources:
        try:
            name: Value = resource.attributes.get("service.name")
        except DecodeError:
            name = None
        if isinstance(name, str) and name:
            names[safe(name, SHORT)] = None
    some = list(names)[:3]
    return ", ".join(some) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def scope_name(scope: Scope) -> str:
    """Name and version of a scope."""
    return safe(f"{scope.name} {scope.version}".strip(), SHORT)


def resource_line(resource: Resource) -> Text:
    """`resource` and its schema."""
    return line(("resource", "bold"), (safe(resource.schema_url, SHORT), "dim"))
