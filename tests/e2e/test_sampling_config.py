"""Mistakes in the configuration of tail sampling are told with file, line, key, what is allowed and what to do."""

from pathlib import Path

import pytest

from .program import typed

CONFIG = """\
receivers: {otlp: {protocols: {grpc: {}}}}
processors:
  tail_sampling:
    WRONG
exporters: {debug: {}}
service: {pipelines: {traces: {receivers: [otlp], processors: [tail_sampling], exporters: [debug]}}}
"""


def validated(folder: Path, wrong: str) -> tuple[int, str]:
    file = folder / "config.yaml"
    file.write_text(CONFIG.replace("WRONG", wrong))
    done = typed("validate", "--config", str(file))
    return done.exit_code, done.output


def policy(kind: str, section: str, name: str = "p") -> str:
    return f"policies: [{{name: {name}, type: {kind}, {kind}: {section}}}]"


@pytest.mark.parametrize(
    ("wrong", "key", "told"),
    [
        ("decision_wiat: 5s", "decision_wiat", "unknown key. Did you mean decision_wait?"),
        ("decision_wait: soon", "decision_wait", "a duration is a text such as 5s"),
        ("max_buffer_bytes: lots", "max_buffer_bytes", "a size is a number of bytes, or a text such as 256MiB"),
        ("num_traces: 0", "num_traces", "must be at least 1; found 0"),
        ("late: {reopen: [error]}", "late.reopen", "Did you mean reopen_on?"),
        ("late: {reopen_on: [roots]}", "late.reopen_on[0]", "must be one of error, root"),
        ("late: {spill: storage}", "late.spill", "Name a storage extension under storage"),
        (
            "errors: {sources: [stats]}",
            "errors.sources[0]",
            "must be one of status, exception, attributes",
        ),
        ("errors: {keep: false}", "", "a policy is missing, since errors.keep is false"),
        ("record: roots", "record", "must be one of root, all, none"),
        ("tracestate: on", "tracestate", "must be one of write, off"),
        ("sampling_strategy: span-ingest", "sampling_strategy", "errors.early keeps a trace at once"),
        ("tail_storage: file_storage", "tail_storage", "Name a storage extension under storage"),
        ("storage: nowhere", "storage", "names the extension nowhere, which is not configured"),
        ("budget: {}", "budget", "Set spans_per_second, bytes_per_day, or both"),
        ("budget: {spans_per_second: 5, exempt: [eror]}", "budget.exempt[0]", "Did you mean errors?"),
        ("policies: [{name: p, type: always}]", "policies[0].type", "Did you mean always_sample?"),
        ("policies: [{type: always_sample}]", "policies[0].name", "is required and missing"),
        ("policies: [{name: '', type: always_sample}]", "policies[0].name", "must have at least 1 characters"),
        (
            "policies: [{name: late, type: always_sample}]",
            "policies[0].name",
            "errors, session, late and names with",
        ),
        ("policies: [{name: a/b, type: always_sample}]", "policies[0].name", "are reserved. Choose another"),
        ("policies: [{name: p, type: status_code}]", "policies[0]", "Write status_code: {status_codes: ...}"),
        (
            "policies: [{name: p, type: trace_flags}, {name: p, type: always_sample}]",
            "policies[1].name",
            "Give each policy a name of its own",
        ),
        (policy("latency", "{treshold_ms: 5}"), "policies[0].latency.treshold_ms", "Did you mean threshold_ms?"),
        (
            policy("status_code", "{status_codes: [ERORR]}"),
            "policies[0].status_code.status_codes[0]",
            "must be one of OK, ERROR, UNSET; found the text 'ERORR'. Did you mean ERROR?",
        ),
        (policy("status_code", "{status_codes: []}"), "policies[0].status_code.status_codes", "at least 1 entries"),
        (policy("numeric_attribute", "{key: k}"), "policies[0].numeric_attribute", "Set min_value, max_value, or both"),
        (
            policy("numeric_attribute", "{key: k, min_value: 5, max_value: 1}"),
            "policies[0].numeric_attribute",
            "Set min_value to max_value or less",
        ),
        (
            policy("string_attribute", "{key: k, values: ['a(b'], enabled_regex_matching: true}"),
            "policies[0].string_attribute.values[0]",
            "no RE2 regular expression: missing )",
        ),
        (
            policy("probabilistic", "{sampling_percentage: 5, mode: equalizing}"),
            "policies[0].probabilistic.mode",
            "must be one of auto, hash, consistent",
        ),
        (
            policy("and", "{and_sub_policy: [{name: c, type: composite}]}"),
            "policies[0].and.and_sub_policy[0].type",
            "a policy of type composite can't stand inside another",
        ),
        (
            policy("composite", "{composite_sub_policy: [{name: d, type: drop}]}"),
            "policies[0].composite.composite_sub_policy[0].type",
            "a policy of type drop can't stand inside another",
        ),
        (policy("drop", "{drop_sub_policy: []}"), "policies[0].drop.drop_sub_policy", "must have at least 1 entries"),
        (
            policy("ottl_condition", "{span: ['SHA256(name) == \"x\"']}"),
            "policies[0].ottl_condition.span[0]",
            "tail_sampling has no function SHA256 (column 1). There are IsMatch, IsRootSpan",
        ),
        (
            policy("ottl_condition", "{spanevent: ['events == nil']}"),
            "policies[0].ottl_condition.spanevent[0]",
            "tail_sampling has no path events here (column 1)",
        ),
        (
            policy("ottl_condition", "{span: ['HasPrefx(name, \"x\")']}"),
            "policies[0].ottl_condition.span[0]",
            "Did you mean HasPrefix?",
        ),
        (policy("cohort", "{}"), "policies[0].cohort", "List users, tenants or tags"),
        (policy("tokens", "{}"), "policies[0].tokens", "Set min_total, min_input or min_output"),
        (policy("cost", "{}"), "policies[0].cost.min_usd", "is required and missing"),
        (policy("session", "{when: [always]}"), "policies[0].session.when[0]", "must be one of error, kept"),
        (policy("error", "{class: [x]}"), "policies[0].error.class", "Did you mean classes?"),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, wrong: str, key: str, told: str) -> None:
    code, output = validated(tmp_path, wrong)
    assert code == 2
    assert f"{tmp_path}/config.yaml:4:" in output
    assert f": processors.tail_sampling{'.' if key else ''}{key}: " in output
    assert told in output


def test_what_has_no_effect_is_told_and_taken(tmp_path: Path) -> None:
    code, output = validated(tmp_path, "num_shards: 4")
    assert code == 0
    assert "num_shards" in output


def test_inverted_matches_are_told_once_with_what_to_write_instead(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    section = "{key: bot, values: ['yes'], invert_match: true}"
    code, _ = validated(tmp_path, policy("string_attribute", section))
    assert code == 0
    assert caplog.text.count("invert_match is deprecated") == 1
    assert '"drop_sub_policy": [{"name": "p", "type": "string_attribute"' in caplog.text
