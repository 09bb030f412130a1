"""session: whole conversations, once one of their traces failed or was kept."""

import json

from spansieve.failures import Failure
from spansieve.processors.tail_sampling.policies.base import Vote
from spansieve.processors.tail_sampling.policies.own_config import SessionConfig
from spansieve.processors.tail_sampling.policies.sessions import SessionPolicy
from spansieve.testing import FakeClock
from tests.processors.tail_sampling.whole_traces import NOT_SAMPLE, NOW, SAMPLE, Part, trace_of

FAILED, KEPT, DROPPED = ((True, False, False), (False, True, False), (False, False, True))


def policy(
    clock: FakeClock | None = None, *, when: tuple[str, ...] = ("error",), lookback: bool = True
) -> SessionPolicy:
    keys = {"window": "60s", "max_sessions": 3, "when": [*when], "lookback": lookback}
    return SessionPolicy("s", clock or FakeClock(), SessionConfig.model_validate(keys))


BROKEN = Failure("status")


def tell(policy: SessionPolicy, session: str, trace: str, what: tuple[bool, bool, bool]) -> list[bytes]:
    error, kept, dropped = what
    return policy.seen(session, trace.encode(), error=error, kept=kept, dropped=dropped)


def vote(policy: SessionPolicy, session: str, error: Failure | None = None) -> Vote:
    trace = trace_of(Part(attributes={"session.id": session}))
    trace.errors = [error] if error else []
    return policy.vote(trace, NOW).vote


def test_the_traces_of_a_session_with_an_error_are_kept_while_the_flag_holds() -> None:
    clock = FakeClock()
    made = policy(clock)
    assert vote(made, "x") == NOT_SAMPLE
    tell(made, "x", "t", FAILED)
    assert [vote(made, "x"), vote(made, "y")] == [SAMPLE, NOT_SAMPLE]
    clock.advance(seconds=59)
    assert vote(made, "x") == SAMPLE
    clock.advance(seconds=1)
    assert vote(made, "x") == NOT_SAMPLE


def test_each_further_error_renews_the_flag_and_a_vote_does_not() -> None:
    clock = FakeClock()
    made = policy(clock)
    tell(made, "x", "t", FAILED)
    clock.advance(seconds=50)
    tell(made, "x", "u", FAILED)
    clock.advance(seconds=50)
    assert vote(made, "x") == SAMPLE
    clock.advance(seconds=50)
    assert vote(made, "x") == NOT_SAMPLE


def test_a_trace_flags_its_session_by_its_own_error() -> None:
    assert vote(policy(), "x", error=BROKEN) == SAMPLE
    assert vote(policy(when=("kept",)), "x", error=BROKEN) == NOT_SAMPLE
    assert vote(policy(), "", error=BROKEN) == NOT_SAMPLE


def test_when_says_what_flags() -> None:
    kept, both = policy(when=("kept",)), policy(when=("error", "kept"))
    for made in (kept, both):
        tell(made, "x", "t", FAILED)
        tell(made, "y", "t", KEPT)
        tell(made, "z", "t", DROPPED)
    assert [vote(kept, session) for session in "xyz"] == [NOT_SAMPLE, SAMPLE, NOT_SAMPLE]
    assert [vote(both, session) for session in "xyz"] == [SAMPLE, SAMPLE, NOT_SAMPLE]


def test_a_flag_brings_back_what_was_dropped_of_the_session_once() -> None:
    made = policy()
    for trace in ("t1", "t2", "t1"):
        assert tell(made, "x", trace, DROPPED) == []
    tell(made, "y", "t3", DROPPED)
    assert tell(made, "x", "t4", FAILED) == [b"t1", b"t2"]
    assert tell(made, "x", "t5", FAILED) == []


def test_a_dropped_trace_that_fails_later_is_not_among_those_it_brings_back() -> None:
    made = policy()
    tell(made, "x", "t1", DROPPED)
    tell(made, "x", "t2", DROPPED)
    assert tell(made, "x", "t2", FAILED) == [b"t1"]


def test_without_lookback_nothing_comes_back_and_without_a_session_nothing_happens() -> None:
    made = policy(lookback=False)
    tell(made, "x", "t1", DROPPED)
    assert tell(made, "x", "t2", FAILED) == []
    assert tell(made, "", "t2", FAILED) == []
    assert list(made.sessions.state()) == ["x"]


def test_the_longest_unseen_session_is_forgotten_and_a_vote_is_a_sight() -> None:
    made = policy()
    for session in "abc":
        tell(made, session, "t", FAILED)
    vote(made, "a")
    tell(made, "d", "t", FAILED)
    assert [vote(made, session) for session in "abcd"] == [SAMPLE, NOT_SAMPLE, SAMPLE, SAMPLE]


def test_dropped_traces_are_bounded_whatever_their_sessions() -> None:
    made = policy()
    for number in range(31):
        tell(made, f"s{number % 4}", str(number), DROPPED)
    left = [len(tell(made, f"s{number}", "t", FAILED)) for number in range(4)]
    assert sum(left) <= 30
    assert left.count(0) == 1


def test_flags_survive_a_restart_for_what_is_left_of_them() -> None:
    clock = FakeClock()
    made = policy(clock)
    tell(made, "x", "t", FAILED)
    clock.advance(seconds=40)
    tell(made, "y", "t", FAILED)
    saved = json.loads(json.dumps(made.sessions.state()))

    later = FakeClock(clock.time_ns() + 30 * 10**9)
    restored = policy(later)
    restored.sessions.load(saved)
    assert [vote(restored, session) for session in "xy"] == [NOT_SAMPLE, SAMPLE]
    later.advance(seconds=31)
    assert vote(restored, "y") == NOT_SAMPLE


def test_a_clock_that_was_set_back_makes_no_flag_longer() -> None:
    clock = FakeClock()
    made = policy(clock)
    made.sessions.load({"x": clock.time_ns() + 10**15})
    clock.advance(seconds=61)
    assert vote(made, "x") == NOT_SAMPLE


def test_the_first_key_found_on_any_span_or_resource_is_the_session() -> None:
    made = policy()
    both = [Part("a", attributes={"session.id": "s"}), Part("b", "a", {"gen_ai.conversation.id": "c"})]
    assert made.session_of(trace_of(*both)) == "c"
    assert made.session_of(trace_of(Part(resource={"session.id": "r"}))) == "r"
    assert made.session_of(trace_of(Part(attributes={"session.id": 17}))) == "17"
    assert made.session_of(trace_of(Part(attributes={"session.id": ""}))) == ""
    assert len(made.session_of(trace_of(Part(attributes={"session.id": "x" * 10_000})))) == 64
