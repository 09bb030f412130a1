"""wiring: where each component stands, and which of its neighbours leave what passes as it is."""

import json
from dataclasses import replace
from pathlib import Path

from spansieve.config.load import load
from spansieve.plugin import Config, Processor
from spansieve.wiring import Wiring


class Nothing(Config):
    """No keys."""


class Looks(Processor[Nothing]):
    """A third party's, which changes nothing."""

    config = Nothing
    reads_only = True


def test_a_place_knows_who_leaves_what_passes_as_it_is(tmp_path: Path) -> None:
    processors = ["memory_limiter", "ai_semantics", "prompt_privacy", "filter/mine", "behavior"]
    pipeline = {"receivers": ["otlp"], "processors": processors, "exporters": ["debug"]}
    config = {
        "receivers": {"otlp": {"protocols": {"grpc": {}}}},
        "processors": {key: {} for key in processors} | {"memory_limiter": {"check_interval": "1s", "limit_mib": 100}},
        "exporters": {"debug": {}},
        "service": {"pipelines": {"traces": pipeline}},
    }
    (file := tmp_path / "config.yaml").write_text(json.dumps(config))
    loaded = load([str(file)])
    loaded.processors["filter/mine"] = replace(loaded.processors["filter/mine"], component=Looks)

    place = Wiring.of(loaded).place("processor", "behavior", "traces")

    assert place is not None
    assert place.before == ("otlp", *processors[:-1])
    assert place.behind == ("debug",)
    assert place.readers == {"memory_limiter", "filter/mine", "behavior"}
