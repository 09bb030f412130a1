"""prompt_privacy, by somebody who wants to prove that something leaks."""

import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import LogBatch, Signal, TraceBatch, encode_value, parse, read
from spansieve.processors.prompt_privacy import PromptPrivacy
from spansieve.testing import FakeHost
from tests.captures import captured

from .requests import TRACE, pair, privacy, scrubbed, spans_of, value

MAIL = "jane.doe@acme-mail.io"
TOKEN = "ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
CARD = "4111 1111 1111 1111"
NAME = "Maria Lindqvist"
PLANTED = (MAIL, TOKEN, CARD, NAME)


def left(body: bytes, signal: Signal = "traces", processor: PromptPrivacy | None = None, **how: Any) -> bytes:  # noqa: ANN401
    """The bytes that leave for `body`."""
    batch = parse(signal, body)
    getattr(processor or privacy(**how), signal)(batch)
    return batch.encode()


def leaks(out: bytes) -> list[str]:
    return [one for one in PLANTED if one.encode() in out]


def request(**fields: Any) -> ExportTraceServiceRequest:  # noqa: ANN401
    return ExportTraceServiceRequest.FromString(spans_of({"a": 1}, **fields))


def span_in(made: ExportTraceServiceRequest) -> Any:  # noqa: ANN401
    return made.resource_spans[0].scope_spans[0].spans[0]


def field(number: int, raw: bytes) -> bytes:
    """`raw` as a field of a message."""
    head = bytearray()
    for part in (number << 3 | 2, len(raw)):
        while part > 0x7F:
            head.append(part & 0x7F | 0x80)
            part >>= 7  # noqa: PLW2901
        head.append(part)
    return bytes(head) + raw


# --- what is withheld is withheld whole


def test_what_lies_behind_too_many_candidates_is_withheld_though_more_is_found_behind_it() -> None:
    text = "password=" * 3000 + f" {TOKEN} " + "y" * 500 + f" {CARD} end"
    (seen,) = scrubbed(privacy(), spans_of({"a": text}))
    assert leaks(seen.encode()) == []
    assert str(seen.attributes["a"]).endswith("password=<WITHHELD:budget>")


def test_a_request_without_budget_passes_no_value_that_its_key_gives_away() -> None:
    processor = privacy()
    spent = [{f"a{number}": "password=" * 1500} for number in range(20)]
    secret = {"db.password": "correct-horse-9", "user.full_name": NAME}
    out = left(spans_of(*spent, secret), processor=processor)
    assert b"correct-horse-9" not in out
    assert leaks(out) == []
    assert left(spans_of(secret), processor=processor) == left(spans_of(secret))  # and nothing of it is remembered


def test_withheld_text_ends_with_a_whole_character() -> None:
    (seen,) = scrubbed(privacy(max_scan_bytes=1024), spans_of({"a": "x" * 1022 + "€" * 4, "b": "é" * 2000}))
    assert seen.attributes["a"] == "x" * 1022 + "<WITHHELD:12 bytes>"
    assert "�" not in str(seen.attributes["b"])


@pytest.mark.parametrize(
    "where", ["name", "trace_state", "status", "event", "link", "array", "key", "resource", "scope"]
)
def test_strings_that_are_too_long_are_cut_wherever_they_stand(where: str) -> None:
    made, text = request(), "x" * 2000 + MAIL
    span = span_in(made)
    if where in {"name", "trace_state"}:
        setattr(span, where, text)
    elif where == "status":
        span.status.message = text
    elif where == "event":
        span.events.add(name="e").attributes.append(pair("k", text))
    elif where == "link":
        span.links.add().attributes.append(pair("k", text))
    elif where == "array":
        span.attributes.append(pair("k", [text, {"in": text}]))
    elif where == "key":
        span.attributes.append(pair(text, True))
    elif where == "resource":
        made.resource_spans[0].resource.attributes.append(pair("k", text))
    else:
        made.resource_spans[0].scope_spans[0].scope.name = text
    out = left(made.SerializeToString(), max_scan_bytes=1024)
    assert MAIL.encode() not in out
    assert b"<WITHHELD:997 bytes>" in out


