"""Loading: sources, merging, and every mistake with its place."""

import json
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spansieve.config.fetch import Snapshot
from spansieve.config.load import Loaded, load, load_again
from spansieve.config.problems import ConfigError
from spansieve.registry import PluginError, Registry

Load = Callable[..., Loaded]
Problems = Callable[..., list[str]]

GOOD = """\
receivers:
  otlp: {protocols: {grpc: }}
processors:
  privacy:
  throttle/slow: {spans_per_second: 5}
exporters:
  backend: {endpoint: "tempo:4317", token: "${env:TOKEN}"}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [privacy, throttle/slow], exporters: [backend]}
"""
ENV = {"TOKEN": "0042"}


def test_a_configuration_becomes_classes_and_models(load_text: Load) -> None:
    loaded = load_text(GOOD, env=ENV)
    slow = loaded.processors["throttle/slow"]
    assert (slow.kind, slow.type, slow.id, slow.component.__name__) == (
        "processors", "throttle", "throttle/slow", "Throttle"
    )  # fmt: skip
    assert slow.config.model_dump(exclude={"old"})["spans_per_second"] == 5
    assert loaded.exporters["backend"].config.token.get_secret_value() == "0042"  # type: ignore[attr-defined]
    assert loaded.receivers["otlp"].config.protocols.grpc.endpoint == "localhost:4317"  # type: ignore[attr-defined]
    assert loaded.service.pipelines["traces"].processors == ["privacy", "throttle/slow"]
    assert loaded.warnings == []
    assert loaded.files == (Path("c.yaml"),)
    assert "0042" not in repr(loaded)


def test_sources_are_merged_in_order_and_sets_come_last(load_text: Load) -> None:
    over = "exporters: {backend: {tags: [c], timeout: 1s}}\nprocessors:\n"
    more = "processors: {privacy: }\nservice: {pipelines: {traces: {processors: [privacy]}}}"
    first = GOOD.replace("token:", "tags: [a, b], token:")
    loaded = load_text(first, over, more, sets=["exporters.backend.timeout=2s", "exporters.backend.tags="], env=ENV)
    backend = loaded.exporters["backend"].config
    assert (backend.endpoint, backend.timeout, backend.tags) == ("tempo:4317", 2.0, [])  # type: ignore[attr-defined]
    assert list(loaded.processors) == ["privacy"]
    assert loaded.merged["exporters"]["backend"]["timeout"] == "2s"


