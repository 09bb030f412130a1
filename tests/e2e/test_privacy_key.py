"""The key of hashes is changed while agents send: nothing is lost, and what the former one made can be verified."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from spansieve.pdata import TraceBatch
from spansieve.testing import OK

from .program import Sink, eventually, running, typed
from .test_service import Load

FORMER, NEW = "d" * 64, "c" * 64
PROMPT = "Who is Ada?"
MESSAGES = f'[{{"role": "user", "content": "{PROMPT}"}}]'
ASKED = OK.with_(attributes={"gen_ai.operation.name": "chat", "gen_ai.input.messages": MESSAGES})
CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}}}}
processors:
  prompt_privacy: {content: hash, hash: HASH}
exporters:
  otlp_grpc:
    endpoint: "localhost:SINK"
    tls: {insecure: true}
    compression: none
    retry_on_failure: {initial_interval: 20ms, max_interval: 100ms}
service:
  workers: WORKERS
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [prompt_privacy], exporters: [otlp_grpc]}
"""


def config(sink: Sink, section: str, workers: int = 1) -> str:
    return CONFIG.replace("SINK", str(sink.port)).replace("HASH", section).replace("WORKERS", str(workers))


def hashes(sink: Sink) -> Iterator[str]:
    """Each span's hash of its prompt, in the order in which they arrived; it has nothing else of the prompt."""
    for _, body in list(sink.bodies):
        assert PROMPT.encode() not in body
        for span in TraceBatch.parse(body):
            yield str(span.attributes["spansieve.ai.prompt.hash"])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_reload_with_a_new_key_hashes_with_it_and_loses_nothing(tmp_path: Path, sink: Sink, workers: int) -> None:
    rotated = f"{{key: {NEW}, key_id: k2, previous: [{{key: {FORMER}, key_id: k1}}]}}"
    with running(tmp_path, config(sink, f"{{key: {FORMER}}}", workers), "--no-watch") as program:
        load = Load(program, spans=[ASKED])
        eventually(lambda: len(load.acknowledged) > 50, "load is taken")
        program.write(config(sink, rotated, workers))
        program.process.send_signal(signal.SIGHUP)
        eventually(lambda: "is in force" in program.log(), "the new key is in force")
        so_far = len(load.acknowledged)
        eventually(lambda: len(load.acknowledged) > so_far + 50, "load goes on")
        load.stop()
        program.check_books()
        assert program.stop() == 0
        assert FORMER not in program.log()
        assert NEW not in program.log()
    assert load.acknowledged <= sink.span_ids()

    made = list(hashes(sink))
    former, new = dict.fromkeys(made)
    assert (former[:3], new[:3]) == ("k1:", "k2:")
    assert former[3:] != new[3:]
    (tmp_path / "prompt.txt").write_text(PROMPT)
    for one, key_id in ((former, "k1"), (new, "k2")):
        said = typed("scrub", "--config", str(program.config), "--verify", one, str(tmp_path / "prompt.txt"))
        assert (said.exit_code, said.stdout) == (0, f"{key_id} made it: spansieve.ai.prompt.hash\n")


def test_a_key_file_that_was_overwritten_is_read_where_its_id_is_new(tmp_path: Path, sink: Sink) -> None:
    file = tmp_path / "hash.key"
    file.write_text(FORMER)
    with running(tmp_path, config(sink, f"{{key_file: {file}}}")) as program:
        load = Load(program, 1, [ASKED])
        eventually(lambda: sink.count() > 0, "a span arrives")
        file.write_text(NEW)
        program.write(config(sink, f"{{key_file: {file}, key_id: k2}}"))
        eventually(lambda: "is in force" in program.log(), "the new key is in force")
        so_far = len(load.acknowledged)
        eventually(lambda: len(load.acknowledged) > so_far + 1, "load goes on")
        load.stop()
        assert program.stop() == 0
    former, new = dict.fromkeys(hashes(sink))
    assert (former[:3], new[:3]) == ("k1:", "k2:")
    assert former[3:] != new[3:]