# --- actions


def test_content_that_is_nothing_but_what_is_dropped_goes() -> None:
    how: dict[str, Any] = {"content": {"prompt": {"truncate": 100}}, "entities": {"EMAIL": "drop"}}
    assert leaks(left(spans_of({"gen_ai.input.messages": MAIL}), **how)) == []


def test_content_in_bytes_is_cut_as_the_text_that_it_is() -> None:
    body = spans_of({"gen_ai.input.messages": f"key {TOKEN}".encode(), "gen_ai.output.messages": [TOKEN.encode()]})
    out = left(body, content={"prompt": {"truncate": 100}, "completion": {"truncate": 100}})
    assert leaks(out) == []
    assert TOKEN.encode().hex().encode() not in out


@pytest.mark.parametrize("given", [["keep this", MAIL], {"keep this": [MAIL]}, f"keep this {MAIL}"])
def test_drop_attribute_takes_the_attribute_whatever_it_holds(given: Any) -> None:  # noqa: ANN401
    (seen,) = scrubbed(privacy(entities={"EMAIL": "drop_attribute"}), spans_of({"a": given, "b": 1}))
    assert [*seen.attributes] == ["b", "spansieve.privacy.redacted"]


def test_what_may_stay_hides_no_secret() -> None:
    allowed: dict[str, Any] = {"entities": {"EMAIL": "allow", "PERSON": "allow"}}
    assert leaks(left(spans_of({"user.name": f"{NAME} {TOKEN}"}), **allowed)) == [NAME]
    body = spans_of(
        {"gen_ai.input.messages": f"to jane+{TOKEN}@acme.io", "user.full_name": NAME, "k": f"{NAME}@acme.io"}
    )
    hows: list[dict[str, Any]] = [allowed, {"content": "keep"}, {"allow": {"keys": ["gen_ai.*"]}}]
    for how in hows:
        assert TOKEN.encode() not in left(body, **how)
    kept = left(body, entities={"PERSON": "allow"})
    assert b"Lindqvist@acme.io" not in kept


def test_allowed_keys_keep_who_somebody_is() -> None:
    (seen,) = scrubbed(privacy(allow={"keys": ["user.*"]}), spans_of({"user.id": "user-4711", "user.email": MAIL}))
    assert dict(seen.attributes) == {"user.id": "user-4711", "user.email": MAIL}


def test_content_policies_reach_resources_scopes_links_and_points() -> None:
    made = request(resource={"process.command_line": "run it"})
    made.resource_spans[0].scope_spans[0].scope.attributes.append(pair("process.note", "run it"))
    assert b"run it" not in left(made.SerializeToString(), content={"process.*": "drop"})
    points = ExportMetricsServiceRequest()
    metric = points.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    point = metric.sum.data_points.add(as_int=1)
    point.attributes.append(pair("process.note", "run it"))
    point.exemplars.add().filtered_attributes.append(pair("process.note", "run it"))
    assert b"run it" not in left(points.SerializeToString(), "metrics", content={"process.*": "drop"})


def test_a_key_glob_decides_in_events_too() -> None:
    made = request()
    span_in(made).events.add(name="gen_ai.user.message").attributes.extend([pair("content", "hello"), pair("n", "x")])
    (seen,) = scrubbed(privacy(content={"prompt": "hash", "conten*": "keep"}), made.SerializeToString())
    assert seen.events[0].attributes["content"] == "hello"
    assert re.fullmatch("k1:[0-9a-f]{32}", str(seen.events[0].attributes["n"]))


def test_what_an_event_keeps_is_kept_in_that_event_alone() -> None:
    made = request()
    for name in ("gen_ai.user.message", "other"):
        span_in(made).events.add(name=name).attributes.append(pair("said", f"{MAIL} {TOKEN}"))
    (seen,) = scrubbed(privacy(content="keep"), made.SerializeToString())
    kept, other = (str(event.attributes["said"]) for event in seen.events)
    assert MAIL in kept
    assert MAIL not in other
    assert TOKEN not in kept + other


