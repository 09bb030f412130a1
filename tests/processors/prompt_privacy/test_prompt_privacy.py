"""prompt_privacy: what leaves for what arrives."""

import json
import re
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import LogBatch, MetricBatch, TraceBatch
from spansieve.sampling import chosen
from spansieve.testing import FakeHost

from .requests import TRACE, pair, privacy, scrubbed, spans_of, value

MAIL = "jane.doe@acme-mail.io"
TOKEN = "ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
EMAIL = re.compile(r"<EMAIL_[a-z]{4}>")
PERSON = re.compile(r"<PERSON_[a-z]{8}>")


def only(body: bytes, **settings: Any) -> dict[str, object]:  # noqa: ANN401
    """The attributes of the one span of `body` behind a processor with `settings`."""
    (span,) = scrubbed(privacy(**settings), body)
    return dict(span.attributes)


def test_a_clean_request_leaves_as_it_came() -> None:
    body = spans_of(
        {"gen_ai.request.model": "m", "n": 3, "path": "src/a.py"}, {"x": 0.5}, resource={"service.name": "s"}
    )
    batch = TraceBatch.parse(body)
    privacy().traces(batch)
    assert batch.encode() == body


def test_a_finding_becomes_a_placeholder_and_the_span_says_so() -> None:
    seen = only(spans_of({"note": f"mail {MAIL} now"}))
    assert EMAIL.fullmatch(str(seen["note"])[5:-4])
    assert seen["spansieve.privacy.redacted"] == ["EMAIL:1"]


def test_placeholders_are_equal_within_a_trace_and_differ_between_traces() -> None:
    processor = privacy()
    one, two = scrubbed(processor, spans_of({"a": MAIL}, {"b": f"x {MAIL.upper()}"}))
    (other,) = scrubbed(processor, spans_of({"a": MAIL}, trace=b"o" * 16))
    assert two.attributes["b"] == f"x {one.attributes['a']!s}"
    assert other.attributes["a"] != one.attributes["a"]


def test_placeholders_are_the_same_after_a_restart() -> None:
    body = spans_of({"a": MAIL})
    assert only(body) == only(body)


def test_names_events_links_and_the_status_are_scrubbed() -> None:
    request = ExportTraceServiceRequest.FromString(spans_of({}))
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.name, span.trace_state, span.status.message = f"mail {MAIL}", f"v={TOKEN}", f"no {TOKEN}"
    span.events.add(name=f"to {MAIL}").attributes.append(pair("e", [MAIL, {"deep": TOKEN}]))
    span.links.add(trace_id=TRACE).attributes.append(pair(MAIL, True))
    (seen,) = scrubbed(privacy(), request.SerializeToString())
    raw = seen.encode()
    assert MAIL.encode() not in raw
    assert TOKEN.encode() not in raw
    assert EMAIL.search(seen.name)
    assert EMAIL.search(next(iter(seen.links[0].attributes)))
    assert seen.attributes["spansieve.privacy.redacted"] == ["EMAIL:4", "SECRET:3"]


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("db.password", "correct-horse-9"),
        ("password", "s3cr3t!x"),
        ("http.request.header.authorization", "Bearer aB3dE5fG7hJ9kL1mN3pQ5rS7"),
        ("user.phone_number", "030 1234567"),
        ("birth_date", "1980-05-17"),
        ("ssn", "078051120"),
    ],
)
def test_a_key_tells_what_its_value_is(key: str, given: str) -> None:
    assert given not in str(only(spans_of({key: given}))[key])


def test_long_integers_and_doubles_are_looked_at_as_digits() -> None:
    seen = only(spans_of({"card": 4111111111111111, "list": [4111111111111111.0, 5], "time": 1764100000000000000}))
    assert re.fullmatch("<CARD_[a-z]{4}>", str(seen["card"]))
    assert re.fullmatch(r"<CARD_[a-z]{4}>", str(seen["list"][0]))  # type: ignore[index]
    assert seen["time"] == 1764100000000000000


def test_bytes_are_text_where_they_are_and_withheld_where_they_are_not() -> None:
    seen = only(spans_of({"text": f"a {MAIL}".encode(), "odd": b"\xff" + MAIL.encode(), "fine": b"\xff\x00"}))
    assert isinstance(seen["text"], bytes)
    assert EMAIL.search(seen["text"].decode())
    assert seen["odd"] == b"<WITHHELD:bytes>"
    assert seen["fine"] == b"\xff\x00"


