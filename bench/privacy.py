"""What `prompt_privacy` costs, and how well it finds. Run: python -m bench.privacy. One JSON line a figure.

`quality`: recall and precision on the corpora of tests/fixtures/privacy, by what comes out alone. `prefilter`: MB/s of
the cores over clean code, and us a span over requests that are never the same, by google-re2 as it begins, which learns
the states that random ids lead to as they come, and by Hyperscan, which takes over. `stage`: CPU a span that the
processor adds behind `ai_semantics`, beside parsing with generated classes and touching every attribute at the same
moment (`generated`). `captured`: us a KB of real agents' requests, hashing included; these are dense with planted
values, so what of them leaves is sent through once more as well, as content in which nothing is. `dirty`: MB/s of text
with a new finding in each KB. `adversarial`: the slowest shape, ms for 64 KB, and the worst ratio to 32 KB.
"""

import random
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.cpu import cpu, say
from bench.pdata import generated_touch
from spansieve.cycles import settle
from spansieve.pdata import TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.processors.prompt_privacy import PromptPrivacy, PromptPrivacyConfig
from spansieve.processors.prompt_privacy.assembly import engine_of
from spansieve.processors.prompt_privacy.detectors import FAMILIES, Engine, plain
from spansieve.processors.prompt_privacy.detectors.gate import Gate
from spansieve.processors.prompt_privacy.search import Joined
from spansieve.testing import FakeHost
from tests.captures import CAPTURES
from tests.processors.prompt_privacy.requests import KEY, text_scrubber
from tests.scoring import read_corpus, score

CORPORA = CAPTURES.parent / "privacy"
PIECE = 64 * 1024
SPANS = 512
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789"
SHAPES = (
    "password=", '"password": "', '\\"password\\": \\"', "--password ", "secret=secret=", "cookie: sid=", "bearer ",
    "Bearer abc ", "4111 4111 ", "4111 1111 1111 1112 ", "a@a@", "a@b.c ", "1.2.1.2.", "8.8.8.300 ", "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----", "phone 1 ", "born 1 ", "ssn 12 ", "sk-", "sk-ant-", "ghp_", "eyJ", "eyJhbGciOi.eyJ",
    "http://a:b@", "://a:", "%40", "Z2hwX", "QUtJQ", "LS0tLS1CRUdJTi", "DE89 3704 ", "\u200b", "+1 2 3 ",
    "the password is ", "machine x login y password ", "2001:db8:", "a.b.c.d@", "wallet 1", "curl -u a:",
    '{"name":"PASSWORD","value":', "<EMAIL> a@b.io ", "a@b.io ", "x://a:bAKIAAAAA", "sidAKIAAAAA",
)  # fmt: skip


def main() -> None:
    """Measure all."""
    for name in ("dev_corpus", "unseen_1", "unseen_2", "unseen_3"):
        if (CORPORA / f"{name}.jsonl").exists():
            say("quality", corpus=name, **quality(name))
    engine = engine_of(PromptPrivacyConfig())
    for round_number, us, dirty in raw(by_re2(), (8, 120)):
        say("prefilter", by="google-re2", text="raw OTLP", requests=round_number, us_a_span=us, dirty_percent=dirty)
    say("prefilter", by="Hyperscan", compiled_in_seconds=round(cpu(engine.gate.compile), 1))
    say("prefilter", by="Hyperscan", text="code", mb_a_second=round(code_mb(engine)))
    for round_number, us, dirty in raw(engine, (8, 120)):
        say("prefilter", by="Hyperscan", text="raw OTLP", requests=round_number, us_a_span=us, dirty_percent=dirty)
    settle()  # as the program does
    for name, us, yardstick in stages():
        say("stage", spans=name, us_a_span=us, generated=yardstick)
    for name, us in captured():
        say("captured", agent=name, us_a_kb=us)
    say("dirty", mb_a_second=round(dirty_mb(), 1))
    say("adversarial", **adversarial(engine))


