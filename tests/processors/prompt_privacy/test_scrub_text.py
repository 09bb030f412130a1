"""Texts of any length: windows and parts make no difference to what is found."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.processors.prompt_privacy import scrub_text
from spansieve.processors.prompt_privacy.assembly import engine_of
from spansieve.processors.prompt_privacy.config import PromptPrivacyConfig
from spansieve.processors.prompt_privacy.cuts import Slot
from spansieve.processors.prompt_privacy.policy import Policy
from spansieve.processors.prompt_privacy.scrub_input import Form, opened, parts
from spansieve.processors.prompt_privacy.scrub_text import Place, Texts
from spansieve.processors.prompt_privacy.scrubber import Scrubber
from spansieve.semconv import raw_mapping

CONFIG = PromptPrivacyConfig()
SCRUBBER = Scrubber(engine_of(CONFIG), Policy(CONFIG, raw_mapping()), 1 << 60, lambda error: None)


def texts(found: list[tuple[Place, str]], *, changes: bool = True) -> Texts:
    def note(place: Place, slot: Slot) -> None:
        found.append((place, slot.value))

    return Texts(SCRUBBER, lambda slot: f"<{slot.entity}>".encode(), note, learns=True, changes=changes)


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in {"WINDOW": 2048, "AHEAD": 400, "BEHIND": 200, "SMALLEST": 128}.items():
        monkeypatch.setattr(scrub_text, name, size)


PIECES = st.sampled_from([
    "jane@acme.io", "4111 1111 1111 1111", "AKIA2E5XQ7LMN3PZ4RTW", "password=Tr0ub4dor&3x", "2025-01-01T10:00:00Z INFO",
    "\n", "\n", " ", "grüße, ", "def f(x): return x", "x" * 150, "/home/mlindqvist/", "192.0.2.1", "https://u:pw7x9@h.io/",
])  # fmt: skip


@pytest.mark.usefixtures("small_windows")
@given(pieces=st.lists(PIECES, max_size=400), size=st.integers(1, 3000))
@settings(max_examples=40, deadline=None)
def test_windows_and_parts_make_no_difference(pieces: list[str], size: int) -> None:
    text = " ".join(pieces).encode()
    found: list[tuple[Place, str]] = []
    by_parts = texts(found)
    out = b"".join(by_parts.feed(text[at : at + size]) for at in range(0, len(text), size)) + by_parts.end()

    cut = SCRUBBER.cut(text)
    assert [value for _, value in found if value != "mlindqvist"] == [slot.value for slot in (cut.slots if cut else ())]
    lines = text.decode().split("\n")
    for place, value in found:
        assert lines[place.line - 1][place.column - 1 :].startswith(value)
    unchanged = texts([], changes=False)
    assert unchanged.feed(text) + unchanged.end() == text
    assert out.count(b"\n") == text.count(b"\n")


def test_text_is_let_go_while_more_of_it_comes() -> None:
    done, part = texts([]), b"nothing to see here\n" * 5000
    held = 0
    for _ in range(20):
        held += len(part) - len(done.feed(part))
        assert held <= scrub_text.WINDOW + len(part)
    assert len(done.end()) == held


def test_a_place_is_counted_in_lines_and_characters() -> None:
    assert Place().after("ä\nöx".encode()) == Place(2, 3)
    assert Place(3, 5).after("ö".encode()) == Place(3, 6)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"", Form.LINES),
        (b"plain\n", Form.LINES),
        (b"[2025-01-01] INFO\n", Form.LINES),
        (b'{"a": 1}\n{"b": 2}\n', Form.LINES),
        (b'{"resourceSpans": []}', Form.LINES),
        (b'{\n "a": 1\n}\n', Form.JSON),
        (b'[\n {"a": 1},\n {}\n]', Form.JSON),
        (b'{\n "resourceLogs": []\n}', Form.OTLP_JSON),
        (b"\n\x03\x0a\x01\x00", Form.PROTOBUF),
        (b"\n\nplain", Form.LINES),
    ],
)
def test_forms_are_known_by_their_beginning(content: bytes, form: Form) -> None:
    found, stream = opened(io.BytesIO(content), "")
    assert (found, stream.read()) == (form, content)


@given(st.lists(st.sampled_from([b"text", b'{"a":1}', b'["x"]', b"[x]", b"", b" {} "]), max_size=20))
def test_parts_are_the_whole(lines: list[bytes]) -> None:
    content = b"\n".join(lines)
    found = list(parts(io.BufferedReader(io.BytesIO(content))))
    assert b"".join(part for _, part in found) == content
    assert all(part.strip()[:1] in b"{[" for is_json, part in found if is_json)
