"""The page: an inspection, what components show, and the last minutes, as HTML that needs no script and no styles."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from spansieve.alerts.status import DELIVERIES, is_errors
from spansieve.dashboard import is_dashboard
from spansieve.plugin import Inspection

from . import words
from .agents import FIRST_SHARES, details, groups
from .attention import notes
from .failures import alerts, failures
from .history import History
from .lines import HEIGHT, WIDTH, line
from .tables import Table, tables

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = (_TEMPLATES / "style.css").read_text("utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The Content-Security-Policy of all pages: their own style and nothing else, from nowhere."""

OUTCOMES = ("accepted", "restored", "exported", "filtered", "sampled_out", "failed")
REFRESH_SECONDS = 5


class Shown(NamedTuple):
    """What a component shows under `name`, or `problem`, why it can't now."""

    name: str
    tables: Sequence[Table] = ()
    problem: str = ""


def shown(values: Mapping[str, object], problems: Mapping[str, str]) -> list[Shown]:
    """The components' tables by name, without what has a part of the page for itself."""
    parts = {name for name, value in values.items() if is_errors(value) or is_dashboard(value)}
    others = {name: values[name] for name in values.keys() - parts if not name.endswith(DELIVERIES)}
    found = [Shown(name, list(tables(value))) for name, value in others.items()]
    found += [Shown(name, problem=problem) for name, problem in problems.items()]
    return sorted(found)


class Pages:
    """Makes HTML of templates, everything escaped."""

    def __init__(self, *, show_users: bool = False) -> None:
        """Read the templates; `show_users`: tables about users are shown too."""
        self._show_users = show_users
        environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {name: getattr(words, name) for name in ("number", "amount", "size", "span", "moment")}
        environment.globals |= {"style": _STYLE, "outcomes": OUTCOMES, "width": WIDTH, "height": HEIGHT, "line": line}
        environment.globals["delivery"] = words.DELIVERY
        environment.globals["first"] = FIRST_SHARES
        self._status = environment.get_template("status.html")
        self._message = environment.get_template("message.html")

    def status(
        self,
        inspection: Inspection,
        history: History,
        values: Mapping[str, object],
        problems: Mapping[str, str],
        *,
        refresh: bool,
    ) -> str:
        """The status page, with `values` that components show, and `problems`, why some can't; with `refresh` it comes
        again every `REFRESH_SECONDS`.
        """
        raised = alerts(values, inspection.links)
        return self._status.render(
            now=inspection,
            notes=notes(inspection, history, raised or ()),
            history=history,
            groups=groups(values),
            alerts=raised,
            failures=list(failures(values, inspection.links)),
            details=details(values, show_users=self._show_users),
            components=shown(values, problems),
            refresh=REFRESH_SECONDS if refresh else 0,
        )

    def message(self, title: str, text: str) -> str:
        """A page with a few words, and the way to the status page."""
        return self._message.render(title=title, text=text)
