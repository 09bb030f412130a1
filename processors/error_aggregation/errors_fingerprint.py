"""`spansieve errors fingerprint`: what errors are grouped as."""

import json
import sys
from collections.abc import Iterator

import click

from spansieve.failures.grouping import Group, Grouper

_FIELDS = ("type", "message", "stack", "tool")


@click.command(short_help="Show the pattern of each error on standard input.")
@click.option("--pairs", is_flag=True, help="Read pairs, and say of each whether its errors are one pattern.")
def fingerprint(*, pairs: bool) -> None:
    """Show the pattern of each error on standard input, by the default configuration.

    An error is a line of JSON: {"type": "...", "message": "...", "stack": "...", "tool": "..."}, of which each may be
    null or left out. Printed is a line of JSON for each, with key, fingerprint, template and frames. Errors that are
    alike are merged, in the order in which they come.

    With --pairs a line is {"a": error, "b": error}, and {"same": true} is printed where both are one pattern, had only
    they been seen.
    """
    grouper = Grouper()
    for place, read in _lines():
        if pairs:
            click.echo(json.dumps({"same": _are_one(read, place)}))
        else:
            click.echo(_shown(grouper.group(**_error(read, place))))


def _are_one(pair: dict[str, object], place: str) -> bool:
    grouper = Grouper()
    a, b = (grouper.group(**_error(pair.get(name), f"{place}: {name}")) for name in ("a", "b"))
    return a.fingerprint == b.fingerprint


def _lines() -> Iterator[tuple[str, dict[str, object]]]:
    """Each line of standard input that is not blank: where it stands, and the object that it is."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        place = f"(standard input), line {number}"
        try:
            read = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise click.UsageError(f"{place}: no JSON: {error}") from error
        if not isinstance(read, dict):
            raise click.UsageError(f'{place}: an object was meant, such as {{"type": "ValueError"}}')
        yield place, read


def _error(read: object, place: str) -> dict[str, str]:
    """The fields of an error. Raises click.UsageError where it is none."""
    if not isinstance(read, dict):
        raise click.UsageError(f"{place}: an error was meant, an object with {', '.join(_FIELDS)}")
    found = {name: read.get(name) for name in _FIELDS}
    for name, value in found.items():
        if value is not None and not isinstance(value, str):
            raise click.UsageError(f"{place}: {name} is no text: write it in quotes, or null")
    return {name: value or "" for name, value in found.items()}


def _shown(group: Group) -> str:
    told = {"key": group.key, "fingerprint": group.fingerprint, "template": group.template, "frames": group.frames}
    return json.dumps(told, ensure_ascii=False)
