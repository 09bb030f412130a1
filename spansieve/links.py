"""Links to where people look further, such as a trace in its backend: templates of URLs, and what fills them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypedDict
from urllib.parse import quote

FIELDS: Final = ("trace_id", "span_id", "service", "start_ms", "end_ms", "pattern", "fingerprint", "tool")
_FIELD: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class LinkTemplate:
    """A link to be filled: what people read, and a URL with some of `FIELDS` in braces."""

    name: str
    url: str


class FilledLink(TypedDict):
    """Where one can look further."""

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


def filled(templates: Iterable[LinkTemplate], values: Mapping[str, str]) -> Sequence[FilledLink]:
    """The links with `values` of the fields in them; one for which a value is missing or empty is left out."""
    return [
        FilledLink(name=one.name, url=_FIELD.sub(lambda field: quote(values[field[1]], safe=""), one.url))
        for one in templates
        if all(values.get(field) for field in _FIELD.findall(one.url))
    ]


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