# --- who somebody is


def test_identity_is_replaced_in_events_points_and_numbers_however_many_there_are() -> None:
    made = request()
    span_in(made).events.add(name="e").attributes.append(pair("user.full_name", NAME))
    assert leaks(left(made.SerializeToString())) == []
    (seen,) = scrubbed(privacy(), spans_of({"user.id": 123456789, "enduser.names": [NAME], "note": f"by {NAME}"}))
    assert NAME.encode() not in seen.encode()
    assert re.fullmatch("<PERSON_[a-z]{8}>", str(seen.attributes["user.id"]))
    points = ExportMetricsServiceRequest()
    metric = points.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    for number in range(400):
        point = metric.sum.data_points.add(as_int=1)
        point.attributes.append(pair("user.full_name", f"Somebody Number{number:03d}"))
        point.exemplars.add().filtered_attributes.append(pair("user.full_name", f"Anybody Number{number:03d}"))
    assert b"body Number" not in left(points.SerializeToString(), "metrics")


def test_names_are_learned_from_events_links_maps_and_scopes() -> None:
    for told in ("event", "link", "scope", "map"):
        made = request(name=f"ask {NAME}")
        span = span_in(made)
        named = pair("user.full_name", NAME)
        if told == "event":
            span.events.add(name="e").attributes.append(named)
        elif told == "link":
            span.links.add(trace_id=TRACE).attributes.append(named)
        elif told == "scope":
            made.resource_spans[0].scope_spans[0].scope.attributes.append(named)
        else:
            span.attributes.append(pair("user", {"full_name": NAME, "plan": "enterprise"}))
        out = left(made.SerializeToString())
        assert leaks(out) == [], told
        assert (b"enterprise" in out) == (told == "map")
        assert NAME.encode() in left(made.SerializeToString(), propagate=False)


@pytest.mark.parametrize("body", [{"user": {"name": NAME}}, {"user.name": NAME}, [{"context": {"user": {"id": NAME}}}]])
def test_names_are_learned_from_bodies_that_are_maps(body: object) -> None:
    made = ExportLogsServiceRequest()
    records = made.resource_logs.add().scope_logs.add().log_records
    records.add(body=value(body))
    records.add(body=value(f"{NAME} asked"))
    assert leaks(left(made.SerializeToString(), "logs")) == []


def test_an_allowed_key_tells_no_name_in_a_map_either() -> None:
    body = spans_of({"user": {"name": NAME}, "note": NAME})
    assert NAME.encode() in left(body, allow={"keys": ["user.name"]})


@pytest.mark.parametrize(
    "written",
    [
        json.dumps({"n": "María López"}),
        json.dumps(json.dumps("María López")),
        "q=Mar%C3%ADa%20L%C3%B3pez&x",
        "María López",
    ],
)
def test_a_name_is_found_however_json_and_urls_write_it(written: str) -> None:
    (seen,) = scrubbed(privacy(), spans_of({"user.full_name": "María López", "note": written}))
    assert "PERSON" in str(seen.attributes["note"])
    assert "pez" not in str(seen.attributes["note"])


def test_a_windows_account_is_found_in_json() -> None:
    body = spans_of({"process.owner": r"ACME\mlindqvist", "note": json.dumps({"as": r"ACME\mlindqvist"})})
    assert b"mlindqvist" not in left(body)


def test_identity_of_users_sessions_and_tenants_is_the_same_in_all_traces() -> None:
    for key in ("user.email", "session.id", "tenant.name", "gen_ai.conversation.id"):
        for propagate in (True, False):
            seen = [
                scrubbed(privacy(propagate=propagate), spans_of({key: MAIL}, trace=one * 16))[0].attributes[key]
                for one in (b"a", b"b")
            ]
            assert seen[0] == seen[1], key
            assert re.fullmatch("<EMAIL_[a-z]{8}>", str(seen[0])), key


