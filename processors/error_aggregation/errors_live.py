"""Asks a running collector for its patterns and alerts, once or again and again."""

import json
import sys
import time
from collections.abc import Callable
from typing import Final, NamedTuple

import click
from rich.console import Console, RenderableType
from rich.live import Live

from spansieve.alerts.status import ErrorsStatus, is_errors
from spansieve.cli.status_page import StatusPage, Unanswered

from .errors_table import Screen, drawn

TYPE: Final = "error_aggregation"
EVERY_SECONDS: Final = 2.0
_UNBOUNDED: Final = 100_000
"""Columns where no terminal wraps."""


class Source(NamedTuple):
    """A processor of a running collector."""

    page: StatusPage
    name: str

    @classmethod
    def find(cls, page: StatusPage, wanted: str | None) -> "Source":
        """The one that a collector has, or the one with the id `wanted`. Raises Unanswered."""
        found = [name for name in page.names() if name.partition("/")[0] == TYPE]
        if wanted is None and len(found) == 1:
            return cls(page, found[0])
        if wanted in found:
            return cls(page, str(wanted))
        if not found:
            raise Unanswered(
                f"the collector at {page.url} has no {TYPE}: write one under processors, and name it in a pipeline of "
                "traces behind ai_semantics and prompt_privacy"
            )
        what = f"no processor {wanted}" if wanted else f"several {TYPE}"
        raise Unanswered(f"the collector at {page.url} has {what}; choose with --processor: {', '.join(found)}")

    def ask(self) -> ErrorsStatus:
        """What it knows now. Raises Unanswered."""
        value: object = self.page.value(self.name)
        if not is_errors(value):
            raise Unanswered(f"the collector at {self.page.url} is of a version that this command does not know")
        return value


def console() -> Console:
    """Standard output; what goes elsewhere than to a terminal is never cut."""
    made = Console(highlight=False, markup=False, emoji=False, legacy_windows=False)
    if not made.is_terminal:
        made.width = _UNBOUNDED
    return made


def screen(of: Console, *, is_whole: bool = True) -> Screen:
    """As wide as the terminal, and unless it `is_whole` no longer."""
    height = None if is_whole or not of.is_terminal else of.height
    return Screen(of.width, height, sys.stdout.encoding or "utf-8", of.is_terminal)


def once(source: Source, *, as_json: bool) -> None:
    """Show it. Raises Unanswered."""
    status = source.ask()
    if as_json:
        click.echo(json.dumps(status, indent=2))
    else:
        out = console()
        out.print(drawn(status, f"{source.name} of {source.page.url}", screen(out)))


def follow(source: Source, *, as_json: bool) -> None:
    """Show it again and again, until Ctrl-C. Raises Unanswered where it does not answer at the beginning."""
    try:
        if as_json:
            _repeat(source, lambda status, _: click.echo(json.dumps(status)))
        else:
            _redraw(source, console())
    except KeyboardInterrupt:
        pass


def _redraw(source: Source, out: Console) -> None:
    def made(status: ErrorsStatus, problem: str) -> RenderableType:
        heading = f"{source.name} of {source.page.url}{problem}"
        return drawn(status, heading, screen(out, is_whole=False))

    if not out.is_terminal:
        _repeat(source, lambda status, problem: out.print(made(status, problem)))
        return
    with Live(console=out, auto_refresh=False, vertical_overflow="crop") as live:
        _repeat(source, lambda status, problem: live.update(made(status, problem), refresh=True))


def _repeat(source: Source, show: Callable[[ErrorsStatus, str], object]) -> None:
    """Ask and show; while there is no answer, show the last one, and why."""
    status, problem = source.ask(), ""
    while True:
        show(status, problem)
        time.sleep(EVERY_SECONDS)
        try:
            status, problem = source.ask(), ""
        except Unanswered as error:
            problem = f" ({error.message})"
