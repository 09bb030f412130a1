"""What a processor confines has no way out of the host."""

from collections.abc import Callable

import pytest

Problems = Callable[..., list[str]]


def config(exporters: str, processor: str = "{dry: true}", pipelines: str = "") -> str:
    names = ", ".join(line.partition(":")[0].strip() for line in exporters.splitlines())
    traces = f"{{receivers: [otlp], processors: [privacy, trying], exporters: [{names}]}}"
    return (
        f"receivers: {{otlp: }}\nprocessors:\n  privacy:\n  trying: {processor}\nexporters:\n{exporters}\n"
        f"service:\n  pipelines:\n    traces: {traces}\n{pipelines}"
    )


@pytest.mark.parametrize(
    "target", ["tracing.example.com:4317", "10.0.0.7:4317", "127.example.com:4317", "[2001:db8::1]:1"]
)
def test_an_exporter_that_leaves_the_host_is_refused_at_the_key_that_is_the_reason(
    problems: Problems, target: str
) -> None:
    [said] = problems(config(f"  backend: {{endpoint: '{target}'}}"))
    assert said == (
        "c.yaml:4:12: processors.trying.dry: nothing is taken out, and the exporter backend sends it "
        f"to {target}, outside this host. Set dry: false."
    )


def test_one_that_does_not_say_where_it_sends_may_send_anywhere(problems: Problems) -> None:
    [said] = problems(config("  traces_only:"))
    assert "the exporter traces_only sends it to a place that it does not name" in said


@pytest.mark.parametrize(
    "target",
    ["localhost:4319", "127.0.0.1:4319", "[::1]:4319", "unix:/run/x.sock", "/run/x.sock", "http://localhost:1/v1"],
)
def test_exporters_to_this_host_are_allowed(problems: Problems, target: str) -> None:
    assert problems(config(f"  backend: {{endpoint: '{target}'}}\n  kept:")) == []


def test_nothing_is_refused_where_nothing_is_confined(problems: Problems) -> None:
    assert problems(config("  backend: {endpoint: 'tracing.example.com:4317'}", "{dry: false}")) == []


def test_what_is_emitted_into_another_pipeline_has_no_way_out_either(problems: Problems) -> None:
    emitted = "    metrics: {receivers: [trying], processors: [privacy], exporters: [backend]}\n"
    text = config("  kept:", pipelines=emitted).replace(
        "  kept:", "  kept:\n  backend: {endpoint: 'far.example.com:1'}"
    )
    [said] = problems(text)
    assert "the exporter backend sends it to far.example.com:1, outside this host" in said


def test_one_processor_in_several_pipelines_is_told_of_once(problems: Problems) -> None:
    again = "    traces/2: {receivers: [otlp], processors: [trying, privacy], exporters: [backend]}\n"
    assert len(problems(config("  backend: {endpoint: 'far.example.com:1'}", pipelines=again))) == 1


@pytest.mark.parametrize("endpoint", ["0.0.0.0:8889", ":8889", "10.0.0.7:8889"])
def test_an_exporter_that_others_come_to_is_refused_where_other_hosts_reach_it(
    problems: Problems, endpoint: str
) -> None:
    [said] = problems(config(f"  shown: {{endpoint: '{endpoint}'}}"))
    assert f"the exporter shown shows it on {endpoint}, to other hosts" in said


def test_an_exporter_that_only_this_host_comes_to_is_allowed(problems: Problems) -> None:
    assert problems(config("  shown: {endpoint: 'localhost:8889'}")) == []