def test_json_stays_json_where_a_bare_number_goes() -> None:
    inner = json.dumps({"pan": 4111111111111111, "list": [4111111111111111, 1]})
    seen = only(spans_of({"args": json.dumps({"a": inner, "pan": 4111111111111111})}))
    outer = json.loads(str(seen["args"]))
    assert re.fullmatch("<CARD_[a-z]{4}>", outer["pan"])
    assert re.fullmatch("<CARD_[a-z]{4}>", json.loads(outer["a"])["pan"])


def test_the_arguments_of_a_command_are_read_as_such() -> None:
    given = ["mysql", "--user", "root", "--password", "correct-horse-9", "--port", "3306"]
    seen = only(spans_of({"process.command_args": given}))["process.command_args"]
    assert isinstance(seen, list)
    assert [*seen[:4], *seen[5:]] == [*given[:4], *given[5:]]
    assert re.fullmatch("<SECRET_[a-z]{4}>", str(seen[4]))


def test_repeated_keys_are_all_scrubbed() -> None:
    request = ExportTraceServiceRequest.FromString(spans_of({"a": "fine"}))
    request.resource_spans[0].scope_spans[0].spans[0].attributes.append(pair("a", MAIL))
    (seen,) = scrubbed(privacy(), request.SerializeToString())
    assert MAIL.encode() not in seen.encode()


# --- identity


def test_a_user_stays_one_user_over_traces() -> None:
    processor = privacy()
    first = scrubbed(processor, spans_of({"user.id": "user-4711", "user.email": MAIL}))[0].attributes
    second = scrubbed(processor, spans_of({"user.id": "user-4711", "user.email": MAIL}, trace=b"o" * 16))[0].attributes
    assert first["user.id"] == second["user.id"]
    assert PERSON.fullmatch(str(first["user.id"]))
    assert first["user.email"] == second["user.email"]
    assert re.fullmatch("<EMAIL_[a-z]{8}>", str(first["user.email"]))


def test_a_name_that_identity_attributes_tell_is_removed_everywhere_in_the_request() -> None:
    body = spans_of(
        {"user.full_name": "Maria Lindqvist"},
        {"note": "for Maria Lindqvist, and Maria Lindqvistson"},
        resource={"process.owner": "lindqvist"},
        name="ask lindqvist",
    )
    named, noted = scrubbed(privacy(), body)
    assert PERSON.fullmatch(str(named.attributes["user.full_name"]))
    assert re.fullmatch(r"for <PERSON_[a-z]{4}>, and Maria Lindqvistson", str(noted.attributes["note"]))
    assert re.fullmatch(r"ask <PERSON_[a-z]{4}>", noted.name)
    assert PERSON.fullmatch(str(noted.resource.attributes["process.owner"]))


def test_the_owner_of_a_home_directory_is_a_name() -> None:
    seen = only(
        spans_of({"cwd": "/home/lindqvist/src", "win": r"C:\Users\Birgitta\x", "note": "lindqvist and Birgitta"})
    )
    assert "lindqvist" not in str(seen)
    assert "Birgitta" not in str(seen)


def test_common_accounts_are_nobody() -> None:
    body = spans_of({"cwd": "/home/ubuntu/x", "user.name": "root", "user.roles": "editor", "n": "ubuntu root editor"})
    assert only(body) == {
        "cwd": "/home/ubuntu/x",
        "user.name": "root",
        "user.roles": "editor",
        "n": "ubuntu root editor",
    }


def test_names_are_not_learned_where_that_is_switched_off() -> None:
    body = spans_of({"user.name": "lindqvist", "note": "lindqvist"})
    assert only(body, propagate=False) == {"user.name": "lindqvist", "note": "lindqvist"}


# --- actions, allow lists


def test_each_action_does_what_it_says() -> None:
    body = spans_of({"a": f"x {MAIL}", "b": MAIL})
    assert only(body, entities={"EMAIL": "mask"})["a"] == "x j***@a***.io"
    assert re.fullmatch(r"x <EMAIL:k1:[0-9a-f]{32}>", str(only(body, entities={"EMAIL": "hmac"})["a"]))
    dropped = only(body, entities={"EMAIL": "drop"})
    assert dropped["a"] == "x "
    assert "b" not in dropped
    gone = only(body, entities={"EMAIL": "drop_attribute"})
    assert "a" not in gone
    stays = only(body, entities={"EMAIL": "allow"})
    assert stays["a"] == f"x {MAIL}"
    assert stays["spansieve.privacy.redacted"] == ["EMAIL:2"]