def test_sources_may_be_uris(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(GOOD)
    sources = [f"file:{tmp_path / 'c.yaml'}", "env:MORE", "yaml:exporters::backend::timeout: 3s"]
    loaded = load(sources, (), registry, env={**ENV, "MORE": "exporters: {backend: {verbosity: normal}}"})
    config = loaded.exporters["backend"].config
    assert (config.timeout, config.verbosity) == (3.0, "normal")  # type: ignore[attr-defined]


def test_ids_are_trimmed(load_text: Load) -> None:
    text = 'receivers: {"otlp / a": }\nexporters: {backend: }\n'
    text += 'service: {pipelines: {traces: {receivers: [" otlp/a"], exporters: backend}}}'
    loaded = load_text(text)
    assert list(loaded.receivers) == ["otlp/a"]
    assert loaded.service.pipelines["traces"].receivers == ["otlp/a"]
    assert loaded.service.pipelines["traces"].exporters == ["backend"]


def test_everything_is_found_in_one_go_and_in_order(problems: Problems) -> None:
    text = """\
receivers:
  otlp:
    protocols:
      grpc: {endpont: "x:1", max_recv_msg_size_mib: "64"}
  kafka:
  otlp/:
exporters:
  backend:
    timeout: 5
    verbosity: detaild
    headers: {authorization: 123}
    ports: [1, x]
    endpoint: ${env:NOT_SET}
  throttle: {}
connectors: {spanmetrics: }
procesors: {}
service:
  pipelines:
    traces: {receivers: [otlp, otpl], exporters: [backend]}
    tracs: {}
    logs:
"""
    assert [line.partition(". ")[0].partition("\n")[0] for line in problems(text)] == [
        "c.yaml:4:14: receivers.otlp.protocols.grpc.endpont: unknown key",
        "c.yaml:4:53: receivers.otlp.protocols.grpc.max_recv_msg_size_mib: must be a whole number; found the text '64'",
        "c.yaml:5:3: receivers.kafka: spansieve doesn't have the Go Collector's receiver kafka.",
        "c.yaml:6:3: receivers.otlp/: 'otlp/' is no id: the part after / should not be empty",
        "c.yaml:9:14: exporters.backend.timeout: a duration needs a unit, such as 5s or 5ms "
        "(Go would read 5 nanoseconds); found 5.",
        "c.yaml:10:16: exporters.backend.verbosity: must be one of basic, normal, detailed; found the text 'detaild'",
        "c.yaml:11:30: exporters.backend.headers.authorization: must be a text; found a whole number",
        "c.yaml:12:16: exporters.backend.ports[1]: must be a whole number; found the text 'x'.",
        "c.yaml:13:15: exporters.backend.endpoint: ${env:NOT_SET}: the environment variable is not set",
        "c.yaml:14:3: exporters.throttle: unknown type throttle",
        "c.yaml:15:14: connectors.spanmetrics: spansieve has no connectors, the Go Collector has this one",
        "c.yaml:16:1: procesors: unknown key",
        "c.yaml:19:32: service.pipelines.traces.receivers[1]: names the receiver otpl, which is not configured",
        "c.yaml:20:5: service.pipelines.tracs: unknown signal tracs",
        "c.yaml:21:5: service.pipelines.logs.receivers: a pipeline must have at least one receiver.",
        "c.yaml:21:5: service.pipelines.logs.exporters: a pipeline must have at least one exporter.",
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{endpont: a}", "Did you mean endpoint?\nKnown keys: endpoint, timeout, verbosity,"),
        ("{timeout: 5x}", "a duration is a text such as 5s, 500ms or 1m30s"),
        ("{timeout: 0s}", "c.yaml:3:22: exporters.backend.timeout: must be greater than 0s; found the text '0s'"),
        ("{endpoint: 5}", "must be a text; found 5. Put it into quotes."),
        ("{enabled: yes}", "must be true or false; found the text 'yes'. Write true or false"),
        ("{verbosity: Normal}", "Did you mean normal?"),
        ("{mixed: [1]}", "must be a whole number or a text; found a list."),
        ("{pair: [a]}", "exporters.backend.pair[0]: must be a whole number"),
        ("5", "exporters.backend: must be a section (keys with values); found a whole number"),
        ("timeout:5s", "Is a space missing behind `timeout:`?"),
        ("{token: 77345}", "exporters.backend.token: must be a text; found a whole number"),
    ],
)
def test_a_wrong_value_says_what_was_found_what_is_allowed_and_the_mend(
    problems: Problems, written: str, said: str
) -> None:
    text = f"receivers: {{otlp: }}\nexporters:\n  backend: {written}\n"
    text += "service: {pipelines: {traces: {receivers: [otlp], exporters: [backend]}}}"
    (problem,) = problems(text)
    assert said in problem
    assert "77345" not in problem


@pytest.mark.parametrize("key", ["timeout", "ports", "verbosity", "enabled", "pair", "nope"])
def test_what_a_variable_brought_is_never_shown(problems: Problems, key: str) -> None:
    text = GOOD.replace("token:", f'{key}: "${{env:KEY}}", token:')
    (problem,) = problems(text, env={**ENV, "KEY": "hunter2"})
    assert "hunter2" not in problem
    if key != "nope":
        assert "${env:KEY}" in problem


