"""YAML to a tree with places: YAML 1.2 values, aliases within bounds, and what is wrong with which line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.config.compose import MAX_NODES, compose
from spansieve.config.scalars import scalar
from spansieve.config.tree import plain_tree


def _plain(text: str) -> object:
    node, problems = compose(text, "c.yaml")
    assert node is not None
    assert not problems
    return plain_tree(node)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("012", "012"), ("1:30", "1:30"), ("0o17", 15), ("0x1f", 31),
        ("1e3", 1000.0), ("-5", -5), ("1_000", "1_000"), ("~", None), ("null", None), ("true", True), ("False", False),
        ("'5'", "5"), ('"true"', "true"), ("!!str 5", "5"), ("!!int '5'", 5), (".5", 0.5), ("2024-01-01", "2024-01-01"),
        ("=", "="), ("", None), ("|\n  a\n  b\n", "a\nb\n"), ("localhost:4317", "localhost:4317"),
    ],
)  # fmt: skip
def test_scalars_are_what_they_look_like(text: str, value: object) -> None:
    assert _plain(f"k: {text}") == {"k": value}


def test_a_number_of_any_length_is_a_number() -> None:
    assert scalar("1" * 5000) == float("inf")


def test_keys_are_texts() -> None:
    assert _plain("1: a\non: b\n<<x: c\n") == {"1": "a", "on": "b", "<<x": "c"}


def test_anchors_aliases_and_merge_keys() -> None:
    text = "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\nc: {<<: [{p: 9}, *x]}\nd: *x"
    a = {"p": 1, "q": 2}
    assert _plain(text) == {"a": a, "b": {"p": 1, "q": 3}, "c": {"p": 9, "q": 2}, "d": a}


def test_every_key_and_value_knows_its_place() -> None:
    node, _ = compose("a:\n  - b: 1\n", "c.yaml")
    assert node is not None
    inner = node.entries["a"].node.items[0].entries["b"]
    assert (inner.key, inner.node.place) == (("c.yaml", 2, 5), ("c.yaml", 2, 8))


LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "c.yaml:3:1: a: the key stands twice, in line 1 and in line 3."),
        ("x:\n  a: 1\n  a: 2\n", "c.yaml:3:3: x.a: the key stands twice, in line 2 and in line 3."),
        ("a:\n\tb: 1", "c.yaml:2:1: not valid YAML: found character 'tab'"),
        ("a:\n\tb: 1", "Indent with spaces"),
        ("a: b: c", "c.yaml:1:5: not valid YAML"),
        ("a: {b: ${env:X}}", 'Put a value with ${...} into quotes: "${env:NAME}".'),
        ("a: [1\nb: 2", "c.yaml:2:2: not valid YAML"),
        ("a: *nobody", "c.yaml:1:4: the alias *nobody has no anchor"),
        ("a: &x [*x]", "c.yaml:1:8: the alias *x stands inside its own anchor"),
        ("a: !date 5", "c.yaml:1:4: a: the YAML tag !date is not supported"),
        ("a: 1\n---\nb: 1", "c.yaml:2:1: a second YAML document"),
        ("? [a]\n: 1", "c.yaml:1:3: a key must be a text"),
        ("a\x00b", "c.yaml:1:2: the character U+0000"),
        ('a: "\\UFFFFFFFF"', "not valid YAML"),
        ("[" * 5000, "nested more than 100 levels deep"),
        ("<<: 5", "`<<` takes a mapping"),
        (LAUGHS, f"more than {MAX_NODES} values"),
    ],
)
def test_what_is_wrong_and_where(text: str, said: str) -> None:
    _, problems = compose(text, "c.yaml")
    assert said in "\n".join(map(str, problems))


@given(st.text(alphabet=st.characters(codec="utf-8")) | st.text("{}[]:-?&*!|>'\"%@`#,\n \tab<0$~."))
def test_no_text_is_more_than_a_problem(text: str) -> None:
    node, problems = compose(text, "c.yaml")
    assert node is not None or problems