def quality(name: str) -> dict[str, object]:
    """Recall and precision of the scrubber as it stands."""
    corpus, scrub = read_corpus(CORPORA / f"{name}.jsonl"), text_scrubber()
    seen = score(corpus, {example["id"]: scrub(example["text"]) for example in corpus})
    changed = f"{seen.clean_texts_changed} of {seen.clean_texts}"
    return {"recall": round(seen.recall, 4), "precision": round(seen.precision, 4), "clean_changed": changed}


def code() -> bytes:
    """Some MB of the standard library."""
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    return b"".join(file.read_bytes() for file in files)[: 4 << 20]


def code_mb(engine: Engine) -> float:
    """MB a second, in pieces, by the fastest of three."""
    text = code()
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]

    def search() -> None:
        for piece in pieces:
            Joined([piece]).hits(engine)

    return len(text) / min(cpu(search) for _ in range(3)) / 1e6


def by_re2() -> Engine:
    """One whose cores Hyperscan never compiles."""
    engine = Engine(FAMILIES)
    engine.gate = Gate((), worth_bytes=sys.maxsize)
    return engine


def raw(engine: Engine, counts: Sequence[int]) -> Iterator[tuple[int, float, float]]:
    """How many requests had been searched, us a span of the last ones, and the share of spans that looked dirty."""
    made, hits = 0, 0
    for count in counts:
        joined = [Joined([span.encode() for span in TraceBatch.parse(request(made + one))]) for one in range(count)]
        seconds = cpu(lambda joined=joined: [one.hits(engine) for one in joined])  # type: ignore[misc]
        hits = sum(len(one.hits(engine)) for one in joined)
        made += count
        yield made, round(seconds / count / SPANS * 1e6, 2), round(100 * hits / count / SPANS, 2)


def request(seed: int, note: Callable[[int], str] | None = None) -> bytes:
    """SPANS spans of ten attributes with ids that no other request has, 8 a trace; `note` makes an eleventh."""
    chance, made = random.Random(seed), ExportTraceServiceRequest()  # noqa: S311 (no secret)
    spans = made.resource_spans.add().scope_spans.add().spans
    for number in range(SPANS):
        span = spans.add(
            trace_id=spans[-1].trace_id if number % 8 else chance.randbytes(16),
            span_id=chance.randbytes(8),
            parent_span_id=chance.randbytes(8),
            name="chat claude-sonnet-4-5-20250929",
            start_time_unix_nano=1_764_100_000_000_000_000 + chance.randrange(10**15),
            end_time_unix_nano=1_764_200_000_000_000_000 + chance.randrange(10**15),
        )
        texts = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "claude-sonnet-4-5-20250929",
            "gen_ai.response.id": "msg_01" + "".join(chance.choices(_LETTERS, k=22)),
            "gen_ai.conversation.id": f"{chance.getrandbits(128):032x}",
            "gen_ai.tool.call.id": "toolu_01" + "".join(chance.choices(_LETTERS, k=22)),
            "server.address": "api.anthropic.com",
            "git.sha": f"{chance.getrandbits(160):040x}",
        } | ({"note": note(seed * SPANS + number)} if note else {})
        for key, text in texts.items():
            span.attributes.add(key=key).value.string_value = text
        numbers = {"input": chance.randrange(100_000), "output": chance.randrange(4_000), "port": 443}
        for key, value in numbers.items():
            span.attributes.add(key=f"n.{key}").value.int_value = value
    return made.SerializeToString()


def privacy() -> PromptPrivacy:
    """One that has started."""
    made = PromptPrivacy(PromptPrivacyConfig.model_validate({"hash": {"key": KEY}}), FakeHost())
    made.start()
    return made


