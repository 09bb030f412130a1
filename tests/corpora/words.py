"""The words that names, hosts, files and functions are made of."""

from pathlib import Path

WORDS: dict[str, list[str]] = {
    name: words
    for name, *words in map(str.split, Path(__file__).with_name("words.txt").read_text("utf-8").splitlines())
}
"""By kind, from `words.txt`: a line each, the kind first."""
