"""Asks a running collector for its patterns and alerts, once or again and again."""

import json
from typing import Final, NamedTuple

import click
from rich.console import RenderableType

from spansieve.alerts.status import ErrorsStatus, is_errors
from spansieve.cli import live
from spansieve.cli.screen import console, screen
from spansieve.cli.status_page import StatusPage, Unanswered

from .errors_table import drawn

TYPE: Final = "error_aggregation"
_WHERE: Final = "write one under processors, and name it in a pipeline of traces behind ai_semantics and prompt_privacy"


class Source(NamedTuple):
    """A processor of a running collector."""

    page: StatusPage
    name: str

    @classmethod
    def find(cls, page: StatusPage, wanted: str | None) -> "Source":
        """The one that a collector has, or the one with the id `wanted`. Raises Unanswered."""
        return cls(page, live.the_one(page, TYPE, wanted, _WHERE))

    def ask(self) -> ErrorsStatus:
        """What it knows now. Raises Unanswered."""
        value: object = self.page.value(self.name)
        if not is_errors(value):
            raise Unanswered(f"the collector at {self.page.url} is of a version that this command does not know")
        return value


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
    whole = console()

    def made(status: ErrorsStatus, problem: str) -> RenderableType:
        return drawn(status, f"{source.name} of {source.page.url}{problem}", screen(whole, is_whole=False))

    live.follow(source.ask, made, as_json=as_json)