def test_a_part_from_another_file_is_blamed_on_that_file(problems: Problems, tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text("endpoint: x:1\ntimeout: 5\n")
    (tmp_path / "broken.yaml").write_text("a: [\n")
    found = problems(GOOD.replace('{endpoint: "tempo:4317", token: "${env:TOKEN}"}', "${file:part.yaml}"))
    assert found[0].startswith("part.yaml:2:10: exporters.backend.timeout: a duration needs a unit")
    found = problems(GOOD.replace('{endpoint: "tempo:4317", token: "${env:TOKEN}"}', "${file:broken.yaml}"))
    assert "must be a section" in found[0]
    assert "broken.yaml:1:5: not valid YAML" in found[0]


def test_a_later_source_and_a_set_are_blamed_for_what_they_say(problems: Problems) -> None:
    (problem,) = problems(GOOD, "exporters:\n  backend: {timeout: 7}\n", env=ENV)
    assert problem.startswith("c2.yaml:2:22: exporters.backend.timeout")
    (problem,) = problems(GOOD, sets=["exporters.backend.timeout=7"], env=ENV)
    assert problem.startswith("--set exporters.backend.timeout: exporters.backend.timeout: a duration needs a unit")


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ("nonsense", "--set: is to be key=value"),
        ("a..b=1", "--set a..b: is to be key=value"),
        ("a=[", "not valid YAML"),
    ],
)
def test_a_set_that_is_none(problems: Problems, sets: str, said: str) -> None:
    assert said in problems(GOOD, sets=[sets], env=ENV)[0]


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "---\n", "null"])
def test_an_empty_file_gives_an_example_that_works(problems: Problems, load_text: Load, text: str) -> None:
    (problem,) = problems(text)
    head, _, example = problem.partition("\n\n")
    assert head == "c.yaml: the configuration is empty. This one works:"
    assert load_text(example.replace("debug", "backend")).service.pipelines


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"a: \xff\n", "c.yaml:1:4: not a text in UTF-8: found the byte 0xff."),
        (b"\x7fELF\x02\x00", "the character U+007F can't stand in YAML"),
        (b"just words", "a configuration is a section with keys such as receivers"),
        (b"- a", "a configuration is a section with keys such as receivers"),
        (b"a: [", "c.yaml:1:5: not valid YAML"),
        (b"x" * (1024 * 1024 + 1), "the file is longer than 1024 KiB"),
    ],
)
def test_a_file_that_is_no_configuration(registry: Registry, tmp_path: Path, body: bytes, said: str) -> None:
    (tmp_path / "c.yaml").write_bytes(body)
    with pytest.raises(ConfigError) as caught:
        load([str(tmp_path / "c.yaml")], (), registry)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("nowhere.yaml", "nowhere.yaml: can't read the file: no such file or directory"),
        (".", ".: can't read the file: is a directory"),
        ("a\0b", "can't read the file"),
        ("env:NOT_SET", "env:NOT_SET: the environment variable NOT_SET is not set"),
        ("https://example.org/c.yaml", "can't be fetched over HTTP"),
        ("s3://bucket", "s3 is no kind of source: env, file and yaml are"),
        ("yaml:c.yaml", "A path to a file goes without `yaml:`."),
    ],
)
def test_a_source_that_is_none(registry: Registry, source: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load([source], (), registry, env={})
    assert said in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_as_windows_writes_them(registry: Registry, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "c.yaml").write_bytes(GOOD.replace("\n", "\r\n").encode(encoding))
    assert load([str(tmp_path / "c.yaml")], (), registry, env=ENV).exporters


def test_a_section_that_could_not_be_read_is_complained_of_once(problems: Problems) -> None:
    text = "receivers: {otlp: }\nexporters: ${file:nowhere}\n"
    text += "service: {pipelines: {traces: {receivers: [otlp], exporters: [backend]}}}"
    (problem,) = problems(text)
    assert "nowhere" in problem


def test_warnings(load_text: Load) -> None:
    text = """\
receivers:
  otlp: {protocols: {grpc: {write_buffer_size: 5}}}
  otlp/2:
processors: {throttle: {old: 1}}
exporters: {backend: {endpoint: "${env:GONE}"}}
extensions: {health: }
service:
  telemetry: {traces: {}, logs: {sampling: {}}}
  pipelines:
    traces: {receivers: [otlp], processors: [throttle], exporters: [backend]}
"""
    assert [str(warning) for warning in load_text(text, allow_unset_env=True).warnings] == [
        "c.yaml:2:29: receivers.otlp.protocols.grpc.write_buffer_size: has no effect: gRPC for Python has no such "
        "buffer. It can be left out.",
        "c.yaml:3:3: receivers.otlp/2: is configured but not used: no pipeline names it.",
        "c.yaml:4:25: processors.throttle.old: is deprecated: use burst.",
        "c.yaml:5:33: exporters.backend.endpoint: ${env:GONE}: the environment variable is not set, taken as empty.",
        "c.yaml:6:14: extensions.health: is configured but not used: service.extensions does not name it.",
        "c.yaml:8:15: service.telemetry.traces: has no effect: spansieve does not trace itself. It can be left out.",
        "c.yaml:8:34: service.telemetry.logs.sampling: has no effect: spansieve logs what repeats once a minute. "
        "It can be left out.",
        "c.yaml:10:5: service.pipelines.traces: content is not scrubbed: no processor of this pipeline takes personal "
        "data and secrets out.",
    ]


def test_plugins_that_fail_are_problems_with_the_place_that_names_them(
    problems: Problems, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endpoints(_: object) -> list[str]:
        raise RuntimeError("hunter2")

    otlp = registry.load("receivers", "otlp")
    monkeypatch.setattr(otlp, "endpoints", endpoints)
    (problem,) = problems(GOOD, env=ENV)
    assert problem == "c.yaml:2:3: receivers.otlp: its plugin failed to read its own configuration: RuntimeError."

    def load_class(_: Registry, kind: str, name: str) -> object:
        raise PluginError(f"the {kind} {name} can't be loaded: ImportError")

    monkeypatch.setattr(type(registry), "load", load_class)
    assert problems(GOOD, env=ENV)[0] == "c.yaml:2:3: receivers.otlp: the receivers otlp can't be loaded: ImportError."


def test_two_packages_with_one_name_are_a_problem_once(problems: Problems, registry: Registry) -> None:
    points = [EntryPoint("otlp", f"{module}:Otlp", "spansieve.receivers") for module in ("one", "two")]
    clashing = Registry(points)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(registry), "names", lambda _, kind: clashing.names(kind))
        found = problems(GOOD, env=ENV)
    assert sum("is brought by two packages" in problem for problem in found) == 1
    assert not any("names the receiver" in problem for problem in found)


def test_unused_components_are_validated_all_the_same(problems: Problems) -> None:
    (problem,) = problems(GOOD.replace("exporters:\n", "exporters:\n  backend/2: {timeout: 5}\n"), env=ENV)
    assert "exporters.backend/2.timeout" in problem


def test_a_snapshot_is_read_again_as_it_was_whatever_becomes_of_its_files(
    load_text: Load, registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOKEN", "another")
    (tmp_path / "tag").write_text("012")
    text = """\
receivers: {otlp: }
exporters: {backend: {endpoint: "a:1", token: "${env:TOKEN}", tags: ["${file:tag}", "${env:UNSET:-5}"]}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [backend]}}}
"""
    first = load_text(text, sets=["service.shutdown_timeout=7s"], env={"TOKEN": "0123"})
    for file in tmp_path.iterdir():
        file.unlink()
    again = load_again(Snapshot.of_json(first.snapshot.to_json()), registry)
    assert again == first
    assert again.exporters["backend"].config.token.get_secret_value() == "0123"  # type: ignore[attr-defined]
    assert "0123" not in repr(first)


_WORDS = st.sampled_from([
    "receivers", "processors", "exporters", "extensions", "connectors", "service", "pipelines", "telemetry", "traces",
    "logs", "otlp", "backend", "throttle", "aggregate", "privacy", "protocols", "grpc", "endpoint", "timeout", "level",
    "headers", "metrics", "readers", "null", "true", "5", "${X}", "$$", "~", "<<", "health", "tags",
])  # fmt: skip
_VALUES = st.recursive(
    _WORDS | st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=12,
)


def _attempt(text: str, registry: Registry) -> None:
    try:
        load(["env:CONFIG"], (), registry, env={"CONFIG": text, "X": "[1, {a: b}]"})
    except ConfigError as error:
        str(error).encode()


unhurried = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(text=st.text("{}[]:-?&*!|>'\"%@`#,\n \tab<0$~./", max_size=60) | st.text(max_size=30))
@unhurried
def test_no_text_is_more_than_a_config_error(registry: Registry, text: str) -> None:
    _attempt(text, registry)


@given(
    top=st.dictionaries(_WORDS, _VALUES, max_size=4), service=st.dictionaries(_WORDS, _VALUES, max_size=3), end=_VALUES
)
@unhurried
def test_no_structure_is_more_than_a_config_error(
    registry: Registry, top: dict[str, object], service: dict[str, object], end: object
) -> None:
    pipelines = {"traces": end, "logs": service, "alerts": {"receivers": end, "exporters": ["backend"]}}
    text = json.dumps({**top, "service": {**service, "pipelines": pipelines}}, ensure_ascii=False)  # JSON is YAML
    _attempt(text, registry)