def test_a_trace_id_of_zeros_is_no_trace() -> None:
    made = ExportLogsServiceRequest()
    made.resource_logs.add().scope_logs.add().log_records.add(body=value(MAIL), trace_id=bytes(16))
    assert b"<EMAIL>" in left(made.SerializeToString(), "logs")


# --- on the wire


def test_an_attribute_that_stands_within_another_one_too_hides_nothing() -> None:
    processor, note = privacy(), {"note": f"mail {MAIL}"}
    scrubbed(processor, spans_of(note))
    assert leaks(left(spans_of({"a": note, **note}), processor=processor)) == []
    made = ExportLogsServiceRequest()
    record = made.resource_logs.add().scope_logs.add().log_records.add(body=value(note), trace_id=TRACE)
    record.attributes.append(pair("note", note["note"]))
    assert leaks(left(made.SerializeToString(), "logs", processor)) == []


@pytest.mark.parametrize("number", [14155550123, 34359738367, 34359738368, 4111111111111111])
def test_numbers_of_eleven_digits_and_more_are_seen_everywhere(number: int) -> None:
    made = ExportLogsServiceRequest()
    records = made.resource_logs.add().scope_logs.add().log_records
    told = {"phone": number}
    for body in (told, [told], {"list": [told]}):
        records.add(body=value(body), trace_id=TRACE).attributes.append(pair("phone", number))
    records.add(body=value(float(number)), trace_id=TRACE)
    points = ExportMetricsServiceRequest()
    point = points.resource_metrics.add().scope_metrics.add().metrics.add(name="m").gauge.data_points.add(as_int=1)
    point.attributes.extend([pair("phone", number), pair("phones", [number])])
    out = left(made.SerializeToString(), "logs") + left(points.SerializeToString(), "metrics")
    assert field(2, encode_value(number)) not in out
    assert field(1, encode_value(number)) not in out


@pytest.mark.parametrize("kind", [0, 1, 3])
@pytest.mark.parametrize("number", ["110105198203128653", "185057800613837"])
def test_a_number_at_the_end_of_a_name_is_no_longer_one(number: str, kind: int) -> None:
    body = spans_of({}, name=f"look up {number}", kind=kind, start_time_unix_nano=0x1797_9CFE_362A_0035)
    assert number.encode() not in left(body)


def _unknown(where: str) -> bytes:
    """A request with a text in a field that OTLP does not have, or in one that another one replaces."""
    hidden, body = field(900, MAIL.encode()), spans_of({"a": 1})
    made = read("ExportTraceServiceRequest", body)
    resource_spans = made.resource_spans[0]
    scope_spans = resource_spans.scope_spans[0]
    span = scope_spans.spans[0]
    messages = {"resource spans": resource_spans, "resource": resource_spans.resource, "scope spans": scope_spans}
    messages |= {"scope": scope_spans.scope, "span": span}
    overwritten = field(1, b"k") + field(2, encode_value(MAIL)) + field(2, encode_value("fine"))
    if where in messages:
        messages[where].MergeFromString(hidden)
    elif where == "entity":
        resource_spans.resource.entity_refs.append(field(3, MAIL.encode()))
    elif where == "status":
        span.status.extend([field(2, MAIL.encode()), field(2, b"fine")])
    elif where == "overwritten attribute":
        span.attributes.append(overwritten)
    elif where == "attribute":
        span.attributes.append(pair("k", "fine").SerializeToString() + hidden)
    elif where == "nested":
        span.attributes.append(field(1, b"k") + field(2, field(6, field(1, overwritten))))
    else:
        getattr(span, where).append(field(2, MAIL.encode()) + field(2, b"") + hidden)
    return bytes(made.SerializeToString())


@pytest.mark.parametrize(
    "where",
    [
        *("resource spans", "resource", "scope spans", "scope", "span", "entity", "status", "attribute", "nested"),
        *("overwritten attribute", "events", "links"),
    ],
)
def test_what_readers_do_not_see_goes_where_a_core_hits_in_it(where: str) -> None:
    assert leaks(left(_unknown(where))) == []


