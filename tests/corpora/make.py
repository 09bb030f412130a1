"""Makes a corpus of templates: the same seed gives the same corpus."""

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.scoring import Entity, Example

from .templates import Filler, Template, read

FIXTURES = Path(__file__).parent.parent / "fixtures" / "privacy"
GUARDED = {"SECRET", "URL_CREDENTIALS"}
"""No value of these types stands in a file as it is, so that what scans repositories for secrets reports nothing."""


class Corpus(NamedTuple):
    """`name` is its file's, without ending; counts are of examples."""

    name: str
    seed: int
    dirty: int
    clean: int


CORPORA = (Corpus("unseen_1", 61, 360, 240), Corpus("unseen_2", 62, 240, 160), Corpus("unseen_3", 63, 260, 219))


def examples(corpus: Corpus, templates: list[Template]) -> list[Example]:
    """The examples of `corpus`, shuffled, no text twice: each template as often as its file says, then again from the
    first, until there are enough. A template without slots may stand in its file only once.
    """
    rng = Random(corpus.seed)
    filler, texts = Filler(rng), set[str]()
    made = [
        _fresh(filler, template, f"{corpus.name}-{mark}{number:04}", texts)
        for mark, is_clean, count in (("p", False, corpus.dirty), ("n", True, corpus.clean))
        for number, template in enumerate(_in_turn(templates, is_clean, count))
    ]
    rng.shuffle(made)
    return made


def templates_of(corpus: Corpus) -> list[Template]:
    """What stands in the file of the corpus's name."""
    return read(Path(__file__).with_name(f"{corpus.name}.txt").read_text("utf-8"))


def line(example: Example) -> str:
    """One line of JSON, some characters of every secret written as escapes."""
    hidden = {place for entity in example["entities"] if entity["type"] in GUARDED for place in _hidden(entity)}
    text = "".join(
        f"\\u{ord(character):04x}" if place in hidden and character.isascii() else _escaped(character)
        for place, character in enumerate(example["text"])
    )
    head = json.dumps({"id": example["id"], "where": example["where"]})[:-1]
    return f'{head}, "text": "{text}", "entities": {json.dumps(example["entities"])}}}\n'


def _hidden(entity: Entity) -> range:
    return range(entity["start"] + 2, min(entity["end"], entity["start"] + 60), 10)


def _escaped(character: str) -> str:
    return json.dumps(character, ensure_ascii=False)[1:-1]


def _fresh(filler: Filler, template: Template, name: str, texts: set[str]) -> Example:
    while (example := filler.fill(template, name))["text"] in texts:
        pass
    texts.add(example["text"])
    return example


def _in_turn(templates: list[Template], is_clean: bool, count: int) -> Iterable[Template]:
    chosen = [template for template in templates if template.is_clean == is_clean]
    changing = [template for template in chosen if template.has_slots]  # the others would come out the same again
    return itertools.islice(itertools.chain(chosen, itertools.cycle(changing)), count)
