"""The house keeps its layout: each rule is a function that lists what breaks it, is held against this tree, and is seen
to fail once on a small house that was built to break it.
"""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
import typing
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from spansieve.plugin import Config

ROOT = Path(__file__).parent.parent
KINDS = {"receivers": "receiver", "processors": "processor", "exporters": "exporter", "extensions": "extension"}
"""The plugin folders, and the file that holds a plugin of each."""


def plugins(root: Path) -> Iterator[Path]:
    """Each plugin's folder."""
    for kind in KINDS:
        yield from sorted(
            folder for folder in (root / kind).iterdir() if folder.is_dir() and folder.name[0] not in "_."
        )


def sources(folder: Path) -> Iterator[Path]:
    """The Python files under `folder`, links not followed."""
    for path in sorted(folder.rglob("*.py")):
        if not any(parent.is_symlink() for parent in path.parents):
            yield path


# --- rules


def incomplete(root: Path) -> list[str]:
    """Plugins that miss a file, tests that have no plugin, and packages where tests are."""
    found = []
    for folder in plugins(root):
        kind, name = folder.parent.name, folder.name
        twin = root / "tests" / kind / name / f"test_{name}.py"
        own = [folder / file for file in ("__init__.py", "config.py", f"{KINDS[kind]}.py", "README.md")]
        found += [f"missing: {path.relative_to(root)}" for path in [*own, twin] if not path.is_file()]
        if own[0].is_file() and not ast.get_docstring(ast.parse(own[0].read_text("utf-8"))):
            found.append(f"no docstring: {own[0].relative_to(root)}")
    names = {(folder.parent.name, folder.name) for folder in plugins(root)}
    for kind in KINDS:
        for twin in sorted((root / "tests" / kind).glob("*/")):
            if twin.name != "__pycache__" and (kind, twin.name) not in names:
                found.append(f"tests of nothing: {twin.relative_to(root)}")
    return found + [f"no package: {path.relative_to(root)}" for path in (root / "tests").rglob("__init__.py")]


def entry_points(root: Path) -> dict[str, dict[str, str]]:
    """By kind: names in YAML to `module:Class`, as pyproject.toml says."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return {kind: project["entry-points"].get(f"spansieve.{kind}", {}) for kind in KINDS}


def misregistered(root: Path) -> list[str]:
    """Folders without an entry point of their name, and entry points that name no folder's exported class."""
    points = entry_points(root)
    found = [
        f"no entry point {folder.parent.name}.{folder.name}"
        for folder in plugins(root)
        if folder.name not in points[folder.parent.name]
    ]
    for kind, name, target in ((kind, *line) for kind, lines in points.items() for line in lines.items()):
        module, _, class_name = target.partition(":")
        folder = root / kind / module.removeprefix(f"spansieve.{kind}.")
        if not folder.is_dir():
            found.append(f"{kind}.{name} points to no folder: {target}")
        elif points[kind].get(folder.name) != target:  # an alias is a second line for the same class
            found.append(f"{kind}.{name} is no alias of {folder.name}: {target}")
        elif f'"{class_name}"' not in (folder / "__init__.py").read_text("utf-8"):
            found.append(f"{kind}.{name}: {class_name} is not exported")
    return found


