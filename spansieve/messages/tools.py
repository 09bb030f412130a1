"""Definitions of tools."""

from collections.abc import Mapping

from spansieve.pdata import Value

from .flat import indexed
from .given import Given
from .jsontext import unpacked


def ollm_functions(given: Given) -> Value:
    """`llm.request.functions.<i>.{name,description,parameters}` as an array of `{type: function, ...}`."""
    keys = ("name", "description", "parameters")
    found: list[Value] = []
    for entry in indexed(given.values, "llm.request.functions"):
        known: dict[str, Value] = {key: entry[key] for key in keys if key in entry}
        if "parameters" in known:
            known["parameters"] = unpacked(known["parameters"])
        if known:
            found.append({"type": "function", **known})
    return found or None


def collect(values: Mapping[str, Value]) -> Value:
    """The schemas of `llm.tools.<i>.tool.json_schema` in the order of their numbers; what is no JSON stays text."""
    entries = indexed(values, "llm.tools")
    schemas = [unpacked(entry["tool.json_schema"]) for entry in entries if "tool.json_schema" in entry]
    return schemas or None