def test_what_readers_do_not_see_stays_where_nothing_is_in_it() -> None:
    made = read("ExportTraceServiceRequest", spans_of({"a": 1, "note": f"to {MAIL}"}, name=f"to {MAIL}"))
    made.resource_spans[0].scope_spans[0].spans[0].MergeFromString(field(900, b"newer"))
    assert b"newer" in left(made.SerializeToString())


@pytest.mark.parametrize("where", ["name", "value", "key", "event", "body"])
def test_bad_utf_8_hides_nothing(where: str) -> None:
    bad = b"\xff\xfe " + MAIL.encode() + b" \xc3"
    made = read("ExportTraceServiceRequest", spans_of({"a": 1}))
    span = made.resource_spans[0].scope_spans[0].spans[0]
    if where == "name":
        span.name = bad
    elif where == "event":
        span.events.append(field(2, bad) + field(3, field(1, bad) + field(2, field(1, bad))))
    elif where == "body":
        logs = read("ExportLogsServiceRequest", b"")
        logs.resource_logs.add().scope_logs.add().log_records.add().body.append(field(1, bad))
        assert leaks(left(logs.SerializeToString(), "logs")) == []
    else:
        span.attributes.append(field(1, bad if where == "key" else b"k") + field(2, field(1, bad)))
    assert leaks(left(made.SerializeToString())) == []


# --- laws


def requests() -> list[tuple[Signal, bytes]]:
    return [(signal, body) for _, signal, body in captured() if len(body) < 60_000]


CAPTURED = requests()
PIECES = (
    MAIL,
    TOKEN,
    CARD,
    NAME,
    "the password is hunter22!",
    "/home/mlindqvist/src",
    "plain words",
    "+49 151 23456789",
)


def mixed(seed: int) -> bytes:
    """A request of spans that say a few things over and over, in every place."""
    dice = random.Random(seed)
    items: list[dict[str, object]] = []
    for _ in range(dice.randrange(1, 6)):
        said: dict[str, object] = {}
        for _ in range(dice.randrange(8)):
            key = dice.choice(
                ["a", "note", "user.full_name", "db.password", "gen_ai.input.messages", "user.email", "k"]
            )
            said[key] = dice.choice(
                [*PIECES, " ".join(dice.sample(PIECES, 3)), [dice.choice(PIECES)], 4111111111111111, {"note": MAIL}]
            )
        items.append(said)
    made = ExportTraceServiceRequest.FromString(spans_of(*items, resource={"note": dice.choice(PIECES)}))
    for span in made.resource_spans[0].scope_spans[0].spans:
        span.trace_id = dice.choice([TRACE, b"o" * 16])
        if dice.random() < 0.3:
            span.name = dice.choice(PIECES)
        if dice.random() < 0.3:
            span.events.add(name=dice.choice(PIECES)).attributes.append(pair("note", dice.choice(PIECES)))
    return made.SerializeToString()


@pytest.mark.parametrize("how", [{}, {"content": "hash"}, {"dry_run": True}])
@settings(max_examples=12, deadline=None)
@given(seeds=st.lists(st.integers(0, 2**32), min_size=1, max_size=5), last=st.integers(0, 2**32))
def test_what_was_seen_before_makes_no_difference(how: dict[str, Any], seeds: list[int], last: int) -> None:
    warm = privacy(**how)
    for seed in seeds:
        left(mixed(seed), processor=warm)
    assert left(mixed(last), processor=warm) == left(mixed(last), **how)


def test_captured_requests_leave_alike_from_a_fresh_processor_and_a_used_one() -> None:
    warm = privacy(content={"prompt": "hash"})
    shuffled = random.Random(7).sample(CAPTURED, len(CAPTURED))[:40]
    for signal, body in [*shuffled, *shuffled[:20]]:
        left(body, signal, warm)
    for signal, body in shuffled[:12]:
        assert left(body, signal, warm) == left(body, signal, content={"prompt": "hash"})


