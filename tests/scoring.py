"""Scores a scrubber by its output texts alone, against a labelled corpus.

Recall is the share of the labelled values that are gone from the output, precision the share of the removals that touch
a labelled value. A value is not gone when it stands there as it was, without its disguise, for numbers as bare digits,
or when 60 % of it (8 characters or more) stand there in one piece. A removal is wrong when it touches no labelled
value, reaches more than REACH characters beyond those that it touches, or changes a text in which nothing is labelled.
"""

import difflib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NotRequired, TypedDict, cast
from urllib.parse import unquote

NUMERIC = {"CARD", "PHONE", "NATIONAL_ID", "IBAN", "DATE_OF_BIRTH", "BANK"}
UNSCORED = {"PERSON", "ADDRESS", "LOCATION", "USERNAME", "ORG"}
REACH = 24
SLACK = 2
"""Characters beside a value that may go with it and still count as its own."""
ISLAND = 4
"""Fewer equal characters than this between two changes do not part them."""
ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
SEPARATORS = re.compile(r"[\s\-.()/+]")
UNICODE_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")

Stretch = tuple[int, int]
"""Start and end, in characters."""


class Entity(TypedDict):
    """Where a value stands, in characters; an optional one may stay or go."""

    type: str
    start: int
    end: int
    optional: NotRequired[bool]


class Example(TypedDict):
    """One line of a corpus; `where` is the kind of telemetry that the text is of."""

    id: str
    where: str
    text: str
    entities: list[Entity]


@dataclass
class Tally:
    """Of `of` values, `removed` are gone."""

    removed: int = 0
    of: int = 0

    @property
    def recall(self) -> float:
        """1 where there is nothing to find."""
        return self.removed / self.of if self.of else 1.0


@dataclass
class Score:
    """The figures of one run; `leaks` are (id, type, value), `wrongs` are (id, what was removed)."""

    total: Tally = field(default_factory=Tally)
    by_type: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_where: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    right_removals: int = 0
    wrong_removals: int = 0
    right_characters: int = 0
    removed_characters: int = 0
    clean_texts: int = 0
    clean_texts_changed: int = 0
    leaks: list[tuple[str, str, str]] = field(default_factory=list)
    wrongs: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Removed values among those that are scored and not optional."""
        return self.total.recall

    @property
    def precision(self) -> float:
        """Right removals among all; 1 where nothing was removed."""
        removals = self.right_removals + self.wrong_removals
        return self.right_removals / removals if removals else 1.0

    @property
    def character_precision(self) -> float:
        """Removed characters that belong to labelled values, among all that were removed."""
        return self.right_characters / self.removed_characters if self.removed_characters else 1.0


def read_corpus(path: Path) -> list[Example]:
    """The examples of a file of JSON lines."""
    lines = path.read_text("utf-8").split("\n")
    return [cast("Example", json.loads(line)) for line in lines if line.strip()]


def score(corpus: Iterable[Example], outputs: Mapping[str, str]) -> Score:
    """The figures for `outputs`, texts by the ids of the corpus. KeyError for an id without a text."""
    result = Score()
    for example in corpus:
        output = outputs[example["id"]]
        _count_values(result, example, output)
        stretches = changed_stretches(example["text"], output)
        if example["entities"]:
            for stretch in stretches:
                _count_removal(result, example, stretch)
        else:
            _count_clean(result, example, output, stretches)
    return result


def changed_stretches(before: str, after: str) -> list[Stretch]:
    """Where `before` differs from `after`; a mere insertion is an empty stretch."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle = before[head : len(before) - tail], after[head : len(after) - tail]
    stretches: list[Stretch] = []
    for tag, start, end, _, _ in difflib.SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if stretches and start + head - stretches[-1][1] < ISLAND:
            stretches[-1] = stretches[-1][0], end + head
        else:
            stretches.append((start + head, end + head))
    return stretches


def plain(text: str) -> str:
    """The text with the usual disguises taken off."""
    text = UNICODE_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    text = unquote(unquote(text, errors="replace"), errors="replace")
    return unicodedata.normalize("NFKC", ZERO_WIDTH.sub("", text))


def still_there(value: str, kind: str, output: str) -> bool:
    """Whether `value`, of the type `kind`, can be read from `output`."""
    value_plain, output_plain = plain(value), plain(output)
    if value in output or value_plain in output_plain:
        return True
    if kind in NUMERIC:
        digits = SEPARATORS.sub("", value_plain)
        if len(digits) >= 6 and digits in SEPARATORS.sub("", output_plain):
            return True
    size = max(8, -(-len(value_plain) * 6 // 10))
    if len(value_plain) <= size:
        return False
    return any(value_plain[start : start + size] in output_plain for start in range(len(value_plain) - size + 1))


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _count_values(result: Score, example: Example, output: str) -> None:
    for entity in example["entities"]:
        kind = entity["type"]
        if entity.get("optional") or kind in UNSCORED:
            continue
        value = example["text"][entity["start"] : entity["end"]]
        gone = not still_there(value, kind, output)
        for tally in (result.total, result.by_type[kind], result.by_where[example["where"]]):
            tally.removed += gone
            tally.of += 1
        if not gone:
            result.leaks.append((example["id"], kind, value))


def _count_removal(result: Score, example: Example, stretch: Stretch) -> None:
    start, end = stretch
    touched = [x for x in example["entities"] if x["start"] < max(end, start + 1) and x["end"] > start - 1]
    inside = sum(max(0, min(end, x["end"] + SLACK) - max(start, x["start"] - SLACK)) for x in touched)
    result.removed_characters += end - start
    result.right_characters += min(inside, end - start)
    result.right_removals += bool(touched)
    if not touched or _beyond(touched, stretch) > REACH:
        result.wrong_removals += 1
        result.wrongs.append((example["id"], [example["text"][start:end]]))


def _beyond(touched: Sequence[Entity], stretch: Stretch) -> int:
    return max(min(x["start"] for x in touched) - stretch[0], stretch[1] - max(x["end"] for x in touched))


def _count_clean(result: Score, example: Example, output: str, stretches: Sequence[Stretch]) -> None:
    result.clean_texts += 1
    if example["text"] == output:
        return
    result.clean_texts_changed += 1
    result.wrong_removals += max(1, len(stretches))
    result.removed_characters += sum(end - start for start, end in stretches)
    result.wrongs.append((example["id"], [example["text"][start:end] for start, end in stretches]))
