"""Mistakes inside a value: each a problem at its own place in the file, with an excerpt."""

from typing import Self

from pydantic import ValidationError, model_validator

from spansieve.config.explain import explain
from spansieve.config.mistakes import Mistake, Mistakes, excerpt
from spansieve.config.model import Config
from spansieve.config.problems import Place
from spansieve.config.tree import Entry, Node, mapping


class Rules(Config):
    """A list of texts, some of which are wrong."""

    rules: list[str]

    @model_validator(mode="after")
    def _check(self) -> Self:
        wrong = [
            Mistake(f"wrong at {rule[:3]}", "Mend it.", excerpt(rule, 0, 3), ("rules", place))
            for place, rule in enumerate(self.rules)
            if rule.startswith("bad")
        ]
        if wrong:
            raise Mistakes(wrong)
        return self


def told(*rules: Node) -> list[str]:
    """What is said of a section with these rules."""
    top = mapping(
        Place("c.yaml", 1, 1), {"rules": Entry(Place("c.yaml", 1, 1), Node(Place("c.yaml", 2, 3), list(rules)))}
    )
    try:
        Rules.model_validate({"rules": [rule.value for rule in rules]})
    except ValidationError as error:
        return [str(problem) for problem in explain(error, Rules, top, Place("c.yaml", 1, 1), ("processors", "x"))]
    raise AssertionError("nothing is wrong")


def test_each_mistake_is_told_at_its_own_line_with_the_place_underlined() -> None:
    assert told(
        Node(Place("c.yaml", 2, 5), "bad one"),
        Node(Place("c.yaml", 3, 5), "good"),
        Node(Place("c.yaml", 4, 5), "bad two"),
    ) == [
        "c.yaml:2:5: processors.x.rules[0]: wrong at bad. Mend it.\n    bad one\n    ^^^",
        "c.yaml:4:5: processors.x.rules[2]: wrong at bad. Mend it.\n    bad two\n    ^^^",
    ]


def test_what_a_variable_brought_is_not_shown() -> None:
    [one] = told(Node(Place("c.yaml", 2, 5), "bad secret", written="${env:RULE}"))
    assert one == "c.yaml:2:5: processors.x.rules[0]: wrong at bad. Mend it."


def test_an_excerpt_is_one_line_however_long_and_odd_the_text_is() -> None:
    text = "x" * 500 + "\n" + "a\t" * 200 + "HERE" + "b" * 200 + "\nmore"
    shown, marks = excerpt(text, text.index("HERE"), text.index("HERE") + 4).split("\n")
    assert len(shown) < 120
    assert "\t" not in shown
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "HERE"
    assert excerpt("", 0, 1) == "    \n    ^"
    assert excerpt("ab", 2, 2) == "    ab\n      ^"
