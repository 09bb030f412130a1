"""prompt_privacy: texts that stand alone, such as what alerts say."""

from typing import Any

import pytest

from spansieve.processors.prompt_privacy import PromptPrivacy, PromptPrivacyConfig
from spansieve.testing import FakeHost

TRACE = bytes(range(16))


def started(**settings: Any) -> PromptPrivacy:  # noqa: ANN401
    """A processor that runs."""
    made = PromptPrivacy(PromptPrivacyConfig(**settings), FakeHost())
    made.start()
    return made


def test_what_goes_is_replaced_as_in_the_trace_that_the_text_belongs_to() -> None:
    privacy = started()
    once = privacy.scrub("no answer to jane.doe@example.com", TRACE)
    assert once.startswith("no answer to <EMAIL_")
    assert privacy.scrub("again: jane.doe@example.com", TRACE).split()[-1] == once.split()[-1]
    assert privacy.scrub("again: jane.doe@example.com", bytes(16)).split()[-1] != once.split()[-1]
    assert privacy.scrub("for jane.doe@example.com", b"") == "for <EMAIL>"


def test_what_was_scrubbed_stays_as_it_is() -> None:
    privacy = started()
    once = privacy.scrub("no answer to jane.doe@example.com within 30s", TRACE)
    assert privacy.scrub(once, TRACE) == once
    assert privacy.scrub("TimeoutError in <url api.openai.com>", TRACE) == "TimeoutError in <url api.openai.com>"


def test_what_can_not_be_searched_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    privacy = started()

    def broken(*_: object) -> None:
        raise RuntimeError("jane.doe@example.com")

    monkeypatch.setattr(privacy._scrubber, "_cut", broken)
    with pytest.raises(ValueError, match="could not be searched"):
        privacy.scrub("no answer to jane.doe@example.com", TRACE)