def imports_of(path: Path, package: str) -> Iterator[str]:
    """Absolute names of what a file imports; `package` is the one that it stands in."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def strays(root: Path) -> list[str]:
    """Imports through a wall: to another plugin, to oneself by absolute name, from the core to a plugin."""
    found = []
    kinds = tuple(KINDS)
    for folder in plugins(root):
        own = f"spansieve.{folder.parent.name}.{folder.name}"
        for path in sources(folder):
            package = ".".join([own, *path.relative_to(folder).parts[:-1]])
            relative = set(imports_of(path, package)) - set(imports_of(path, ""))
            wrong = [name for name in imports_of(path, package) if _of_plugins(name, kinds)]
            found += [
                f"{path.relative_to(root)} imports {name}"
                for name in wrong
                if not (name in relative and name.startswith(f"{own}."))
            ]
    for path in sources(root / "spansieve"):
        package = ".".join(path.relative_to(root).parts[:-1])
        found += [
            f"{path.relative_to(root)} imports {name}" for name in imports_of(path, package) if _of_plugins(name, kinds)
        ]
    return found


def _of_plugins(name: str, kinds: Iterable[str]) -> bool:
    return any(f"{name}.".startswith((f"spansieve.{kind}.", f"{kind}.")) for kind in kinds)


def table(readme: str, header: str) -> dict[str, str]:
    """The rows below `header`, a pattern: the words in backticks of the first cell to the last cell."""
    rows: dict[str, str] = {}
    inside = False
    for line in readme.splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        if not cells:
            inside = False
        elif re.fullmatch(header, line.strip()):
            inside = True
        elif inside and not set(line) <= set("|-: "):
            rows |= dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), cells[-1])
    return rows


def keys_of(model: type[BaseModel], rows: Mapping[str, str], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each key, dotted, with its description; below a row that links to a page, only where rows go on."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        yield key, field.description or ""
        explained_elsewhere = "](" in rows.get(key, "") and not any(row.startswith(f"{key}.") for row in rows)
        if not explained_elsewhere:
            for section in _models(field.annotation):
                yield from keys_of(section, rows, f"{key}.")


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models(argument)


def miswritten_keys(config: type[BaseModel], readme: str) -> list[str]:
    """Where a README's configuration table and the model differ."""
    rows = table(readme, r"\| key \| default \| meaning \|")
    keys = dict(keys_of(config, rows))
    return (
        [f"no row for {key}" for key in keys if key not in rows]
        + [f"row for an unknown key {key}" for key in rows if key not in keys]
        + [f"{key} has no description" for key, description in keys.items() if not description]
        + [
            f"the meaning of {key} does not begin with {description!r}"
            for key, description in keys.items()
            if description and key in rows and not rows[key].startswith(description)
        ]
    )


def reasons_of(source: str) -> set[str]:
    """The words that stand as `reason="word"` in code."""
    return {
        value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.keyword) and node.arg == "reason"
        for value in ast.walk(node.value)
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and re.fullmatch("[a-z0-9_]+", value.value)
    }


def miswritten_drops(code: Iterable[str], readme: str) -> list[str]:
    """Where a README's table of drops and the reasons in the code differ."""
    written = set(table(readme, r"\| drops, by `?reason`? \|.*"))
    used = set[str]().union(*map(reasons_of, code))
    return [f"no row for the reason {word}" for word in sorted(used - written)] + [
        f"row for a reason that is not in the code: {word}" for word in sorted(written - used)
    ]


