"""What components measure of agents, made ready for the page: cards by group, and tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from spansieve.dashboard import GROUPS, MEASURES, DashboardStatus, Definition, Measure, is_dashboard

from .lines import Line, line
from .tables import Table, short, tables
from .words import amount

FIRST_SHARES = 5
"""Shares that a card shows at once; the others open."""
MAX_ROWS = 20
"""Rows of a table; JSON has more."""


class Bar(NamedTuple):
    """A measure's value for one label: of `most`, the greatest one."""

    label: str
    text: str
    value: float
    most: float


class Card(NamedTuple):
    """A measure: its value ("" where it has shares alone) and that of the last hour ("" where it is the same).

    `source` is the component, where several have the measure.
    """

    definition: Definition
    value: str
    hour: str
    bad: bool
    line: Line | None
    bars: Sequence[Bar]
    source: str

    @property
    def over(self) -> str:
        """The windows of both values."""
        return self.definition.window + (f" · 1 h: {self.hour}" if self.hour else "")


class Group(NamedTuple):
    """Cards below one heading, to which `anchor` leads."""

    title: str
    anchor: str
    cards: Sequence[Card]


class Details(NamedTuple):
    """Tables of the component `name`; `withheld` are the titles of those about users, which are not shown."""

    name: str
    tables: Sequence[Table]
    withheld: Sequence[str]


def without_users(value: object) -> object:
    """What a component shows, without tables about users."""
    return {key: part for key, part in value.items() if key != "private"} if is_dashboard(value) else value


def groups(values: Mapping[str, object]) -> list[Group]:
    """The measures of all components in the order in which they are documented; a group without any is left out."""
    found: dict[str, list[tuple[str, Measure]]] = {}
    for source, status in _statuses(values):
        for measure in status["measures"]:
            found.setdefault(measure["name"], []).append((source, measure))
    cards = [
        _card(definition, measure, source if len(found[definition.name]) > 1 else "")
        for definition in MEASURES.values()
        for source, measure in found.get(definition.name, ())
    ]
    made = [_group(title, cards) for title in GROUPS]
    return [group for group in made if group.cards]


def _group(title: str, cards: Iterable[Card]) -> Group:
    return Group(title, title.lower().replace(" ", "-"), [card for card in cards if card.definition.group == title])


def details(values: Mapping[str, object], *, show_users: bool) -> list[Details]:
    """The tables of all components that have some."""
    found = [_details(name, status, show_users) for name, status in _statuses(values)]
    return [one for one in found if one.tables or one.withheld]


def _details(name: str, status: DashboardStatus, show_users: bool) -> Details:
    private = status.get("private", {})
    shown = {**status["tables"], **(private if show_users else {})}
    made = [_fit(table) for title, rows in shown.items() for table in tables(rows, short(title))]
    return Details(name, made, [] if show_users else [title for title, rows in private.items() if rows])


def _fit(table: Table) -> Table:
    """Its first rows, with columns as words rather than keys."""
    columns = tuple(column.replace("_", " ") for column in table.columns)
    more = table.more + max(0, len(table.rows) - MAX_ROWS)
    return table._replace(columns=columns, rows=table.rows[:MAX_ROWS], more=more)


def _statuses(values: Mapping[str, object]) -> list[tuple[str, DashboardStatus]]:
    return [(name, value) for name, value in sorted(values.items()) if is_dashboard(value)]


def _card(definition: Definition, measure: Measure, source: str) -> Card:
    value, limit = measure["value"], definition.limit
    return Card(
        definition=definition,
        value="" if value is None and measure["shares"] else amount(value, definition.unit),
        hour="" if measure["hour"] is None else amount(measure["hour"], definition.unit),
        bad=value is not None and limit is not None and limit.is_passed(value),
        line=line(measure["trend"]),
        bars=list(_bars(definition, measure)),
        source=source,
    )


def _bars(definition: Definition, measure: Measure) -> Iterable[Bar]:
    known = [(share["label"], share["value"]) for share in measure["shares"]]
    unit = definition.shared or definition.unit
    most = 1.0 if unit == "ratio" else max([value for _, value in known if value is not None], default=0.0)
    for label, value in known:
        yield Bar(short(label) or "(none)", amount(value, unit), value or 0.0, most or 1.0)