def test_what_is_allowed_stays() -> None:
    body = spans_of({"a": MAIL, "service.contact": f"{MAIL} {TOKEN}", "c": "x@example.com, y@sub.example.com"})
    seen = only(body, allow={"domains": ["example.com"], "keys": ["service.*"]})
    assert seen["c"] == "x@example.com, y@sub.example.com"
    assert re.fullmatch(rf"{re.escape(MAIL)} <SECRET_[a-z]{{4}}>", str(seen["service.contact"]))
    assert only(body, allow={"values": [r"jane\.doe@.*\.io"]})["a"] == MAIL


def test_a_pattern_of_ones_own_is_found() -> None:
    pattern = {"name": "EMPLOYEE_ID", "regex": r"EMP-\d{6}", "examples": {"match": ["EMP-123456"]}}
    seen = only(spans_of({"a": "EMP-123456 and TEMP-123456"}), patterns=[pattern])
    assert re.fullmatch(r"<EMPLOYEE_ID_[a-z]{4}> and TEMP-123456", str(seen["a"]))


# --- content


MESSAGES = '[{"role": "user", "parts": [{"type": "text", "content": "mail jane.doe@acme-mail.io"}]}]'
CALL = {"gen_ai.operation.name": "chat", "spansieve.ai.kind": "model", "gen_ai.input.messages": MESSAGES}


def test_every_model_call_gets_the_hash_of_its_prompt_whatever_the_policy() -> None:
    hashes = {
        str(policy): only(spans_of(CALL), content=policy)["spansieve.ai.prompt.hash"]
        for policy in ("scrub", "hash", "keep", "drop", {"truncate": 10})
    }
    assert len(set(hashes.values())) == 1
    assert re.fullmatch(r"k1:[0-9a-f]{32}", str(hashes["scrub"]))


def test_content_leaves_as_the_policy_says() -> None:
    hashed = only(spans_of(CALL), content="hash")
    assert re.fullmatch(r"k1:[0-9a-f]{32}", str(hashed["gen_ai.input.messages"]))
    assert hashed["spansieve.ai.prompt.length"] == 26
    dropped = only(spans_of(CALL), content="drop")
    assert "gen_ai.input.messages" not in dropped
    kept = only(spans_of(CALL), content="keep")
    assert kept["gen_ai.input.messages"] == MESSAGES
    assert "spansieve.ai.prompt.message_hashes" not in kept
    cut = only(spans_of(CALL), content={"prompt": {"truncate": 20}})
    assert cut["gen_ai.input.messages"] == MESSAGES[:20] + str(cut["gen_ai.input.messages"])[20:]
    assert re.fullmatch(r"<TRUNCATED:[0-9]+ characters>", str(cut["gen_ai.input.messages"])[20:])


def test_kept_content_keeps_no_secrets() -> None:
    seen = only(spans_of({**CALL, "gen_ai.input.messages": f"{MAIL} {TOKEN}"}), content="keep")
    assert MAIL in str(seen["gen_ai.input.messages"])
    assert TOKEN not in str(seen["gen_ai.input.messages"])


def test_a_cut_does_not_halve_a_token() -> None:
    seen = only(spans_of({"gen_ai.input.messages": f"key {TOKEN}"}), content={"prompt": {"truncate": 20}})
    assert "ghp_" not in str(seen)


def test_prompts_that_differ_in_an_address_alone_have_different_hashes() -> None:
    other = {**CALL, "gen_ai.input.messages": MESSAGES.replace("jane", "john")}
    one, two = scrubbed(privacy(), spans_of(CALL, other))
    assert one.attributes["spansieve.ai.prompt.hash"] != two.attributes["spansieve.ai.prompt.hash"]


def test_a_key_glob_chooses_content_where_no_kind_is_known() -> None:
    seen = only(spans_of({"acme.dialogue": "hello", "acme.id": "7"}), content={"acme.dia*": "drop"})
    assert "acme.dialogue" not in seen
    assert seen["acme.id"] == "7"


