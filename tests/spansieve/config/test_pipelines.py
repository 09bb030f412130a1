"""What pipelines name, who may stand where, and that nothing goes round in circles."""

from collections.abc import Callable

import pytest

from spansieve.config.load import Loaded

Load = Callable[..., Loaded]
Problems = Callable[..., list[str]]

SECTIONS = """\
receivers: {otlp: }
processors: {aggregate: , aggregate/2: , privacy: , throttle: }
exporters: {backend: , traces_only: }
extensions: {health: }
service:
  pipelines:
"""


def _config(*pipelines: str) -> str:
    return SECTIONS + "".join(f"    {pipeline}\n" for pipeline in pipelines)


def _line(signal: str, receivers: str, processors: str = "", exporters: str = "backend") -> str:
    return f"{signal}: {{receivers: [{receivers}], processors: [{processors}], exporters: [{exporters}]}}"


TRACES = _line("traces", "otlp", "privacy, aggregate")


@pytest.mark.parametrize(
    "pipelines",
    [
        [TRACES],
        [TRACES, _line("alerts", "aggregate")],
        [TRACES, _line("traces/2", "aggregate", "throttle")],
        [TRACES, _line("metrics", "otlp", "privacy"), _line("logs/x", "otlp", "privacy")],
        [_line("traces/a", "otlp", "throttle"), _line("traces/b", "otlp", "throttle")],  # stateless: one for each
        [_line("traces", "otlp", "aggregate, aggregate/2"), _line("alerts", "aggregate/2, aggregate")],
    ],
)
def test_what_is_allowed(problems: Problems, pipelines: list[str]) -> None:
    assert problems(_config(*pipelines)) == []


@pytest.mark.parametrize(
    ("pipelines", "said"),
    [
        (["{}"], "service.pipelines: there must be at least one pipeline"),
        ([_line("traces", "")], "c.yaml:7:14: service.pipelines.traces.receivers: a pipeline must have"),
        ([_line("traces", "otlp", "", "")], "traces.exporters: a pipeline must have at least one exporter"),
        ([_line("traces", "otlp", "privacy, privacy")], "traces.processors[1]: privacy is named twice"),
        ([_line("traces", "otpl")], "c.yaml:7:26: service.pipelines.traces.receivers[0]: names the receiver otpl"),
        ([_line("traces", "otpl")], "Did you mean otlp?\nConfigured receivers: otlp."),
        ([_line("traces", "otlp", "backend")], "It is one of the exporters."),
        ([_line("traces", "otlp/")], "'otlp/' is no id: the part after / should not be empty"),
        ([_line("traces/", "otlp")], "service.pipelines.traces/: 'traces/' is no id"),
        ([_line("profiles", "otlp")], "unknown signal profiles. spansieve takes no profiles."),
        ([_line("logs", "otlp", "throttle")], "the processor throttle takes no logs. It takes traces."),
        ([_line("logs", "otlp", "", "traces_only")], "the exporter traces_only takes no logs. It takes traces."),
        ([_line("alerts", "otlp")], "the receiver otlp gives no alerts. It gives logs, metrics, traces."),
        ([TRACES, _line("metrics", "aggregate")], "can't be the receiver of metrics: it emits alerts, traces"),
        ([_line("traces", "throttle")], "the processor throttle can't be the receiver of traces: it emits nothing"),
        (
            [TRACES, _line("traces/us west", "otlp", "aggregate")],
            "aggregate keeps data, so it can't stand in two pipelines of traces (here and in traces). "
            "Configure a second one under processors and name that here: aggregate/traces_uswest.",
        ),
        ([_line("traces", "otlp", "aggregate, privacy")], "Move privacy before aggregate."),
        ([_line("traces", "otlp, aggregate", "aggregate")], "what aggregate emits comes back to it: traces -> traces"),
        (
            [_line("traces/a", "otlp, aggregate/2", "aggregate"), _line("traces/b", "aggregate", "aggregate/2")],
            "what aggregate emits comes back to it: traces/a -> traces/b -> traces/a",
        ),
    ],
)  # fmt: skip
def test_what_is_not(problems: Problems, pipelines: list[str], said: str) -> None:
    (problem,) = problems(_config(*pipelines))
    assert said in problem