def everything() -> dict[Signal, bytes]:
    """Findings in every place of every signal."""
    made = request(resource={"r": MAIL, "user.id": NAME}, name=f"to {MAIL}")
    span = span_in(made)
    span.status.message, span.trace_state = f"no {TOKEN}", f"v={TOKEN}"
    span.attributes.extend(
        [pair("k", [MAIL, {MAIL: TOKEN}]), pair("n", 4111111111111111), pair("gen_ai.input.messages", MAIL)]
    )
    span.events.add(name=f"e {MAIL}").attributes.append(pair("k", MAIL.encode()))
    span.links.add().attributes.append(pair(MAIL, True))
    logs = ExportLogsServiceRequest()
    record = logs.resource_logs.add().scope_logs.add().log_records.add(body=value({"k": [MAIL]}), severity_text=MAIL)
    record.attributes.append(pair("k", b"\xff" + MAIL.encode()))
    points = ExportMetricsServiceRequest()
    metric = points.resource_metrics.add().scope_metrics.add().metrics.add(name="m", description=MAIL, unit=MAIL)
    point = metric.sum.data_points.add(as_int=1)
    point.attributes.append(pair("user.email", MAIL))
    point.exemplars.add().filtered_attributes.append(pair("k", MAIL))
    return {"traces": made.SerializeToString(), "logs": logs.SerializeToString(), "metrics": points.SerializeToString()}


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_a_dry_run_changes_no_byte_but_for_its_mark(signal: Signal) -> None:
    body = everything()[signal]
    assert left(body, signal, dry_run=True, audit="none", content="hash", debug_sample={"ratio": 1}) == body
    marked = parse(signal, left(body, signal, dry_run=True))
    for item in marked:
        item.attributes.remove(["spansieve.privacy.redacted"])
    assert marked.encode() == body


def test_a_fault_in_a_dry_run_withholds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    body, host = everything()["traces"], FakeHost()
    processor = privacy(host, dry_run=True)
    monkeypatch.setattr(processor._walker, "learn", _fails)
    assert left(body, processor=processor).startswith(body[:1])
    assert MAIL.encode() in left(body, processor=processor)
    assert host.counts["faults", "RuntimeError"] > 0


def _fails(*_: object, **__: object) -> Any:  # noqa: ANN401
    raise RuntimeError(MAIL)


FAULTS: list[tuple[str, Callable[[PromptPrivacy], tuple[object, str]]]] = [
    ("engine", lambda one: (one._engine, "find")),
    ("scrubber", lambda one: (one._scrubber, "_apart")),
    ("walker.pair", lambda one: (one._walker, "pair")),
    ("walker.text", lambda one: (one._walker, "text")),
    ("walker.value", lambda one: (one._walker, "value")),
    ("walker.learn", lambda one: (one._walker, "learn")),
    ("walker.replaced", lambda one: (one._walker, "replaced")),
    ("pseudonyms", lambda one: (one._walker._pseudonyms, "placeholder")),
    ("hashing", lambda one: (one._hashing, "_fingerprints")),
    ("plans", lambda one: (one._plans, "of")),
    ("memories", lambda one: (one._memories, "of")),
]


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
@pytest.mark.parametrize(("name", "where"), FAULTS)
def test_a_fault_anywhere_leaks_nothing(
    name: str, where: Callable[[PromptPrivacy], tuple[object, str]], signal: Signal, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor = privacy()
    monkeypatch.setattr(*where(processor), _fails)
    try:
        out = left(everything()[signal], signal, processor)
    except RuntimeError:
        assert name in {"plans", "memories"}  # then the request goes no further
    else:
        assert leaks(out) == []


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"entities": {"EMAIL": "mask", "SECRET": "hmac", "PERSON": "mask"}},
        {"content": {"prompt": {"truncate": 12}}},
        {"content": "hash"},
    ],
)
@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_what_was_scrubbed_is_not_scrubbed_again(signal: Signal, how: dict[str, Any]) -> None:
    once = left(everything()[signal], signal, **how)
    assert left(once, signal, **how) == once