def test_events_that_are_content_are_hashed_with_all_they_say() -> None:
    request = ExportTraceServiceRequest.FromString(spans_of({"gen_ai.operation.name": "chat"}))
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.events.add(name="gen_ai.user.message").attributes.extend(
        [pair("content", "hello"), pair("gen_ai.system", "openai")]
    )
    span.events.add(name="other").attributes.append(pair("content", "stays"))
    (seen,) = scrubbed(privacy(content="hash"), request.SerializeToString())
    assert re.fullmatch(r"k1:[0-9a-f]{32}", str(seen.events[0].attributes["content"]))
    assert seen.events[0].attributes["gen_ai.system"] == "openai"
    assert seen.events[1].attributes["content"] == "stays"


def test_debug_samples_keep_scrubbed_content_and_bear_a_mark() -> None:
    traces = [number.to_bytes(16, "big") for number in range(0, 2**56, 2**50)]
    processor = privacy(content="hash", debug_sample={"ratio": 0.25})
    kept = set()
    for trace in traces:
        (span,) = scrubbed(processor, spans_of(CALL, trace=trace))
        if span.attributes.get("spansieve.debug_sample") is True:
            kept.add(trace)
            assert EMAIL.search(str(span.attributes["gen_ai.input.messages"]))
        else:
            assert str(span.attributes["gen_ai.input.messages"]).startswith("k1:")
    assert kept == {trace for trace in traces if chosen(trace, "", 0.25)}
    assert len(kept) == len(traces) // 4


def test_a_plain_hash_of_a_producer_gets_a_key() -> None:
    seen = only(spans_of({"spansieve.ai.tool.args_hash": "9f86d081884c7d65"}))
    assert re.fullmatch(r"k1:[0-9a-f]{32}", str(seen["spansieve.ai.tool.args_hash"]))


# --- limits, faults


def test_a_text_that_is_too_long_is_cut_and_says_so() -> None:
    seen = only(spans_of({"a": "x" * 2000 + "ä" * 10}), max_scan_bytes=2001)
    assert seen["a"] == "x" * 2000 + "<WITHHELD:20 bytes>"


def test_what_lies_behind_too_many_candidates_is_withheld() -> None:
    host = FakeHost()
    body = spans_of({"a": "password=" * 3000 + MAIL})
    (span,) = scrubbed(privacy(host), body)
    assert str(span.attributes["a"]).endswith("<WITHHELD:budget>")
    assert host.counts["spansieve_privacy_withheld", "budget"] == 1


def test_what_is_nested_too_deep_is_withheld() -> None:
    deep: object = MAIL
    for _ in range(20):
        deep = [deep]
    seen = only(spans_of({"a": deep}))
    assert "<WITHHELD:depth>" in str(seen["a"])
    assert MAIL not in str(seen["a"])


