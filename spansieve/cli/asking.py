"""The options of verbs that ask a running collector, and what they come to."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple

import click

from .live import page_of
from .options import with_config
from .status_page import StatusPage
from .tables import Shown


class Asked(NamedTuple):
    """Whom to ask, and how to show the answer."""

    kind: str
    """The processor's type."""
    sources: Sequence[str]
    """Files of configuration."""
    sets: Sequence[str]
    """Keys that are set over them."""
    endpoint: str | None
    processor: str | None
    """The processor's id, where there may be several."""
    is_followed: bool
    as_json: bool

    @property
    def page(self) -> StatusPage:
        """The collector's status page. Raises ConfigError and click.UsageError."""
        return page_of(self.sources, self.sets, self.endpoint)

    def show(self, *tables: str) -> None:
        """Print tables of the processor's `DashboardStatus`. Raises Unanswered, and what `page` raises."""
        shown = Shown.find(self.page, self.kind, self.processor)
        shown.print(tables, as_json=self.as_json, is_followed=self.is_followed)


Verb = Callable[..., None]


def asks(kind: str) -> Callable[[Verb], Verb]:
    """Let a verb ask a processor of the type `kind`: it gets an `Asked` as its first argument, made of the options."""
    options = (
        click.option("--endpoint", "-e", metavar="HOST:PORT", help="Where a collector's status page is; a URL, too."),
        click.option("--processor", "-p", metavar="ID", help=f"Which processor, such as {kind}/name."),
        click.option("--follow", "-f", "is_followed", is_flag=True, help="Show it again every 2 s, until Ctrl-C."),
        click.option("--json", "as_json", is_flag=True, help="JSON, with --follow a line each time."),
    )

    def decorated(verb: Verb) -> Verb:
        @wraps(verb)
        def asked(**given: Any) -> None:  # noqa: ANN401 (of click's making)
            own = {field: given.pop(field) for field in Asked._fields[1:]}
            verb(Asked(kind, **own), **given)

        for option in reversed(options):
            asked = option(asked)
        return with_config(asked)

    return decorated
