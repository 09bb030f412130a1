"""Names of people that Presidio finds by a spaCy model in the labelled texts. Run: python -m bench.privacy_names MODEL,
with $PRESIDIO_PYTHON as `bench.privacy_peers` wants it and the model installed there. One JSON line.

A name is found when less than 60 % of it is left in one piece; a removal that touches nothing labelled is wrong.
"""

import json
import sys
from collections.abc import Iterable

from bench.privacy_peers import CORPORA, FIXTURES, presidio
from tests.scoring import Example, changed_stretches, read_corpus, still_there


def found(example: Example, output: str) -> list[bool]:
    """Of each name in `example`, whether it is gone from `output`."""
    names = (one for one in example["entities"] if one["type"] == "PERSON")
    return [not still_there(example["text"][one["start"] : one["end"]], "PERSON", output) for one in names]


def wrong(example: Example, output: str) -> list[str]:
    """What was taken for a name and is nothing that is labelled."""
    text = example["text"]
    return [
        text[start:end]
        for start, end in changed_stretches(text, output)
        if not any(one["start"] < end and start < one["end"] for one in example["entities"])
    ]


def _pairs(corpus: Iterable[Example], outputs: Iterable[str]) -> dict[str, int]:
    pairs = list(zip(corpus, outputs, strict=True))
    names = [gone for example, output in pairs for gone in found(example, output)]
    return {
        "names": len(names),
        "found": sum(names),
        "wrong": sum(len(wrong(example, output)) for example, output in pairs),
    }


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"name the model. {__doc__}")
    corpus = [example for name in CORPORA for example in read_corpus(FIXTURES / f"{name}.jsonl")]
    texts = [example["text"] for example in corpus]
    try:
        outputs, seconds = presidio(texts, 0.5, sys.argv[1])
    except RuntimeError as reason:
        sys.exit(str(reason))
    size = sum(len(text.encode()) for text in texts)
    print(json.dumps({**_pairs(corpus, outputs), "ms_a_kb": round(seconds / size * 1024 * 1e3, 1)}))
