"""The base of all configurations: strict types, sections, durations, and what a variable brings."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BeforeValidator, Field, ValidationError

from spansieve.config.model import Config, Duration, Secret, Texts, as_duration, seconds
from spansieve.config.scalars import Expanded, scalar


class Inner(Config):
    """A section."""

    size: int = 7
    name: str | None = None


class Outer(Config):
    """A field of every sort."""

    tunes_go: ClassVar[Mapping[str, str]] = {"buffers": "no such buffers"}

    text: str = "t"
    number: int = 1
    ratio: float = 0.5
    on: bool = False
    level: Literal["1", "two"] = "two"
    secret: Secret | None = None
    either: int | str = 0
    text_or_list: str | list[str] = "x"
    texts: Texts = Field(default=["d"])
    wait: Duration = 5.0
    section: Inner | None = None
    always: Inner = Inner()
    sections: list[Inner] = Field(default=[])
    by_name: dict[str, Inner] = Field(default={})
    deep: dict[str, list[str]] = Field(default={})
    secrets: dict[str, Secret] = Field(default={})
    anything: Any = "a"
    untyped: dict = Field(default={})  # type: ignore[type-arg]
    several: tuple[int, ...] = ()
    unique: frozenset[str] = frozenset()
    from_: int = Field(default=0, alias="from")
    choice: Annotated[Inner | None, "note"] = None


def _env(text: str) -> Expanded:
    return Expanded(text, scalar(text))


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [
        ("section", None, Inner()),
        ("choice", None, Inner()),
        ("always", None, Inner()),
        ("number", None, 1),
        ("texts", None, ["d"]),
        ("anything", None, None),
        ("texts", "a, b,c", ["a", "b", "c"]),
        ("texts", "", []),
        ("texts", ["a,b"], ["a,b"]),
        ("several", [1, 2], (1, 2)),
        ("unique", ["a", "a"], frozenset({"a"})),
        ("ratio", 1, 1.0),
        ("wait", "1m30s", 90.0),
        ("wait", 0, 0.0),
        ("by_name", {"a": None}, {"a": Inner()}),
        ("from", 3, 3),
    ],
)
def test_what_yaml_may_say(key: str, written: object, value: object) -> None:
    assert getattr(Outer.model_validate({key: written}), {"from": "from_"}.get(key, key)) == value


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("text", 5), ("text", True), ("number", "5"), ("number", True), ("number", 1.5), ("ratio", "1"), ("on", 1),
        ("on", "true"), ("level", 1), ("secret", 5), ("texts", [1]), ("texts", 5), ("wait", 5), ("wait", "5"),
        ("wait", "5x"), ("wait", "-5s"), ("wait", ""), ("wait", True), ("wait", "9" * 400 + "h"), ("section", "a"),
        ("section", []), ("sections", {}), ("several", ["a"]), ("unknown", 1), ("sections", [None]),
    ],
)  # fmt: skip
def test_types_are_strict(key: str, written: object) -> None:
    with pytest.raises(ValidationError):
        Outer.model_validate({key: written})


@pytest.mark.parametrize(
    ("key", "brought", "value"),
    [
        ("text", "0123", "0123"),
        ("text", "5", "5"),
        ("text", "true", "true"),
        ("text", "", ""),
        ("text", "null", "null"),
        ("number", "5", 5),
        ("number", "", 1),  # empty is null, and null is the default
        ("ratio", "1", 1),
        ("on", "true", True),
        ("level", "1", "1"),
        ("either", "5", 5),
        ("either", "0123", "0123"),
        ("either", "true", "true"),
        ("texts", "a,b", ["a", "b"]),
        ("texts", "5", ["5"]),
        ("texts", "", ["d"]),
        ("wait", "5s", 5.0),
        ("anything", "5", 5),
    ],
)
def test_a_variable_takes_the_type_of_its_field(key: str, brought: str, value: object) -> None:
    assert getattr(Outer.model_validate({key: _env(brought)}), key) == value


def test_a_variable_inside_lists_and_mappings_takes_the_inner_type() -> None:
    outer = Outer.model_validate(
        {
            "sections": [{"size": _env("3"), "name": _env("4")}],
            "by_name": {"x": {"name": _env("5")}},
            "deep": {"x": [_env("6")]},
            "secrets": {"k": _env("007")},
            "secret": _env("8"),
            "untyped": {"x": [_env("9")]},
        }
    )
    assert outer.sections == [Inner(size=3, name="4")]
    assert outer.by_name["x"].name == "5"
    assert outer.deep == {"x": ["6"]}
    assert outer.secrets["k"].get_secret_value() == "007"
    assert outer.secret is not None
    assert outer.secret.get_secret_value() == "8"
    assert outer.untyped == {"x": [9]}


def test_a_variable_may_bring_a_list_or_a_section_and_stays_text_where_text_is_wanted() -> None:
    lists = Expanded("[a, b]", ["a", "b"])
    section = Expanded("{size: 2}", {"size": 2})
    outer = Outer.model_validate({"texts": lists, "text_or_list": lists, "text": lists, "section": section})
    assert (outer.texts, outer.text_or_list, outer.text, outer.section) == (
        ["a", "b"], ["a", "b"], "[a, b]", Inner(size=2)
    )  # fmt: skip
    assert Outer.model_validate({"text": section}).text == "{size: 2}"
    assert Outer.model_validate(Expanded("{number: 2}", {"number": 2})).number == 2


def test_keys_that_tune_go_are_left_out() -> None:
    assert Outer.model_validate({"buffers": 5}) == Outer()


def test_a_bare_number_is_no_duration_and_the_mend_is_said() -> None:
    with pytest.raises(ValueError, match=r"such as 5s or 5ms \(Go would read 5 nanoseconds\)"):
        seconds(5)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1m30s", 90),
        ("500ms", 0.5),
        ("1.5h", 5400),
        ("10us", 1e-5),
        ("10µs", 1e-5),
        ("7ns", 7e-9),
        (".5s", 0.5),
        ("0", 0),
    ],
)
def test_durations_as_go_writes_them(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize(("value", "text"), [(90, "1m30s"), (0, "0s"), (0.2, "200ms"), (5400, "1h30m"), (1.5, "1.5s")])
def test_durations_are_written_as_people_write_them(value: float, text: str) -> None:
    assert as_duration(value) == text


@given(st.integers(0, 10**15))
def test_a_written_duration_reads_back_to_the_nanosecond(nanoseconds: int) -> None:
    assert round(seconds(as_duration(nanoseconds / 1e9)) * 1e9) == pytest.approx(nanoseconds, abs=1)


def test_a_field_with_a_validator_of_its_own_gets_the_text_of_a_variable() -> None:
    def pairs(value: object) -> object:
        return {item["name"]: item["value"] for item in value} if isinstance(value, list) else value

    class Headers(Config):
        headers: Annotated[dict[str, Secret], BeforeValidator(pairs)]

    headers = Headers.model_validate({"headers": [{"name": "a", "value": _env("1e5")}]}).headers
    assert headers["a"].get_secret_value() == "1e5"
