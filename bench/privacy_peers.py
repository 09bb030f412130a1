"""How well and how fast `prompt_privacy`, Presidio and the Go Collector's `redaction` take personal data and secrets
out of the same labelled texts. Run: python -m bench.privacy_peers. A table, and one JSON line.

Presidio is asked with the Python that $PRESIDIO_PYTHON names (`pip install presidio-analyzer presidio-anonymizer`), the
Go Collector where python -m bench.peers.build has built it; else it says so. CPU is that of scrubbing alone.
"""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.peers import redaction
from bench.table import say
from spansieve.processors.prompt_privacy.assembly import engine_of
from spansieve.processors.prompt_privacy.config import PromptPrivacyConfig
from spansieve.processors.prompt_privacy.cuts import Slot, filled
from spansieve.processors.prompt_privacy.policy import Policy
from spansieve.processors.prompt_privacy.scrubber import Scrubber
from spansieve.pseudonyms import HashConfig, Keyring, Pseudonyms
from spansieve.semconv import raw_mapping
from spansieve.testing import FakeHost
from tests.scoring import Example, read_corpus, score

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures" / "privacy"
CORPORA = ("dev_corpus", "unseen_1", "unseen_2")
ROUNDS = 5
PRESIDIO = Path(__file__).parent / "peers" / "presidio.py"

Scrub = Callable[[Sequence[str]], tuple[list[str], float]]
"""Texts to what is left of them, and the CPU seconds that it took."""


class Figure(NamedTuple):
    """How one did on one corpus."""

    recall: float
    precision: float
    clean_changed: int
    clean: int
    us_a_kb: float


def spansieve(texts: Sequence[str]) -> tuple[list[str], float]:
    """`prompt_privacy` as it comes, text by text: nothing is remembered from one to the next. The median of rounds."""
    config, host = PromptPrivacyConfig(), FakeHost()
    scrubber = Scrubber(engine_of(config), Policy(config, raw_mapping()), config.max_scan_bytes, host.fault)
    pseudonyms = Pseudonyms(Keyring.open(HashConfig(), host))

    def fill(slot: Slot) -> bytes:
        return pseudonyms.placeholder(slot.entity, slot.value, b"trace").encode()

    def scrub(text: bytes) -> bytes:
        cut = scrubber.cut(text)
        return text if cut is None else filled(cut, fill)

    given = [text.encode() for text in texts]
    seconds = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        out = [scrub(text) for text in given]
        seconds.append(time.process_time() - begin)
    return [text.decode() for text in out], statistics.median(seconds)


def presidio(texts: Sequence[str], least_score: float, model: str = "") -> tuple[list[str], float]:
    """Its pattern recognizers, or people by a spaCy `model`, in a process of its own. Raises RuntimeError where it is
    not installed.
    """
    python = os.environ.get("PRESIDIO_PYTHON")
    if not python:
        raise RuntimeError("not installed: PRESIDIO_PYTHON names no Python that has it")
    asked = json.dumps({"texts": list(texts), "score": least_score, "model": model})
    done = subprocess.run(  # noqa: S603 (the user's own Python)
        [python, str(PRESIDIO)], input=asked, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{python} failed: {done.stderr.strip()[-300:]}")
    answer = json.loads(done.stdout)
    return answer["texts"], answer["cpu_seconds"]


def go_redaction(texts: Sequence[str]) -> tuple[list[str], float]:
    """The Go Collector's processor. Raises RuntimeError where it is not built."""
    return redaction.scrubbed(texts)


SCRUBBERS: dict[str, Scrub] = {
    "spansieve": spansieve,
    "Presidio, patterns": lambda texts: presidio(texts, 0),
    "Presidio, patterns, score >= 0.4": lambda texts: presidio(texts, 0.4),
    "Go redaction": go_redaction,
}


def figure(corpus: Sequence[Example], scrub: Scrub) -> Figure:
    """How `scrub` does on `corpus`."""
    texts = [example["text"] for example in corpus]
    out, seconds = scrub(texts)
    result = score(corpus, {example["id"]: text for example, text in zip(corpus, out, strict=True)})
    size = sum(len(text.encode()) for text in texts)
    us = round(seconds / size * 1024 * 1e6, 1)
    return Figure(
        round(result.recall, 4), round(result.precision, 4), result.clean_texts_changed, result.clean_texts, us
    )


def figures(scrub: Scrub) -> dict[str, Figure]:
    """By corpus."""
    return {name: figure(read_corpus(FIXTURES / f"{name}.jsonl"), scrub) for name in CORPORA}


def markdown(rows: dict[str, dict[str, Figure]]) -> str:
    """A row a scrubber; of each corpus recall and precision, and CPU over all of them."""
    lines = ["| | " + " | ".join(f"{name}: recall, precision" for name in CORPORA) + " | CPU a KB |"]
    lines.append("| --- |" + " --: |" * (len(CORPORA) + 1))
    for name, by_corpus in rows.items():
        cells = [f"{one.recall:.3f}, {one.precision:.3f}" for one in by_corpus.values()]
        us = statistics.fmean(one.us_a_kb for one in by_corpus.values())
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {us:,.0f} us |")
    return "\n".join(lines)


def main() -> None:
    """Measure who is here, and print."""
    rows: dict[str, dict[str, Figure]] = {}
    for name, scrub in SCRUBBERS.items():
        try:
            rows[name] = figures(scrub)
        except RuntimeError as reason:
            say(f"{name} is left out: {reason}")
    print(markdown(rows))
    print(json.dumps({name: {corpus: one._asdict() for corpus, one in row.items()} for name, row in rows.items()}))


if __name__ == "__main__":
    main()