def test_a_text_that_was_cut_is_not_cut_again() -> None:
    body = spans_of({"a": "x" * 5000, "gen_ai.input.messages": "hello there, you", "b": "password=" * 3000})
    how: dict[str, Any] = {"max_scan_bytes": 1024, "content": {"prompt": {"truncate": 6}}}
    once = left(body, **how)
    assert left(once, **how) == once


@pytest.mark.parametrize("parsed", [TraceBatch, LogBatch])
def test_items_in_which_nothing_is_keep_their_bytes(parsed: Any) -> None:  # noqa: ANN401
    for signal, body in CAPTURED[::3]:
        if signal == parsed.signal:
            before: list[Any] = [*parsed.parse(body)]
            for one, other in zip(before, parsed.parse(left(body, signal)), strict=True):
                new = [key for key in other.attributes if key not in one.attributes]
                if "spansieve.privacy.redacted" not in new:
                    other.attributes.remove(new)
                    assert other.encode() == one.encode()


def test_the_report_on_an_item_is_bounded() -> None:
    patterns = [{"name": f"KIND_{number}", "regex": f"kind{number:02d}x"} for number in range(20)]
    (seen,) = scrubbed(privacy(patterns=patterns), spans_of({"a": " ".join(one["regex"] for one in patterns)}))
    assert len(seen.attributes["spansieve.privacy.redacted"]) == 16  # type: ignore[arg-type]


def test_huge_keys_are_not_remembered() -> None:
    processor = privacy()
    for number in range(5):
        left(spans_of({f"{number}" * 10_000: "x", f"password{number}" * 5_000: "hunter22!"}), processor=processor)
    assert all(sum(map(len, keys)) < 10_000 for keys in processor._plans._known)
    assert all(len(key) <= 256 for key in processor._scrubber._telling)


# --- content of the logs of agents


Said = tuple[dict[str, str], Any, str]
AGENTS: dict[str, list[Said]] = {
    "claude_code": [
        ({"event.name": "user_prompt", "prompt": "hello"}, "claude_code.user_prompt", ""),
        ({"event.name": "tool_result", "tool_input": "hello"}, "claude_code.tool_result", ""),
        ({"event.name": "assistant_response", "response": "hello"}, "claude_code.assistant_response", ""),
    ],
    "codex": [
        ({"event.name": "codex.user_prompt", "prompt": "hello"}, None, "event otel/src/session_telemetry.rs:1200"),
        ({"event.name": "codex.tool_result", "arguments": "hello", "output": "hello"}, None, "event x.rs:54"),
    ],
    "gemini": [
        ({"event.name": "gemini_cli.user_prompt", "prompt": "hello"}, "User prompt. Length: 5.", ""),
        ({"event.name": "gemini_cli.api_request", "request_text": "hello"}, "API request", ""),
        ({"event.name": "gemini_cli.tool_call", "function_args": "hello"}, "Tool call", ""),
    ],
    "standard": [({"gen_ai.system": "openai"}, {"content": "hello"}, "gen_ai.user.message")],
}


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("content", ["hash", "drop"])
def test_content_of_the_events_of_agents_does_not_pass(agent: str, content: str) -> None:
    made = ExportLogsServiceRequest()
    records = made.resource_logs.add().scope_logs.add().log_records
    for attributes, body, name in AGENTS[agent]:
        record = records.add(event_name=name, trace_id=TRACE)
        record.attributes.extend(
            pair(key, one) for key, one in {**attributes, "session.id": "s-1", "model": "m"}.items()
        )
        if body is not None:
            record.body.CopyFrom(value(body))
    out = left(made.SerializeToString(), "logs", content=content)
    assert b"hello" not in out
    for seen, (attributes, _, _) in zip(list(LogBatch.parse(out)), AGENTS[agent], strict=True):
        kept = {"session.id": "s-1", "model": "m", "event.name": attributes.get("event.name")}
        assert {key: seen.attributes.get(key) for key in kept} == kept
