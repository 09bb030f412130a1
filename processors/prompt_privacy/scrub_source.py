"""One source after the other, scrubbed in the form that it has: text, JSON a line, OTLP bodies."""

import io
from collections.abc import Iterator
from functools import cached_property
from typing import BinaryIO, cast

from spansieve.cli.recording import NotOtlp, Recorded, is_json, read_bytes
from spansieve.otlp.json_mapping import to_json
from spansieve.pdata import DecodeError, parse
from spansieve.plugin import Host
from spansieve.pseudonyms import Keyring, Pseudonyms
from spansieve.semconv import raw_mapping

from .assembly import engine_of
from .config import PromptPrivacyConfig
from .cuts import Slot
from .policy import Policy
from .scrub_host import ScrubHost
from .scrub_input import BLOCK, Form, may_be_otlp, opened, parts, whole
from .scrub_notes import Note, Notes
from .scrub_numbers import Numbers
from .scrub_text import Place, Texts
from .scrub_watching import Watched
from .scrubber import Scrubber

_WITHHELD = b'"<WITHHELD:error>"'
"""What stands for a line of JSON that would be none any more."""


class Sources:
    """Scrubs sources; a value has one number in all of them."""

    def __init__(self, config: PromptPrivacyConfig, host: ScrubHost, notes: Notes) -> None:
        """Compile detectors and policy. Raises ValueError for a key that can't be read."""
        self._config = config
        self._host = host
        self._notes = notes
        policy = Policy(config, raw_mapping())
        self._scrubber = Scrubber(engine_of(config), policy, 1 << 60, host.fault)
        self._numbers = Numbers(Pseudonyms(Keyring.open(config.hash, cast("Host", host))))
        self._name = self._at = ""

    def scrub(self, stream: BinaryIO, name: str) -> Iterator[bytes]:
        """What `stream` holds, scrubbed; `name` is the file's, "" for standard input. Raises NotText, NotOtlp and
        OSError.
        """
        self._name = name
        form, stream = opened(stream, name)
        if form is Form.PROTOBUF or form is Form.OTLP_JSON:
            yield from self._body(whole(stream), form)
        else:
            yield from self._texts(stream, form)

    def _body(self, content: bytes, form: Form) -> Iterator[bytes]:
        try:
            [recorded] = read_bytes(self._name or "(standard input)", content, lines=False)
        except NotOtlp:
            if self._name.endswith(".pb"):
                raise
            rest = Form.JSON if form is Form.OTLP_JSON else Form.LINES
            yield from self._texts(io.BytesIO(content), rest)
            return
        self._at = self._name
        done = self._request(recorded)
        yield done if form is Form.PROTOBUF else to_json(recorded.signal, done) + b"\n"

    def _texts(self, stream: BinaryIO, form: Form) -> Iterator[bytes]:
        texts = self._new_texts()
        if form is Form.JSON:
            texts.structured = True
            while block := stream.read(BLOCK):
                yield texts.feed(block)
            yield texts.end()
            return
        for is_body, part in parts(stream):
            yield self._line(texts, part) if is_body else texts.feed(part)
        yield texts.end()

    def _line(self, texts: Texts, line: bytes) -> bytes:
        """A line of JSON, behind the rest of the text before it."""
        before = texts.end()
        request = self._as_request(line, texts.place.line) if may_be_otlp(line) else None
        if request is not None:
            texts.skip(line)
            return before + to_json(request.signal, self._request(request)) + b"\n"
        done = texts.alone(line)
        if done != line and not is_json(done) and is_json(line):
            done = _WITHHELD + b"\n"
        return before + done

    def _as_request(self, line: bytes, number: int) -> Recorded | None:
        self._at = f"{self._name}:{number}" if self._name else str(number)
        try:
            [recorded] = read_bytes(self._at, line, lines=False)
        except NotOtlp:
            return None
        return recorded

    def _request(self, recorded: Recorded) -> bytes:
        try:
            batch = parse(recorded.signal, recorded.body)
            getattr(self._processor, recorded.signal)(batch)
            return batch.encode()
        except DecodeError as error:
            raise NotOtlp(f"{recorded.source}: {error}") from error

    @cached_property
    def _processor(self) -> Watched:
        processor = Watched(self._config, cast("Host", self._host), self._in_item)
        processor.start()
        return processor

    def _new_texts(self) -> Texts:
        config = self._config
        return Texts(
            self._scrubber, self._numbers.fill, self._in_text, learns=config.learns_names, changes=not config.dry_run
        )

    def _in_text(self, place: Place, slot: Slot) -> None:
        here = f"{place.line}:{place.column}"
        self._note(f"{self._name}:{here}" if self._name else here, slot)

    def _in_item(self, there: str, slot: Slot) -> None:
        self._note(f"{self._at}: {there}" if self._at else there, slot)

    def _note(self, where: str, slot: Slot) -> None:
        self._notes.add(Note(where, slot.entity, slot.rule, slot.action, slot.value))