def added(processor: PromptPrivacy, tag: AiSemantics, bodies: Sequence[bytes]) -> float:
    """Seconds that the processor takes for `bodies`."""
    seconds = 0.0
    for body in bodies:
        batch = TraceBatch.parse(body)
        tag.traces(batch)
        seconds += cpu(lambda batch=batch: processor.traces(batch))  # type: ignore[misc]
    return seconds


def stages() -> Iterator[tuple[str, float, float]]:
    """By kind of spans: us a span, no request twice; and the yardstick."""
    notes = {
        "clean": None,
        "one finding that repeats": lambda _: "write to jane.doe@acme-mail.io",
        "one finding, always new": lambda number: f"write to jane{number}@acme-mail.io",
    }
    processor, tag = privacy(), AiSemantics(AiSemanticsConfig(), FakeHost())
    added(processor, tag, [request(seed) for seed in range(200)])
    for seed, (name, note) in enumerate(notes.items(), 1):
        bodies = [request(1000 * seed + one, note) for one in range(40)]
        times = [(added(processor, tag, [body]), cpu(lambda body=body: generated_touch(body))) for body in bodies]  # type: ignore[misc]
        us, generated = (sorted(column)[len(column) // 4] / SPANS * 1e6 for column in zip(*times, strict=True))
        yield name, round(us, 2), round(generated, 2)


def captured() -> Iterator[tuple[str, float]]:
    """By agent: us a KB; what repeats within the recording is known by then, as it is in life."""
    for folder in sorted(CAPTURES.iterdir()):
        bodies = [file.read_bytes() for file in sorted(folder.glob("*.traces.pb"))]
        if bodies:
            processor, tag = privacy(), AiSemantics(AiSemanticsConfig(), FakeHost())
            first = added(processor, tag, bodies)
            again = min(added(processor, tag, bodies) for _ in range(5))
            size = sum(map(len, bodies)) / 1024
            left = [left_of(processor, tag, body) for body in bodies]
            clean = min(added(processor, tag, left) for _ in range(5))
            yield f"{folder.name}, at first", round(first / size * 1e6, 1)
            yield f"{folder.name}, again", round(again / size * 1e6, 1)
            yield f"{folder.name}, what left", round(clean / sum(map(len, left)) * 1024e6, 1)


def left_of(processor: PromptPrivacy, tag: AiSemantics, body: bytes) -> bytes:
    """What leaves for `body`."""
    batch = TraceBatch.parse(body)
    tag.traces(batch)
    processor.traces(batch)
    return batch.encode()


def dirty_mb() -> float:
    """MB a second of code with a new address in each KB."""
    text, scrub = code()[: 1 << 20].decode(errors="replace"), text_scrubber()
    pieces = [f"{text[start : start + 1000]}\nby jane{start}@acme-mail.io\n" for start in range(0, len(text), 1000)]
    seconds = cpu(lambda: [scrub(piece) for piece in pieces])
    return sum(map(len, pieces)) / seconds / 1e6


def adversarial(engine: Engine) -> dict[str, object]:
    """The slowest shape, ms for 64 KB, and the worst ratio of 64 to 32 KB among those of 5 ms and more."""
    times = {shape: tuple(shape_ms(engine, shape, size) for size in (PIECE // 2, PIECE)) for shape in SHAPES}
    worst = max(times, key=lambda shape: times[shape][1])
    ratios = {shape: double / half for shape, (half, double) in times.items() if double > 5}
    steep = max(ratios, key=lambda shape: ratios[shape], default="")
    return {
        "shapes": len(SHAPES),
        "slowest": worst,
        "ms": round(times[worst][1], 1),
        "steepest": steep,
        "ratio": round(ratios.get(steep, 1.0), 2),
    }


def shape_ms(engine: Engine, shape: str, size: int) -> float:
    """Milliseconds for `size` bytes of `shape`, the fastest of three."""
    text = (shape.encode() * (size // len(shape) + 1))[:size]
    return min(cpu(lambda: engine.find(plain(text)[0])) for _ in range(3)) * 1e3


if __name__ == "__main__":
    main()
