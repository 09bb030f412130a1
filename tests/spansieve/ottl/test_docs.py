"""docs/ottl.md and the READMEs say what the code does: every function and enum is there, every example is taken."""

import re
from pathlib import Path

import pytest
import yaml

from spansieve.ottl import OF_SIGNAL, compile_group
from spansieve.ottl.contexts import ENUMS
from spansieve.ottl.fields import FIELDS
from spansieve.ottl.signature import FUNCTIONS
from spansieve.plugin import Config
from spansieve.processors.filter import FilterConfig
from spansieve.processors.transform import TransformConfig

from .expressions import environment

ROOT = Path(__file__).parents[3]
LANGUAGE = (ROOT / "docs" / "ottl.md").read_text()
MODELS: dict[str, type[Config]] = {"filter": FilterConfig, "transform": TransformConfig}


def section(title: str) -> str:
    """The text below a heading."""
    return LANGUAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


SHOWN = [line.strip() for line in section("Conditions").splitlines() if line.startswith("    ")]


def test_every_function_is_described_with_its_parameters_in_their_order() -> None:
    text = "\n".join(row for row in (section("Converters") + section("Editors")).splitlines() if row.startswith("| `"))
    for name, function in FUNCTIONS.items():
        assert re.search(rf"`{name}[`(]", text), name
        told = re.search(rf"`{name}\(([^)`]*)\)`", text)
        if told and "..." not in told[1]:
            names = [one.strip(" []") for one in told[1].split(",") if one.strip()]
            own = [one.name for one in function.parameters]
            assert len(names) <= len(own), name
            assert all(told_name == one for told_name, one in zip(names, own, strict=False)) or len(own) == 1, name


def test_every_path_is_described() -> None:
    rows = {row.split("|")[1].split("`")[1]: row for row in section("Paths").splitlines() if row.startswith("| `")}
    for owner, fields in FIELDS.items():
        for name in fields:
            bare = name.removesuffix("_unix_nano").removesuffix(".string")
            shown = {name, bare, name.replace("negative", "positive")}
            assert any(f"`{one}`" in rows[owner] for one in shown), f"{owner}.{name}"


def test_every_enum_is_described() -> None:
    text = section("Conditions")
    for names in ENUMS.values():
        for name in names:
            last = re.sub("[234]$", "", name)
            assert any(last.startswith(prefix) and last.removeprefix(prefix) in text for prefix in prefixes()), name


def prefixes() -> list[str]:
    return ["STATUS_CODE_", "SPAN_KIND_", "SEVERITY_NUMBER_", "METRIC_DATA_TYPE_", "AGGREGATION_TEMPORALITY_", "FLAG_"]


@pytest.mark.parametrize("line", SHOWN)
def test_every_condition_that_is_shown_compiles(line: str) -> None:
    allowed = OF_SIGNAL["logs" if "log." in line else "traces"]
    compile_group([((), line)], [], allowed, None, environment())


@pytest.mark.parametrize("plugin", sorted(MODELS))
def test_every_example_of_a_readme_is_taken(plugin: str) -> None:
    readme = (ROOT / "processors" / plugin / "README.md").read_text()
    blocks = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", readme, re.MULTILINE)
    assert len(blocks) >= 2
    for block in blocks:
        lines = block if block.lstrip().startswith("processors:") else f"    processors:\n{block}"
        for component, config in yaml.safe_load(lines.replace("$$", "$"))["processors"].items():
            MODELS[component.partition("/")[0]].model_validate(config)