def test_no_service_at_all(problems: Problems) -> None:
    (problem,) = problems("receivers: {otlp: }")
    assert "service.pipelines: there must be at least one pipeline" in problem


def test_extensions_are_looked_up(problems: Problems) -> None:
    found = problems(_config(TRACES) + "  extensions: [health, healt, health]\n")
    assert "service.extensions[1]: names the extension healt, which is not configured. Did you mean health?" in found[0]
    assert "service.extensions[2]: health is named twice" in found[1]


def test_an_emitter_that_stands_nowhere_is_a_warning(load_text: Load) -> None:
    loaded = load_text(_config(_line("traces", "otlp", "privacy"), _line("alerts", "aggregate")))
    assert any("aggregate stands among the processors of no pipeline" in str(one) for one in loaded.warnings)
    assert not any("not scrubbed" in str(one) for one in loaded.warnings)


def test_what_a_processor_emits_was_scrubbed_where_it_stands(load_text: Load) -> None:
    lines = _line("traces/in", "otlp", "privacy, aggregate"), _line("traces/out", "aggregate")
    assert [str(one) for one in load_text(_config(*lines)).warnings if "not scrubbed" in str(one)] == []


@pytest.mark.parametrize(
    ("listen", "send", "clash"),
    [
        ("localhost:4317", "localhost:4317", True),
        ("0.0.0.0:4317", "127.0.0.1:4317", True),
        ("'[::]:4317'", "http://localhost:4317", True),
        ("localhost:4317", "'http://[::1]:4317/v1/traces'", True),
        ("':4317'", "localhost:4317", True),
        ("10.0.0.1:4317", "10.0.0.1:4317", True),
        ("localhost:4317", "https://user:hunter2@localhost:4317", True),
        ("localhost:4317", "tempo:4317", False),
        ("localhost:4317", "localhost:14317", False),
        ("10.0.0.1:4317", "localhost:4317", False),
        ("localhost:4317", "dns:///tempo:4317", False),
    ],
)
def test_an_exporter_must_not_send_to_ourselves(problems: Problems, listen: str, send: str, clash: bool) -> None:
    text = _config(TRACES).replace("otlp: }", f"otlp: {{protocols: {{grpc: {{endpoint: {listen}}}}}}}}}")
    found = problems(text.replace("backend: ,", f"backend: {{endpoint: {send}}},"))
    assert bool(found) is clash
    if clash:
        assert "is where our own receiver otlp listens" in found[0]
        assert found[0].startswith("c.yaml:3:33: exporters.backend.endpoint")
        assert "hunter2" not in found[0]


@pytest.mark.parametrize(
    ("protocols", "said"),
    [
        ("grpc: {endpoint: localhost:13133}", "localhost:13133 is an endpoint of otlp too"),
        ("grpc: {endpoint: localhost:8888}", "localhost:8888 is an endpoint of service.telemetry.metrics too"),
        ("grpc: , http: {endpoint: 0.0.0.0:4317}", "0.0.0.0:4317 is an endpoint twice"),
        ("grpc: {endpoint: localhost:0}, http: {endpoint: localhost:0}", ""),
    ],
)
def test_two_can_not_listen_on_one_port(problems: Problems, protocols: str, said: str) -> None:
    text = _config(TRACES).replace("otlp: }", f"otlp: {{protocols: {{{protocols}}}}}}}")
    found = problems(text + "  extensions: [health]\n")
    assert len(found) == bool(said)
    assert said in "".join(found)


@pytest.mark.parametrize("endpoint", ["localhost:8888", "localhost:13133", "0.0.0.0:4317"])
def test_an_exporter_that_listens_needs_a_port_of_its_own(problems: Problems, endpoint: str) -> None:
    text = _config(TRACES).replace(
        "exporters: {backend: ,", f"exporters: {{shown: {{endpoint: '{endpoint}'}}, backend: ,"
    )
    text = text.replace("otlp: }", "otlp: {protocols: {grpc: {endpoint: 'localhost:4317'}}}}")
    [said] = problems(text.replace("exporters: [backend", "exporters: [shown, backend") + "  extensions: [health]\n")
    assert f"exporters.shown.endpoint: {endpoint} is an endpoint of" in said
