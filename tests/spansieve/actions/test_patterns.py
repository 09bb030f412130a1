"""Patterns: found anywhere, asked once for short texts, bounded."""

import pytest

from spansieve.actions import patterns
from spansieve.actions.patterns import PatternError, compile_pattern, matches_any, names_with, remembered


def test_a_pattern_is_found_anywhere_and_one_of_several_is_enough() -> None:
    fits = matches_any(["b.d", "^x"])
    assert [fits(text) for text in ("abcde", "xyz", "axe", "bäd", "abcde")] == [True, True, False, True, True]


def test_a_broken_pattern_says_why() -> None:
    with pytest.raises(PatternError, match=r"missing \)"):
        compile_pattern("(a")
    with pytest.raises(PatternError, match=r"invalid perl operator"):
        compile_pattern("(?=a)")  # Python's re would take it, Go and RE2 don't


def test_a_short_text_is_asked_once_a_long_one_each_time_and_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MAX_ENTRIES", 3)
    asked: list[str] = []
    ask = remembered(lambda text: not asked.append(text))  # type: ignore[func-returns-value]
    long = "x" * 129
    for text in ("a", "a", "b", "c", "a", long, long):
        assert ask(text)
    assert asked == ["a", "b", "c", long, long]
    ask("d")  # a fourth entry: all others are forgotten
    ask("a")
    assert asked[-2:] == ["d", "a"]


def test_names_are_found_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MAX_ENTRIES", 8)
    find = names_with("secret")
    for _ in range(2):
        assert find(("a.secret", "b", "secret")) == ["a.secret", "secret"]
        assert find(("b",)) == []
        assert find(("x" * 5000, "secret")) == ["secret"]
