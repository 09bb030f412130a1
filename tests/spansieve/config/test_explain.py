"""pydantic's errors in plain words: unions, tags, lengths, and checks of a plugin's own."""

from typing import Annotated, Literal, Self

import pytest
from pydantic import Field, model_validator

from spansieve.config.components import read_model
from spansieve.config.compose import compose
from spansieve.config.expand import Expander
from spansieve.config.fetch import Fetcher
from spansieve.config.model import Config, Duration, Secret
from spansieve.config.problems import Place
from spansieve.config.report import Report


class Header(Config):
    """As the Go Collector's list of headers."""

    name: str
    value: Secret


class Latency(Config):
    """One policy."""

    type: Literal["latency"]
    threshold: Duration = 5.0


class Errors(Config):
    """Another."""

    type: Literal["error"]
    soft: bool = False


class Sample(Config):
    """Fields that can go wrong in many ways."""

    headers: dict[str, Secret] | list[Header] = Field(default={})
    policies: list[Annotated[Latency | Errors, Field(discriminator="type")]] = Field(default=[])
    either: Latency | str = "x"
    many: list[str] = Field(default=[], max_length=2)
    name: str = Field(default="abc", pattern="^a", min_length=2)
    ratio: float = Field(default=1, ge=1)
    needed: int

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.name != "abc":
            raise ValueError(f"name is {self.name}. Set it to abc.")
        if self.needed == 13:
            raise KeyError("hunter2")
        return self


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("headers: {a: 5}", ["x:1:14: c.headers.a: must be a text; found a whole number. Put it into quotes."]),
        ("headers: [{name: a, value: 5}]", ["x:1:28: c.headers[0].value: must be a text; found a whole number."]),
        ("headers: 5", ["x:1:10: c.headers: must be a section (keys with values) or a list; found a whole number."]),
        (
            "headers: [{nam: a, value: b}]",
            [
                "x:1:11: c.headers[0].name: is required and missing.",
                "x:1:12: c.headers[0].nam: unknown key. Did you mean name?\nKnown keys: name, value.",
            ],
        ),
        ("policies: [{type: latncy}]", ["x:1:19: c.policies[0].type: must be one of latency, error; found the"]),
        ("policies: [{soft: true}]", ["x:1:12: c.policies[0].type: is required and missing.\nAllowed: late"]),
        ("policies: [{type: error, sof: 1}]", ["x:1:26: c.policies[0].sof: unknown key. Did you mean soft?\nKnow"]),
        ("policies: [{type: latency, threshold: 5}]", ["x:1:39: c.policies[0].threshold: a duration needs a unit"]),
        ("either: {type: latency, thresh: 5}", ["x:1:25: c.either.thresh: unknown key. Did you mean threshold?"]),
        ("either: 5", ["x:1:9: c.either: must be a section (keys with values) or a text; found a whole number."]),
        ("many: [a, b, c]", ["x:1:7: c.many: must have at most 2 entries."]),
        ("name: b", ["x:1:7: c.name: must have at least 2 characters."]),
        ("name: bcd", ["x:1:7: c.name: must match pattern '^a'."]),
        ("ratio: http://me:pw@x", ["x:1:8: c.ratio: must be a number; found the text 'http://****@x'."]),
        ("name: abd", ["x:7:7: c: name is abd. Set it to abc."]),
        ("name: ${env:NAME}", ["x:7:7: c: name is ${env:NAME}. Set it to abc."]),
        ("ratio: 0.5", ["x:1:8: c.ratio: must be at least 1; found 0.5."]),
        ("headers: {a: '${env:NUMBER}'}", []),
        ("headers: ${env:BROKEN}", ["x:1:10: c.headers: must be a section (keys with values) or a list; found a"]),
        ("needed: 13", ["x:7:7: c: its plugin failed to read its own configuration: KeyError."]),
    ],
)  # fmt: skip
def test_plain_words(text: str, said: list[str]) -> None:
    whole = text if "needed" in text else text + "\nneeded: 1"
    node, _ = compose(whole, "x")
    assert node is not None
    node = Expander(Fetcher({"NAME": "a-secret", "NUMBER": "1e5", "BROKEN": "x: ["})).tree(node)
    report = Report()
    read_model(Sample, node, Place("x", 7, 7), ("c",), report)
    found = sorted(str(problem) for problem in report.problems)
    assert len(found) == len(said)
    for problem, start in zip(found, said, strict=True):
        assert problem.startswith(start)
        assert "a-secret" not in problem
