"""Writes the corpora that `tests/fixtures/privacy` keeps. Run: python -m tests.corpora"""

from .make import CORPORA, FIXTURES, examples, line, templates_of

for corpus in CORPORA:
    made = examples(corpus, templates_of(corpus))
    (FIXTURES / f"{corpus.name}.jsonl").write_text("".join(map(line, made)), "utf-8")
