"""Shows in a terminal what a running collector says, once or again and again."""

import json
from collections.abc import Callable, Sequence
from time import sleep
from typing import Final, TypeVar

import click
from rich.console import Console, RenderableType
from rich.live import Live

from .options import read
from .screen import console
from .status_page import StatusPage, Unanswered

EVERY_SECONDS: Final = 2.0
T = TypeVar("T")


def page_of(sources: Sequence[str], sets: Sequence[str], endpoint: str | None) -> StatusPage:
    """The status page at `endpoint`; without one, where the configuration has it.

    Raises ConfigError and click.UsageError.
    """
    if endpoint is None:
        return StatusPage.of(read(sources, sets))
    try:
        return StatusPage.at(endpoint)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--endpoint") from error


def the_one(page: StatusPage, kind: str, wanted: str | None, where: str) -> str:
    """The id of the one component of the type `kind` that a collector has, or `wanted`; `where` it is to be written
    is said where it has none. Raises Unanswered.
    """
    found = [name for name in page.names() if name.partition("/")[0] == kind]
    if wanted is None and len(found) == 1:
        return found[0]
    if wanted in found:
        return str(wanted)
    if not found:
        raise Unanswered(f"the collector at {page.url} has no {kind}: {where}")
    what = f"no processor {wanted}" if wanted else f"several {kind}"
    raise Unanswered(f"the collector at {page.url} has {what}; choose with --processor: {', '.join(found)}")


def follow(ask: Callable[[], T], draw: Callable[[T, str], RenderableType], *, as_json: bool) -> None:
    """Ask and `draw` what it says again and again, until Ctrl-C; `draw` is also given why there is no newer answer.

    Raises Unanswered where it does not answer at the beginning.
    """
    try:
        if as_json:
            _repeat(ask, lambda said, _: click.echo(json.dumps(said)))
        else:
            _redraw(ask, draw, console())
    except KeyboardInterrupt:
        pass


def _redraw(ask: Callable[[], T], draw: Callable[[T, str], RenderableType], out: Console) -> None:
    if not out.is_terminal:
        _repeat(ask, lambda said, problem: out.print(draw(said, problem)))
        return
    with Live(console=out, auto_refresh=False, vertical_overflow="crop") as live:
        _repeat(ask, lambda said, problem: live.update(draw(said, problem), refresh=True))


def _repeat(ask: Callable[[], T], show: Callable[[T, str], object]) -> None:
    """While there is no answer, the last one is shown, and why."""
    said, problem = ask(), ""
    while True:
        show(said, problem)
        sleep(EVERY_SECONDS)
        try:
            said, problem = ask(), ""
        except Unanswered as error:
            problem = f" ({error.message})"