def misbuilt(packed: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """What a wheel holds at its top beside `spansieve`, and what of `wanted` it does not hold."""
    names = set(packed)
    tops = {name.partition("/")[0] for name in names}
    return [
        f"at the top of the wheel: {top}"
        for top in sorted(tops)
        if top != "spansieve" and not top.endswith(".dist-info")
    ] + [f"not in the wheel: {name}" for name in sorted(set(wanted) - names)]


def files_to_ship(root: Path) -> Iterator[str]:
    """The files that users need, under their names in a wheel."""
    for folder in [*KINDS, "spansieve"]:
        for path in (root / folder).rglob("*"):
            name = path.relative_to(root).as_posix()
            hidden = "__pycache__" in name or any(part.startswith(".") for part in path.parts[len(root.parts) :])
            if path.is_file() and not hidden and not any(parent.is_symlink() for parent in path.parents):
                yield name if folder == "spansieve" else f"spansieve/{name}"


# --- held against this tree


@pytest.mark.parametrize("rule", [incomplete, misregistered, strays])
def test_the_tree_keeps_the_rule(rule: Callable[[Path], list[str]]) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize("folder", list(plugins(ROOT)), ids=lambda folder: f"{folder.parent.name}.{folder.name}")
def test_a_readme_says_what_the_code_says(folder: Path) -> None:
    target = entry_points(ROOT)[folder.parent.name][folder.name]
    module, _, class_name = target.partition(":")
    plugin = getattr(importlib.import_module(module), class_name)
    readme = (folder / "README.md").read_text("utf-8")

    assert miswritten_keys(plugin.config, readme) == []
    assert miswritten_drops([path.read_text("utf-8") for path in sources(folder)], readme) == []


def test_the_wheel_holds_spansieve_alone_with_every_plugin_file(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr

    [wheel] = tmp_path.glob("*.whl")
    packed = zipfile.ZipFile(wheel).namelist()
    assert misbuilt(packed, [*files_to_ship(ROOT), "spansieve/collector-config.yaml"]) == []


# --- each rule seen to fail


class Section(Config):
    """A nested section."""

    limit: int = Field(default=1, description="How many.")


class ThrottleConfig(Config):
    """A configuration with what configurations have."""

    rate: float = Field(default=1, description="Spans a second.")
    queue: Section | None = Field(default=None, description="What waits.")


KEYS = """
| key | default | meaning |
| --- | --- | --- |
| `rate` | 1 | Spans a second. At least 1. |
| `queue` | none | What waits. |
| `queue.limit` | 1 | How many. |
"""
DROPS = """
| drops, by `reason` | when | what to do |
| --- | --- | --- |
| `over_rate` | too many | raise `rate` |
"""
DROPPING = 'dropped.add(1, reason="over_rate")\n'


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house of two plugins that keeps every rule."""
    files = {
        "pyproject.toml": '[project.entry-points."spansieve.processors"]\n'
        + "".join(
            f'{name} = "spansieve.processors.{folder}:Plugin"\n'
            for name, folder in (("throttle", "throttle"), ("brake", "throttle"), ("filter", "filter"))
        ),
        "spansieve/service.py": "from spansieve.plugin import Host\nfrom .plugin import Processor\n",
    }
    for name in ("throttle", "filter"):
        files |= {
            f"processors/{name}/__init__.py": f'"""`{name}`."""\n\n__all__ = ["Plugin"]\n',
            f"processors/{name}/config.py": "from spansieve.plugin import Config\n",
            f"processors/{name}/processor.py": "import re2\nfrom .config import A\nfrom . import config\n",
            f"processors/{name}/README.md": f"# {name}\n",
            f"tests/processors/{name}/test_{name}.py": "",
        }
    for kind in KINDS:
        (tmp_path / kind).mkdir()
        (tmp_path / "tests" / kind).mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_house_in_order_breaks_no_rule(house: Path) -> None:
    assert [*incomplete(house), *misregistered(house), *strays(house)] == []
    assert miswritten_keys(ThrottleConfig, KEYS) == []
    assert miswritten_drops([DROPPING], DROPS) == []


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("processors/throttle/__init__.py", "missing: processors/throttle/__init__.py"),
        ("processors/throttle/config.py", "missing: processors/throttle/config.py"),
        ("processors/throttle/processor.py", "missing: processors/throttle/processor.py"),
        ("processors/throttle/README.md", "missing: processors/throttle/README.md"),
        (
            "tests/processors/throttle/test_throttle.py",
            "missing: tests/processors/throttle/test_throttle.py",
        ),
    ],
)
def test_a_missing_file_is_named(house: Path, name: str, problem: str) -> None:
    (house / name).unlink()
    assert incomplete(house) == [problem]


def test_tests_of_nothing_a_package_of_tests_and_a_missing_docstring_are_named(house: Path) -> None:
    (house / "tests/exporters/gone").mkdir()
    (house / "tests/exporters/__init__.py").touch()
    (house / "processors/filter/__init__.py").write_text('__all__ = ["Plugin"]\n')
    assert incomplete(house) == [
        "no docstring: processors/filter/__init__.py",
        "tests of nothing: tests/exporters/gone",
        "no package: tests/exporters/__init__.py",
    ]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('filter = "', 'sieve = "', "no entry point processors.filter"),
        (".filter:", ".gone:", "processors.filter points to no folder: spansieve.processors.gone:Plugin"),
        ('brake = "spansieve.processors.throttle:Plugin', 'brake = "spansieve.processors.throttle:Other', "no alias"),
        ("filter:Plugin", "filter:Filter", "processors.filter: Filter is not exported"),
    ],
)
def test_a_wrong_entry_point_is_named(house: Path, before: str, after: str, problem: str) -> None:
    pyproject = house / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace(before, after))
    assert any(problem in found for found in misregistered(house))


PROCESSOR = "processors/throttle/processor.py"
OWN = "spansieve.processors.throttle"


@pytest.mark.parametrize(
    ("name", "line", "imported"),
    [
        (PROCESSOR, "from spansieve.processors.filter import Plugin", "spansieve.processors.filter.Plugin"),
        (PROCESSOR, "from ..filter import Plugin", "spansieve.processors.filter.Plugin"),
        (PROCESSOR, "from .. import filter", "spansieve.processors.filter"),
        (PROCESSOR, "import spansieve.exporters", "spansieve.exporters"),
        (PROCESSOR, "import processors", "processors"),
        (PROCESSOR, f"from {OWN} import Plugin", f"{OWN}.Plugin"),
        ("spansieve/service.py", f"from {OWN} import Plugin", f"{OWN}.Plugin"),
        ("spansieve/service.py", "from .processors import throttle", OWN),
        ("spansieve/service.py", "from extensions import x", "extensions.x"),
    ],
)
def test_an_import_through_a_wall_is_named(house: Path, name: str, line: str, imported: str) -> None:
    (house / name).write_text(f"{line}\n")
    assert strays(house) == [f"{name} imports {imported}"]


@pytest.mark.parametrize(
    ("before", "after", "problems"),
    [
        ("| `rate` | 1 | Spans a second. At least 1. |\n", "", ["no row for rate"]),
        ("| `queue.limit` | 1 | How many. |\n", "", ["no row for queue.limit"]),
        ("`rate`", "`speed`", ["no row for rate", "row for an unknown key speed"]),
        ("Spans a", "Items a", ["the meaning of rate does not begin with 'Spans a second.'"]),
        ("| What waits. |\n| `queue.limit` | 1 | How many. |", "| What waits. [Keys](docs/queue.md). |", []),
    ],
)
def test_a_configuration_table_that_differs_is_named(before: str, after: str, problems: list[str]) -> None:
    assert miswritten_keys(ThrottleConfig, KEYS.replace(before, after)) == problems


def test_a_key_without_description_is_named() -> None:
    class Bare(Config):
        """Says nothing of its key."""

        rate: int = 1

    assert miswritten_keys(Bare, "| key | default | meaning |\n| --- | --- | --- |\n| `rate` | 1 | |\n") == [
        "rate has no description"
    ]


@pytest.mark.parametrize(
    ("code", "readme", "problems"),
    [
        (DROPPING, "", ["no row for the reason over_rate"]),
        ("", DROPS, ["row for a reason that is not in the code: over_rate"]),
        ('add(1, reason="late" if slow else "over_rate")', DROPS, ["no row for the reason late"]),
    ],
)
def test_a_table_of_drops_that_differs_is_named(code: str, readme: str, problems: list[str]) -> None:
    assert miswritten_drops([code], readme) == problems


def test_a_wheel_with_too_much_or_too_little_is_named(house: Path) -> None:
    wanted = list(files_to_ship(house))
    assert "spansieve/processors/throttle/README.md" in wanted
    packed = [name for name in wanted if not name.endswith("filter/README.md")]
    assert misbuilt([*packed, "processors/filter/README.md", "spansieve-1.dist-info/METADATA"], wanted) == [
        "at the top of the wheel: processors",
        "not in the wheel: spansieve/processors/filter/README.md",
    ]