def test_an_error_inside_withholds_what_it_was_in(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost()
    processor = privacy(host)

    def broken(*_: object) -> None:
        raise RuntimeError(MAIL)

    monkeypatch.setattr(processor._scrubber, "_cut", broken)  # nothing of ours is known to fail, so it is made to
    (span,) = scrubbed(processor, spans_of({"a": f"x {MAIL}", "b": "fine"}))
    assert dict(span.attributes) == {"a": "<WITHHELD:error>", "b": "fine", "spansieve.privacy.redacted": ["WITHHELD:1"]}
    assert host.counts["spansieve_privacy_withheld", "error"] == 1


def test_an_error_between_texts_withholds_content_status_and_events(monkeypatch: pytest.MonkeyPatch) -> None:
    request = ExportTraceServiceRequest.FromString(spans_of({**CALL, "a": MAIL, "b": "fine"}))
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.status.message = "said jane"
    span.events.add(name="e").attributes.append(pair("k", "said"))
    processor = privacy()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(MAIL)

    monkeypatch.setattr(processor._walker, "learn", broken)  # likewise
    (seen,) = scrubbed(processor, request.SerializeToString())
    assert seen.attributes["gen_ai.input.messages"] == "<WITHHELD:error>"
    assert seen.attributes["a"] == "<WITHHELD:error>"
    assert seen.attributes["b"] == "fine"
    assert seen.status.message == "<WITHHELD:error>"
    assert b"said" not in seen.encode()


def test_a_dry_run_changes_nothing_but_marks_and_counts() -> None:
    host = FakeHost()
    seen = dict(scrubbed(privacy(host, dry_run=True), spans_of({"a": MAIL}))[0].attributes)
    assert seen == {"a": MAIL, "spansieve.privacy.redacted": ["EMAIL:1"]}
    assert host.counts["spansieve_privacy_findings", "placeholder", "EMAIL", "traces", "attribute"] == 1


def test_without_audit_spans_bear_no_mark() -> None:
    assert "spansieve.privacy.redacted" not in only(spans_of({"a": MAIL}), audit="none")


# --- logs and metrics


def test_logs_are_scrubbed_in_bodies_of_every_shape() -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    bodies = (f"a {MAIL}", {"k": [MAIL, {MAIL: 1}]}, [MAIL], MAIL.encode(), 4111111111111111)
    for body in bodies:
        records.add(body=value(body), trace_id=TRACE)
    batch = LogBatch.parse(request.SerializeToString())
    privacy().logs(batch)
    left = batch.encode()
    assert MAIL.encode() not in left
    seen = [record.body for record in LogBatch.parse(left)]
    assert [type(one) for one in seen] == [str, dict, list, bytes, str]


def test_logs_without_a_trace_share_placeholders_within_a_session() -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for session in ("s1", "s1", "s2", ""):
        record = records.add(body=value(MAIL))
        record.attributes.append(pair("session.id", session))
    batch = LogBatch.parse(request.SerializeToString())
    privacy().logs(batch)
    one, two, three, four = (str(record.body) for record in batch)
    assert one == two
    assert one != three
    assert four == "<EMAIL>"


def test_a_number_at_the_start_of_an_events_name_is_found_whatever_its_length() -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for length in range(17, 200):
        records.add(event_name=f"4111111111111111 {'x' * (length - 17)}", body=value("fine"))
    batch = LogBatch.parse(request.SerializeToString())
    privacy().logs(batch)
    assert b"4111111111111111" not in batch.encode()


def test_a_message_event_is_content_in_its_body() -> None:
    request = ExportLogsServiceRequest()
    record = (
        request.resource_logs.add().scope_logs.add().log_records.add(event_name="gen_ai.user.message", trace_id=TRACE)
    )
    record.body.CopyFrom(value({"content": "hello"}))
    batch = LogBatch.parse(request.SerializeToString())
    privacy(content="hash").logs(batch)
    (seen,) = LogBatch.parse(batch.encode())
    assert re.fullmatch(r"k1:[0-9a-f]{32}", str(seen.body))
    assert str(seen.attributes["spansieve.ai.prompt.hash"]).startswith("k1:")


def test_metrics_are_scrubbed_with_placeholders_that_are_the_same_everywhere() -> None:
    def request(trace: bytes) -> bytes:
        made = ExportMetricsServiceRequest()
        metric = made.resource_metrics.add().scope_metrics.add().metrics.add(name="m", description=f"by {MAIL}")
        point = metric.sum.data_points.add(as_int=1)
        point.attributes.append(pair("user.email", MAIL))
        exemplar = point.exemplars.add(as_int=1, trace_id=trace)
        exemplar.filtered_attributes.append(pair("note", MAIL))
        return made.SerializeToString()

    processor, left = privacy(), []
    for trace in (TRACE, b"o" * 16):
        batch = MetricBatch.parse(request(trace))
        processor.metrics(batch)
        left.append(batch.encode().replace(trace, b""))
    assert left[0] == left[1]
    assert MAIL.encode() not in left[0]
    assert re.search(rb"<EMAIL_[a-z]{8}>", left[0])


def test_what_is_found_is_counted_by_entity_action_signal_and_place() -> None:
    host = FakeHost()
    scrubbed(privacy(host), spans_of({"a": MAIL, "b": TOKEN}, resource={"r": MAIL}, name=f"to {MAIL}"))
    counts = {key[1:]: count for key, count in host.counts.items() if key[0] == "spansieve_privacy_findings"}
    assert counts == {
        ("placeholder", "EMAIL", "traces", "attribute"): 1,
        ("placeholder", "EMAIL", "traces", "name"): 1,
        ("placeholder", "EMAIL", "traces", "resource"): 1,
        ("placeholder", "SECRET", "traces", "attribute"): 1,
    }


def test_many_findings_in_one_span_are_all_found_whatever_was_known_before() -> None:
    processor = privacy()
    scrubbed(processor, spans_of({"known": MAIL}))
    attributes = {f"a{number:02d}": f"x{number}.{MAIL} {TOKEN}" for number in range(20)}
    (seen,) = scrubbed(processor, spans_of({**attributes, "known": MAIL, "z": f"last.{MAIL}"}))
    assert MAIL.encode() not in seen.encode()
    assert TOKEN.encode() not in seen.encode()
