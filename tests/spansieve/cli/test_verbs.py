"""The command and plugins: what is installed is listed, what is broken is said."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from spansieve.cli import main

VERB = "import click\n\n\n@click.command()\ndef verb() -> None:\n    click.echo('hello')\n"
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package of one module with these entry points, `group name`, for the length of the test."""

    def make(package: str, code: str, *points: str) -> None:
        folder = tmp_path / package
        info = folder / f"{package}-1.0.dist-info"
        info.mkdir(parents=True)
        (folder / f"{package}_code.py").write_text(code)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = [f"[{group}]\n{name} = {package}_code:verb\n" for group, name in (point.split() for point in points)]
        (info / "entry_points.txt").write_text("".join(lines))
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.delitem(sys.modules, f"{package}_code", raising=False)

    return make


def said(*arguments: str) -> tuple[int, str]:
    """Exit code and everything that was printed."""
    done = CliRunner().invoke(main, arguments, prog_name="spansieve")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_the_help_keeps_its_examples_and_cuts_no_sentence() -> None:
    code, text = said("--help")
    assert code == 0
    assert "\\b" not in text
    assert "..." not in text.split("Commands:")[1]
    for line in ("spansieve config default > my.yaml ", "spansieve run --config my.yaml "):
        assert any(printed.strip().startswith(line) for printed in text.splitlines())


def test_a_plugins_verb_is_listed_without_loading_it_and_runs(install: Install) -> None:
    install("acme", VERB, "spansieve.commands hello")
    code, text = said("--help")
    assert code == 0
    assert "from acme" in text
    assert "acme_code" not in sys.modules
    assert said("hello") == (0, "hello\n")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("raise SystemExit(7)", "SystemExit: 7"),
        ("verb = 3", "should be a click.Command"),
    ],
)
def test_a_broken_verb_is_refused_and_hurts_no_other(install: Install, code: str, why: str) -> None:
    install("acme", code, "spansieve.commands hello")
    status, text = said("hello")
    assert status == 2
    assert why in text
    assert "the command hello of the package acme" in text
    assert said("--help")[0] == 0
    assert said("components")[0] == 0


def test_two_verbs_of_one_name_are_refused_with_their_packages(install: Install) -> None:
    install("acme", VERB, "spansieve.commands hello")
    install("brand", VERB, "spansieve.commands hello")
    for arguments in (["hello"], ["--help"]):
        status, text = said(*arguments)
        assert status == 2
        assert "acme" in text
        assert "brand" in text
    assert said("components")[0] == 0


def test_a_verb_named_as_a_built_in_one_is_refused(install: Install) -> None:
    install("acme", VERB, "spansieve.commands validate")
    for arguments in (["validate"], ["--help"]):
        status, text = said(*arguments)
        assert status == 2
        assert "the command validate is brought by acme, and it is spansieve's own" in text
    assert said("components")[0] == 0


def test_components_lists_signals_in_order_and_alerts_where_they_are_taken_as_such() -> None:
    rows = {line.split()[0]: line for line in said("components")[1].splitlines()}
    assert "traces, logs, metrics, alerts" in rows["attributes"]
    assert "traces, logs, metrics  " in rows["otlp_grpc"]
    assert "traces " in rows["jaeger"]
    assert "alerts" not in rows["jaeger"] + rows["otlp_grpc"] + rows["debug"]


def test_a_component_that_can_not_be_used_says_why_in_its_row(install: Install) -> None:
    install("acme", "raise ImportError('libacme [not found]')", "spansieve.processors broken")
    install("brand", VERB, "spansieve.exporters debug")
    status, text = said("components")
    rows = {line.split()[0]: line for line in text.splitlines()}
    assert status == 0
    assert "ImportError: libacme [not found]" in rows["broken"]
    assert "acme" in rows["broken"]
    assert "two packages" in rows["debug"]
    assert "traces, logs, metrics" in rows["batch"]


def test_config_default_prints_the_commented_default_configuration() -> None:
    root = Path(__file__).parents[3]
    assert said("config", "default") == (0, (root / "collector-config.yaml").read_text("utf-8"))
