"""Presidio's analyzer and its anonymizer over texts. A Python that has Presidio runs it: JSON in (`texts`, `score`,
`model`), JSON out (`texts`, `cpu_seconds`, `load_seconds`). It imports nothing of this tree, because that Python has
none of it.

Without a model the pattern recognizers are asked, over spaCy's empty English pipeline; with one, for people alone.
"""

import json
import logging
import sys
import time

import spacy
import tldextract.tldextract
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_anonymizer import AnonymizerEngine

NOT_ASKED_FOR = {"PERSON", "LOCATION", "NRP", "ORGANIZATION", "DATE_TIME", "URL", "AGE", "ID"}
"""By a model, or nothing that the corpora take for personal."""


class _Loaded(SpacyNlpEngine):  # type: ignore[misc]
    def __init__(self, model: str) -> None:
        super().__init__()
        self.nlp = {"en": spacy.load(model) if model else spacy.blank("en")}


def main() -> None:
    """Read, scrub, write."""
    logging.disable()
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())  # else it fetches a list
    asked = json.load(sys.stdin)
    begin = time.process_time()
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    analyzer = AnalyzerEngine(nlp_engine=_Loaded(asked["model"]), registry=registry, supported_languages=["en"])
    anonymizer = AnonymizerEngine()
    patterns = sorted(set(analyzer.get_supported_entities("en")) - NOT_ASKED_FOR)
    entities = ["PERSON"] if asked["model"] else patterns

    def scrub(text: str) -> str:
        found = analyzer.analyze(text=text, language="en", entities=entities, score_threshold=asked["score"])
        return str(anonymizer.anonymize(text=text, analyzer_results=found).text)

    scrub("first")
    loaded = time.process_time()
    texts = [scrub(text) for text in asked["texts"]]
    took = {"cpu_seconds": time.process_time() - loaded, "load_seconds": loaded - begin}
    print(json.dumps({"texts": texts, **took}))


if __name__ == "__main__":
    main()
