"""ai_semantics, rules of users: what is wrong is said with its place and its mend, before anything runs."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest
from click.testing import CliRunner

from spansieve.cli import main
from spansieve.config.load import load
from spansieve.config.show import show

Said = Callable[[str], list[str]]

AROUND = """\
receivers: {otlp: {protocols: {grpc: }}}
exporters: {debug: }
service: {pipelines: {traces: {receivers: [otlp], processors: [ai_semantics], exporters: [debug]}}}
processors:
  ai_semantics:
"""
FIRST_LINE = AROUND.count("\n") + 2
"""The line of the configuration in which rules begin."""
ACME = "dialects: [{id: acme, detect: [{scope: acme.tracer}]}]\n"


def written(folder: Path, rules: str) -> Path:
    """A configuration with `rules`, from FIRST_LINE on."""
    path = folder / "c.yaml"
    path.write_text(f"{AROUND}    rules:\n{indent(dedent(rules), '      ')}")
    return path


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """What `spansieve validate` says of a configuration with these rules, one line for each mistake."""
    monkeypatch.chdir(tmp_path)

    def validate(rules: str) -> list[str]:
        written(tmp_path, rules)
        done = CliRunner().invoke(main, ["validate", "--config", "c.yaml"], prog_name="spansieve")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        lines = [line for line in done.output.splitlines() if line.startswith("c.yaml:")]
        assert done.exit_code == (2 if lines else 0), done.output
        return [line.replace("processors.ai_semantics.", "") for line in lines]

    return validate


EXAMPLE = f"""\
{ACME}operations:
  acme: [{{kind: tool, usage: none}}]
examples:
  - name: a search
    span:
      name: search
      scope: acme.tracer
    expect:
      spansieve.ai.kind: tool
      gen_ai.tool.name: search
      spansieve.dialect: null
