"""Problems as people read them."""

import pytest

from spansieve.config.problems import ConfigError, Path, Place, Problem, dotted, suggestion


def test_a_problem_reads_as_the_style_guide_says() -> None:
    problem = Problem(
        "collector-config.yaml",
        14,
        5,
        "processors.throttle.spans_per_sec",
        "unknown key",
        "Did you mean spans_per_second?",
        "Known keys: spans_per_second, burst, max_services",
    )
    assert str(problem) == (
        "collector-config.yaml:14:5: processors.throttle.spans_per_sec: unknown key. Did you mean spans_per_second?\n"
        "Known keys: spans_per_second, burst, max_services."
    )


def test_what_is_not_there_leaves_no_trace() -> None:
    assert str(Problem.at(Place("c.yaml"), (), "no such file")) == "c.yaml: no such file."
    assert str(ConfigError.of("nothing runs")) == "nothing runs."


def test_text_that_no_terminal_can_print_is_escaped() -> None:
    assert str(Problem("\udcff", 1, 1, "", "x")) == "\\udcff:1:1: x."


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("a",), "a"), (("a", "b/2", 0, "c"), "a.b/2[0].c")],
)
def test_a_path_as_written(path: Path, text: str) -> None:
    assert dotted(path) == text


@pytest.mark.parametrize(
    ("found", "near"), [("endpont", "Did you mean endpoint?"), ("zzz", ""), ("ENDPOINT", "Did you mean endpoint?")]
)
def test_the_nearest_name_if_one_is_near(found: str, near: str) -> None:
    assert suggestion(found, ["endpoint", "timeout"]) == near
