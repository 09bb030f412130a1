"""Every rule's examples, through the whole engine: what stands between the marks is found, and nothing else."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from spansieve.processors.prompt_privacy.detectors import FAMILIES, Engine, plain
from spansieve.processors.prompt_privacy.detectors.gate import Gate

EXAMPLES = Path(__file__).parents[3] / "fixtures" / "privacy" / "examples"
ENGINE = Engine(FAMILIES)
ENGINE.gate.compile()
BY_RE2 = Engine(FAMILIES)
BY_RE2.gate = Gate((), worth_bytes=sys.maxsize)
ENGINES = (ENGINE, BY_RE2)
"""Each text is searched both ways."""


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(EXAMPLES.glob("*.yaml")):
        for row in yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader):
            yield f"{file.stem}:{row['rule']}", row


def examples(kind: str) -> list[Any]:
    return [
        pytest.param(row["rule"], text, id=f"{name}-{place}")
        for name, row in rows()
        for place, text in enumerate(row.get(kind, ()))
    ]


def marked(text: str) -> tuple[bytes, list[tuple[int, int]]]:
    """The text without its marks, and where they stood: offsets of bytes."""
    found: list[tuple[int, int]] = []
    whole = b""
    for piece in text.split("⟦"):
        inside, mark, rest = piece.partition("⟧")
        if mark:
            found.append((len(whole), len(whole) + len(inside.encode())))
        whole += inside.encode() + rest.encode()
    return whole, found


@pytest.mark.parametrize(("rule", "example"), examples("match"))
def test_what_is_marked_is_found_exactly(rule: str, example: str) -> None:
    text, wanted = marked(example)
    clear, offsets = plain(text)
    for engine in ENGINES:
        assert engine.suspicious(text), "no core hits"
        findings = engine.find(clear).findings
        found = [(one.start, one.end) if offsets is None else offsets.original(one.start, one.end) for one in findings]
        assert found == wanted, [(one.rule, clear[one.start : one.end]) for one in findings]


@pytest.mark.parametrize(("rule", "example"), examples("no_match"))
def test_a_near_miss_stays(rule: str, example: str) -> None:
    clear, _ = plain(example.encode())
    for engine in ENGINES:
        assert [(one.rule, clear[one.start : one.end]) for one in engine.find(clear).findings] == []