"""


def test_an_example_that_comes_out_otherwise_is_told_by_its_lines(said: Said) -> None:
    line = FIRST_LINE + 10
    assert said(EXAMPLE) == [
        f"c.yaml:{line}:31: rules.examples[0].expect.gen_ai.tool.name: example 'a search': should be 'search', and "
        "is not there (recognised as acme, kind tool).",
        f"c.yaml:{line + 1}:32: rules.examples[0].expect.spansieve.dialect: example 'a search': should not be there, "
        "and is 'acme' (recognised as acme, kind tool).",
    ]


def test_an_example_that_should_be_left_alone_and_is_not_says_what_was_written(said: Said) -> None:
    [line] = said(f"{ACME}examples: [{{span: {{name: a, scope: acme.tracer}}, unrecognised: true}}]")
    assert (
        "examples[0].unrecognised: nothing should have been written, and there was spansieve.dialect = 'acme'" in line
    )


def test_an_example_that_nobody_recognises_says_so(said: Said) -> None:
    [line] = said("examples: [{span: {name: a}, expect: {spansieve.ai.kind: tool}}]")
    assert line.endswith("should be 'tool', and is not there (no rule recognised it).")


def test_true_is_not_one(said: Said) -> None:
    [line] = said("examples: [{span: {name: a, attributes: {x: 1}}, expect: {x: true}}]")
    assert "should be true, and is 1" in line


def test_examples_that_hold_are_not_spoken_of(said: Said) -> None:
    assert said("examples: [{span: {name: GET /}, unrecognised: true}]") == []


@pytest.mark.parametrize(
    ("rules", "place", "mend"),
    [
        ("dialekts: []", "dialekts", "Did you mean dialects?"),
        ("dialects: [{id: acme, detect: [{scop: x}]}]", "dialects[0].detect[0].scop", "Did you mean scope?"),
        ("dialects: [{id: acme, detect: [{}]}]", "dialects[0].detect[0]", "fits every span"),
        ('dialects: [{id: acme, detect: [{name: "("}]}]', "detect[0].name", "no RE2 regular expression: missing )"),
        ("dialects: [{id: codex, detect: [{scope: x}]}]", "dialects[0].id", "write rules under operations.codex"),
        (f"{ACME[:-2]}, {{id: acme, detect: [{{scope: b}}]}}]", "dialects[1].id", "stands twice"),
        ("operations: {akme: [{kind: tool, usage: none}]}", "operations.akme", "there is no dialect akme"),
        ("operations: {codx: [{kind: tool, usage: none}]}", "operations.codx", "Did you mean codex?"),
        ("operations: {codex: [{kind: tol, usage: none}]}", "operations.codex[0].kind", "Did you mean tool?"),
        ("operations: {codex: [{kind: tool, usage: nine}]}", "operations.codex[0].usage", "Did you mean none?"),
        ("operations: {codex: [{op: chat}]}", "operations.codex[0]", "give kind and usage"),
        ("operations: {codex: [{use: mcp, kind: tool}]}", "operations.codex[0]", "leave kind, op, fix, usage"),
        ("operations: {codex: [{kind: tool, usage: none, fix: true}]}", "operations.codex[0]", "give op"),
        ("operations: {codex: [{use: mpc}]}", "operations.codex[0].use", "Did you mean mcp?"),
        (f"{ACME}operations: {{codex: [{{use: acme}}]}}", "operations.codex[0].use", "no dialect with rules acme"),
        ("operations: {codex: [{use: codex}]}", "operations.codex[0].use", "leads back to codex"),
        ("operations: {otel_genai: [{use: any}]}", "operations.otel_genai[0].use", "leads back to otel_genai"),
        ("attributes: [{target: user.id, sources: [{dialects: [codex]}]}]", "sources[0]", "Give one of key, "),
        ("attributes: [{target: user.id, sources: []}]", "attributes[0].sources", "at least 1 entries"),
        ("attributes: [{target: user.id, sources: [{key: a, const: b}]}]", "sources[0]", "key and const can't"),
        ("attributes: [{target: user.id, sources: [{resource: a, add: [b]}]}]", "sources[0]", "add needs key"),
        ("attributes: [{target: user.id, sources: [{key_pattern: a}]}]", "sources[0]", "key_pattern needs a *"),
        ("attributes: [{target: user.id, sources: [{keys: [a]}]}]", "sources[0]", "transform messages:<reader>"),
        (
            "attributes: [{target: user.id, sources: [{key: a, transform: to_lst}]}]",
            "transform",
            "Did you mean to_list",
        ),
        ("attributes: [{target: user.id, sources: [{key: a, transform: 'map:x'}]}]", "transform", "'x' is no table"),
        ("attributes: [{target: user.id, sources: [{key: a, transform: 'messages:x'}]}]", "transform", "no reader"),
        ("attributes: [{target: user.id, sources: [{transform: 'name_suffix:^a'}]}]", "transform", "needs a group"),
        ("attributes: [{target: user.id, sources: [{key: a, kinds: [tol]}]}]", "kinds[0]", "Did you mean tool?"),
        ("attributes: [{target: user.id, sources: [{key: a, dialects: [mpc]}]}]", "dialects[0]", "Did you mean mcp?"),
        (
            "attributes: [{target: user.id, sources: [{key: a, when: {dialect: mpc}}]}]",
            "sources[0].when.dialect",
            "Did you mean mcp?",
        ),
        ("attributes: [{target: user.id, type: int, sources: [{key: a}]}]", "attributes[0].type", "the type string"),
        ("attributes: [{target: user.id, kinds: [tool], sources: [{key: a}]}]", "attributes[0].kinds", "Leave it out"),
        ("attributes: [{target: user.ids, sources: [{key: a}]}]", "attributes[0].target", "Did you mean user.id?"),
        ("attributes: [{target: a, type: strng, sources: [{key: a}]}]", "attributes[0].type", "Did you mean string?"),
        ("attributes: [{target: spansieve.ai.kind, sources: [{key: a}]}]", "target", "take another name"),
        ("attributes: [{target: error.type, type: string, sources: [{key: a}]}]", "target", "Write a signal"),
        ("errors: {signals: [{where: spam, key: a}]}", "errors.signals[0].where", "Did you mean span?"),
        ("errors: {signals: [{where: span, key: a, as: timeot}]}", "errors.signals[0].as", "Did you mean timeout?"),
        ("errors: {signals: [{where: span}]}", "errors.signals[0]", "where: span needs key or name"),
        ("errors: {signals: [{where: event, event: a, kinds: [tool]}]}", "signals[0]", "kinds has no effect"),
        ("errors: {signals: [{where: span, name: a, gte: 0}]}", "signals[0]", "gte needs key"),
        ("errors: {signals: [{where: span, key: a, value: 0, gte: 0}]}", "signals[0]", "value and gte can't"),
        ("errors: {signals: [{where: log, event: a, key: [a, b]}]}", "signals[0]", "key must be one text"),
        ("errors: {signals: [{where: span, key: a, dialect: mpc}]}", "signals[0].dialect", "Did you mean mcp?"),
        ("errors: {not_errors: [{kind: tool}]}", "errors.not_errors[0]", "give exception_type or attr"),
        ("finish_reasons: {classes: {stopp: [a]}}", "finish_reasons.classes.stopp", "'tool_call'"),
        ("span_events: {a: {}}", "span_events.a", "give either attrs or counts"),
        ("logs: [{event: a, kind: modle}]", "logs[0].kind", "Did you mean model?"),
        ("lift: [{dialect: codex, from_name: a, copy: [spansieve.error.class]}]", "lift[0]", "give to_kind or to_name"),
        ("lift: [{dialect: mpc, from_name: a, to_name: b, copy: [spansieve.error.class]}]", "dialect", "mean mcp?"),
        ("inherit: [{dialect: mpc, target: a, from: b, kinds: [tool]}]", "inherit[0].dialect", "Did you mean mcp?"),
        ("examples: [{span: {name: a}}]", "examples[0]", "give either expect or unrecognised"),
        ("examples: [{expect: {a: 1}}]", "examples[0]", "give span or log"),
        ("examples: [{span: {name: a, status: BAD}, expect: {a: 1}}]", "span.status", "one of UNSET, OK, ERROR"),
        ("examples: [{span: {name: a, attributes: {a: .inf}}, log: {}, expect: {a: 1}}]", "examples[0]", "span or log"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_mend(said: Said, rules: str, place: str, mend: str) -> None:
    [line] = said(rules)
    assert line.startswith(f"c.yaml:{FIRST_LINE + rules[: -len(rules.splitlines()[-1])].count(chr(10))}:")
    told, _, rest = line.partition(" rules.")[2].partition(": ")
    assert told.endswith(place)
    assert mend in rest or mend in CliRunner().invoke(main, ["validate", "--config", "c.yaml"]).output


def test_all_mistakes_are_told_at_once(said: Said) -> None:
    rules = """\
        dialects: [{id: mcp, detect: [{scope: x}]}]
        operations: {akme: [{kind: tool, usage: none}], codex: [{use: codex}]}
        attributes: [{target: akme, sources: [{key: a, dialects: [mpc]}]}]
        """
    assert [line.split(":")[1] for line in said(rules)] == [str(FIRST_LINE + line) for line in (0, 1, 1, 2, 2)]


# --- files


def of_files(folder: Path, files: str) -> list[str]:
    """What is said of a configuration that has `rules_files`."""
    (folder / "c.yaml").write_text(f"{AROUND}    rules_files: {files}\n")
    done = CliRunner().invoke(main, ["validate", "--config", "c.yaml"], prog_name="spansieve")
    lines = done.output.splitlines()
    return [line.removeprefix("c.yaml:6:") for line in lines if not line.startswith("warning: ")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_mistake_in_a_file_is_told_with_the_line_of_that_file(folder: Path) -> None:
    (folder / "a.yaml").write_text("dialects:\n  - id: acme\n    detect:\n      - {scop: x}\n")
    (folder / "b.yaml").write_text("logs: [\n")
    first, keys, second, third = of_files(folder, "[a.yaml, b.yaml, none.yaml]")
    at = "processors.ai_semantics.rules_files"
    assert first == f"19: {at}[0]: a.yaml:4:10: dialects[0].detect[0].scop: unknown key. Did you mean scope?"
    assert keys.startswith("Known keys: scope, ")
    assert second.startswith(f"27: {at}[1]: b.yaml:2:1: not valid YAML: ")
    assert third.startswith(f"35: {at}[2]: none.yaml: can't read the file: no such file or directory. A relative path")


def test_files_are_checked_beside_each_other_and_their_examples_run(folder: Path) -> None:
    (folder / "a.yaml").write_text(ACME)
    (folder / "b.yaml").write_text(f"{ACME}operations: {{acme: [{{kind: tool, usage: none}}]}}\n")
    [line] = of_files(folder, "[a.yaml, b.yaml]")
    assert "rules_files[1]: b.yaml:1:13: dialects[0].id: the dialect acme stands twice" in line
    (folder / "b.yaml").write_text(EXAMPLE.removeprefix(ACME))
    lines = of_files(folder, "[a.yaml, b.yaml]")
    assert [line.split(":")[3] for line in lines] == ["10", "11"]
    (folder / "b.yaml").write_text("")
    assert of_files(folder, "[a.yaml, b.yaml]") == []


def test_an_entry_that_is_no_path_is_refused(folder: Path) -> None:
    [line] = of_files(folder, "[5]")
    assert line.endswith("rules_files[0]: must be the path of a file with rules; found 5.")


def test_a_file_in_place_of_the_rules_keeps_its_own_lines(folder: Path) -> None:
    (folder / "a.yaml").write_text(EXAMPLE)
    (folder / "c.yaml").write_text(f"{AROUND}    rules: ${{file:a.yaml}}\n")
    done = CliRunner().invoke(main, ["validate", "--config", "c.yaml"], prog_name="spansieve")
    assert [line.partition(" ")[0] for line in done.output.splitlines()] == ["a.yaml:11:25:", "a.yaml:12:26:"]


def test_a_changed_file_is_another_configuration(folder: Path) -> None:
    def loaded() -> object:
        return load(["c.yaml"]).processors["ai_semantics"].config

    (folder / "a.yaml").write_text(ACME)
    (folder / "c.yaml").write_text(f"{AROUND}    rules_files: [a.yaml]\n")
    before = loaded()
    assert loaded() == before
    (folder / "a.yaml").write_text(ACME.replace("acme.tracer", "acme.other"))
    assert loaded() != before


def test_rules_are_shown_as_yaml_that_can_be_loaded_again(folder: Path) -> None:
    (folder / "a.yaml").write_text(ACME)
    path = written(folder, EXAMPLE.replace("search\n      spansieve.dialect", "null\n      acme").replace(ACME, ""))
    path.write_text(path.read_text() + "    rules_files: [a.yaml]\n")
    once = show(load(["c.yaml"]))
    (folder / "c.yaml").write_text(once)
    assert show(load(["c.yaml"])) == once
