"""Links of an alert: templates of URLs, filled with what it is about."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

from spansieve.alerts import Alert, AlertLink

from .fields import fields_of

FIELDS: Final = ("trace_id", "span_id", "service", "start_ms", "end_ms", "pattern", "fingerprint", "tool")
_FIELD: Final = re.compile(r"\{([^{}]*)\}")


class LinkTemplate(NamedTuple):
    """A link to be filled."""

    name: str
    url: str


def checked(url: str) -> str:
    """`url` if it is a template that can be filled. Raises ValueError with what to write instead."""
    if not url.lower().startswith(("http://", "https://")):
        raise ValueError(f"{url!r} does not begin with http:// or https://.")
    unknown = [field for field in _FIELD.findall(url) if field not in FIELDS]
    if unknown or "{" in _FIELD.sub("", url) or "}" in _FIELD.sub("", url):
        raise ValueError(f"{url!r} is no link: in braces stand the fields {', '.join(FIELDS)}, and nothing else.")
    return url


def jaeger(base: str) -> str:
    """A trace in Jaeger's UI."""
    return f"{base.rstrip('/')}/trace/{{trace_id}}"


def phoenix(base: str, project: str) -> str:
    """A trace in Phoenix."""
    return f"{base.rstrip('/')}/projects/{quote(project, safe='')}/traces/{{trace_id}}"


def grafana(base: str, datasource: str) -> str:
    """A trace of a Tempo data source (by its uid) in Grafana's explore view. Source: Grafana, "Explore", URL format."""
    query = {
        "refId": "A",
        "datasource": {"type": "tempo", "uid": datasource},
        "queryType": "traceql",
        "query": "{trace_id}",
    }
    span = {"from": "{start_ms}", "to": "{end_ms}"}
    panes = json.dumps({"trace": {"datasource": datasource, "queries": [query], "range": span}}, separators=(",", ":"))
    written = quote(panes, safe="")
    for field in FIELDS:
        written = written.replace(quote(f"{{{field}}}", safe=""), f"{{{field}}}")
    return f"{base.rstrip('/')}/explore?schemaVersion=1&orgId=1&panes={written}"


def links_of(alert: Alert, templates: Iterable[LinkTemplate]) -> Sequence[AlertLink]:
    """The links of `alert`; one for which it lacks a field is left out."""
    values = _values(alert)
    return [
        AlertLink(name=one.name, url=_FIELD.sub(lambda field: quote(values[field[1]], safe=""), one.url))
        for one in templates
        if all(values[field] for field in _FIELD.findall(one.url))
    ]


def _values(alert: Alert) -> dict[str, str]:
    fields, example = fields_of(alert), alert.example
    ended = alert.updated_at_ns if alert.ends_at_ns is None else alert.ends_at_ns
    return {
        "trace_id": example.trace_id.hex() if example else "",
        "span_id": example.span_id.hex() if example else "",
        "service": fields.get("service", ""),
        "start_ms": str(alert.starts_at_ns // 1_000_000),
        "end_ms": str(ended // 1_000_000),
        "pattern": fields.get("pattern", ""),
        "fingerprint": alert.fingerprint,
        "tool": fields.get("tool", ""),
    }
