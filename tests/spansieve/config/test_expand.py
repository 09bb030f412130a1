"""`${...}`: what it brings, alone and inside a text, and what is said when it can't."""

from pathlib import Path

import pytest

from spansieve.config.compose import compose
from spansieve.config.expand import Expander
from spansieve.config.fetch import Fetcher
from spansieve.config.problems import Place
from spansieve.config.scalars import Expanded
from spansieve.config.tree import Entry, Node, mapping, plain_tree

ENV = {
    "TEXT": "abc", "DIGITS": "0123", "NUMBER": "5", "EMPTY": "", "WHICH": "NUMBER", "LIST": "[1, '${TEXT}']",
    "MAP": "{a: ${NUMBER}}", "DOLLARS": "a$$b", "COMMENT": "#hunter2", "LOOP": "${LOOP}", "GROW": "${GROW}${GROW}",
    "TREE": '["${TREE}", "${TREE}"]', "BROKEN": "a: [", "SECTION": "{a: '${NUMBER}'}", "STAR": "*hunter2",
}  # fmt: skip


def _expand(text: str, *, allow_unset_env: bool = False) -> tuple[object, Expander]:
    expander = Expander(Fetcher(ENV), allow_unset_env=allow_unset_env)
    place = Place("c.yaml", 3, 7)
    tree = expander.tree(mapping(place, {"k": Entry(place, Node(place, text))}))
    plain = plain_tree(tree)
    assert isinstance(plain, dict)
    return plain["k"], expander


@pytest.mark.parametrize(
    ("text", "result", "meant"),
    [
        ("${env:TEXT}", "abc", "abc"),
        ("${TEXT}", "abc", "abc"),
        ("${env:DIGITS}", "0123", "0123"),
        ("${env:NUMBER}", "5", 5),
        ("${env:EMPTY}", "", None),
        ("${env:EMPTY:-d}", "", None),
        ("${env:UNSET:-d}", "d", "d"),
        ("${env:UNSET:-}", "", None),
        ("${env:UNSET:-${NUMBER}}", "5", 5),
        ("${env:${WHICH}}", "5", 5),
        ("${env:LIST}", "[1, 'abc']", [1, "abc"]),
        ("${env:SECTION}", "{a: '5'}", {"a": "5"}),
        ("${env:BROKEN}", "a: [", "a: ["),
        ("${env:COMMENT}", "#hunter2", None),
        ("${yaml:[1, 2]}", "[1, 2]", [1, 2]),
        ("http://${TEXT}:${NUMBER}/", "http://abc:5/", "http://abc:5/"),
        ("x${DIGITS}", "x0123", "x0123"),
        ("$$", "$", "$"),
        ("$${TEXT}", "${TEXT}", "${TEXT}"),
        ("$$${TEXT}", "$abc", "$abc"),
        ("$${A}${TEXT}", "${A}abc", "${A}abc"),
        ("$TEXT", "$TEXT", "$TEXT"),
        ("${TEXT", "${TEXT", "${TEXT"),
        ("}${TEXT}", "}abc", "}abc"),
        ("${DOLLARS}", "a$b", "a$b"),  # as Go: `$$` is a `$` in what a variable brings, too
    ],
)
def test_what_is_brought(text: str, result: str, meant: object) -> None:
    value, expander = _expand(text)
    assert not expander.problems
    assert value == result
    assert (value.value if isinstance(value, Expanded) else value) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${env:UNSET}", "${env:UNSET}: the environment variable is not set. Set it, or give a default: ${env:"),
        ("${UNSET}", "${UNSET}: the environment variable is not set"),
        ("${UNSET:-d}", "A default needs the scheme: ${env:UNSET:-...}."),
        ("${1}", "is no name of an environment variable"),
        ("${}", "A literal ${...} is written $${...}."),
        ("${http://x}", "only env, file and yaml can be expanded"),
        ("${fil:x}", "Did you mean file?"),
        ("${file:nowhere}", "can't read the file: no such file or directory"),
        ("x${SECTION}", "${SECTION} stands inside a longer text, but brings a section"),
        ("${LOOP}", "lead back to themselves"),
        ("${GROW}", "lead back to themselves"),
        ("${TREE}", "bring too much"),
    ],
)
def test_what_can_not_be_brought(text: str, said: str) -> None:
    _, expander = _expand(text)
    (problem,) = expander.problems[:1]
    assert str(problem).startswith("c.yaml:3:7: k")
    assert said in str(problem)
    assert len(expander.problems) == 1


def test_what_a_variable_holds_is_never_shown() -> None:
    for text in ("${env:${COMMENT}}", "${file:${COMMENT}}", "${${TEXT}:x}"):
        _, expander = _expand(text)
        assert expander.problems
        assert "hunter2" not in str(expander.problems[0])
        assert "abc" not in str(expander.problems[0])


def test_an_unset_variable_may_be_allowed_with_a_warning() -> None:
    value, expander = _expand("${UNSET}", allow_unset_env=True)
    assert (value, expander.problems) == ("", [])
    assert "UNSET" in str(expander.warnings[0])


def test_a_file_brings_yaml_with_places_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("part.yaml").write_text("a: ${TEXT}\nb: [1]\n")
    Path("token").write_text("s3cret\n")
    fetcher = Fetcher(ENV)
    node, _ = compose("part: ${file:part.yaml}\ntoken: ${file:token}\nbearer: Bearer ${file:token}", "c.yaml")
    assert node is not None
    tree = Expander(fetcher).tree(node)
    assert plain_tree(tree, typed=True) == {
        "part": {"a": "abc", "b": [1]},
        "token": "s3cret",
        "bearer": "Bearer s3cret",
    }
    assert tree.entries["part"].node.entries["b"].key == Place("part.yaml", 2, 1)
    assert [str(path) for path in fetcher.files] == ["part.yaml", "token"]


def test_quotes_change_nothing_and_keys_stay() -> None:
    node, _ = compose("\"${TEXT}\": '${NUMBER}'", "c.yaml")
    assert node is not None
    assert plain_tree(Expander(Fetcher(ENV)).tree(node), typed=True) == {"${TEXT}": 5}
