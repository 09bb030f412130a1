"""One item after the other: every text of it is looked at, and what goes is replaced where it stands."""

import re
from collections.abc import Mapping

from spansieve.pdata import (
    Wire,
    bare,
    decode_text,
    decode_value,
    encode_text,
    encode_text_pair,
    key_of,
    read,
    rewrite_value,
)
from spansieve.pseudonyms import GLOBAL, Pseudonyms, Within

from .cuts import Cut, Slot, filled, stand_in, withheld
from .hashing import Hashing
from .memory import Content, Deep, Held, Memory, Text
from .people import NOBODY, PERSON, People, is_name
from .policy import Facts, Policy
from .report import Report
from .scrubber import Asked, Scrubber
from .truncation import shown, truncated

MAX_REFUSED = 20_000
"""Candidates of one request that were nothing; what is dirty behind the last of them is withheld whole."""
_LONG_NUMBER = 10**10
_NO_EVENT = Facts()
_FLAG = re.compile(rb"--?([A-Za-z][\w-]{2,40})")


class Walker:
    """A `Rewriter` and `TextRewriter`, for one request after the other."""

    def __init__(
        self, scrubber: Scrubber, policy: Policy, pseudonyms: Pseudonyms, hashing: Hashing, report: Report
    ) -> None:
        """Nothing is known yet."""
        self._scrubber = scrubber
        self._policy = policy
        self._pseudonyms = pseudonyms
        self._hashing = hashing
        self._report = report
        self.memory = Memory()
        self._made: dict[tuple[bytes, tuple[bytes, ...], Within], bytes] = {}
        self.people = NOBODY
        self._refused = 0
        self._event = self._body = _NO_EVENT
        self._facts = Facts()
        self._where = ""
        self._scope: Within = None
        self._shared = False
        self._sampled = False
        self._gone = False
        self._looks = self._seen = False

    def request(self, people: People, memory: Memory) -> None:
        """A new request begins, which names `people`; `memory` is what is known of pieces where these are named."""
        self.people = people
        self.memory = memory
        self._made.clear()
        self._refused = 0

    def item(self, scope: Within, *, event: str = "", sampled: bool = False) -> None:
        """A new item begins: how far its placeholders reach, the event that it is, and whether it keeps content."""
        self._scope = scope
        self._sampled = sampled
        self._event = _NO_EVENT
        self._body = self._policy.event(event)
        self._report.item.clear()

    def pair(self, raw: bytes, where: str) -> bytes | None:
        """Source: `spansieve.pdata.Rewriter`."""
        event = self._event if where == "event" else self._body if where == "attribute" else _NO_EVENT
        if event.speaks:
            known = self._look(raw, self._policy.in_event(event, key_of(raw)))
        elif raw in self.memory.clean:
            return None
        else:
            known = self.memory.held.get(raw)
            if known is None:
                known = self.learn(raw)
        return None if known is None else self.replaced(raw, known, where)

    def hidden(self, raw: bytes) -> bool:
        """Source: `spansieve.pdata.Rewriter`."""
        return not self._policy.dry_run and self._scrubber.suspicious(raw, self.people)

    def text(self, raw: bytes, where: str) -> bytes | None:
        """Source: `spansieve.pdata.Rewriter`."""
        if where == "event":
            self._event = self._policy.event(decode_text(raw))
        if not raw:
            return None
        self._where, self._facts, self._shared = where, _NO_EVENT, False
        new = self._lone(raw)
        return None if self._policy.dry_run else new

    def value(self, raw: bytes, where: str) -> bytes | None:
        """Source: `spansieve.pdata.Rewriter`."""
        self._where, self._facts, self._shared = where, self._body, False
        message = read("AnyValue", raw)
        hides = bare(message, raw)
        if self._treats(self._body) and decode_value(raw) != self._body.name:
            new = self._content(message, self._body)
            message.Clear()
            if new is not None:
                message.string_value = new
        elif not rewrite_value(message, self, b"") and not hides:
            return None
        return None if self._policy.dry_run else message.SerializeToString()

    def string(self, raw: bytes, key: bytes) -> bytes | None:
        """Source: `spansieve.pdata.TextRewriter`."""
        return self._string(raw, key, self._facts)

    def key(self, raw: bytes) -> bytes | None:
        """Source: `spansieve.pdata.TextRewriter`."""
        where, self._where = self._where, "key"
        new = self._lone(raw)
        self._where = where
        return new

    def number(self, value: int | float, key: bytes) -> bytes | None:
        """Source: `spansieve.pdata.TextRewriter`. One of 11 digits or more may be a card's, a shorter one a user's."""
        if not abs(value) < 10**19 or value != int(value):
            return None
        if abs(value) < _LONG_NUMBER and not self._facts.identity:
            return None
        return self._string(b"%d" % int(value), key, self._facts)

    def binary(self, raw: bytes, key: bytes) -> bytes | None:
        """Source: `spansieve.pdata.TextRewriter`. What is no text is withheld whole where something is in it."""
        try:
            raw.decode()
        except UnicodeDecodeError:
            return self._filled(withheld("bytes")) if self._cut(raw, key, self._facts) is not None else None
        return self._string(raw, key, self._facts)

    def next_key(self, raw: bytes, key: bytes) -> bytes:
        """Source: `spansieve.pdata.TextRewriter`. Behind a flag such as `--password` stands what it is given."""
        flag = _FLAG.fullmatch(raw)
        return key if flag is None else flag[1]

    def deep(self, key: bytes) -> bytes:
        """Source: `spansieve.pdata.TextRewriter`."""
        return self._filled(withheld("depth")) or b""

    def learn(self, raw: bytes, *, suspicious: bool = False) -> Held | None:
        """What the KeyValue `raw` holds, remembered; `suspicious`: a core is known to hit in it. What was withheld by
        mischance may be searched the next time.
        """
        held = self._look(raw, self._policy.facts(key_of(raw)), suspicious=suspicious)
        if self._refused <= MAX_REFUSED and not (isinstance(held, Text) and "error" in held.cut.withheld):
            self.memory.put(raw, held)
        return held

    def _look(self, raw: bytes, facts: Facts, *, suspicious: bool = False) -> Held | None:
        if self._treats(facts, sampled=False):
            return Content(facts)
        long = len(raw) > self._scrubber.max_scan_bytes
        if not (long or suspicious or facts.identity or self._scrubber.suspicious(raw, self.people)):
            return None
        message = read("KeyValue", raw)
        if bare(message, raw) or self._scrubber.suspicious(message.key, self.people):
            return Deep(facts)
        kind = message.value.WhichOneof("value")
        if kind != "string_value":
            return Deep(facts) if kind not in {None, "bool_value"} and self._holds(message, facts) else None
        self._report.dirty += 1
        cut = self._cut(message.value.string_value, message.key, facts)
        return None if cut is None or not cut.counts else Text(message.key, cut, facts.shared)

    def _holds(self, message: Wire, facts: Facts) -> bool:
        """Whether something is anywhere in the value of a KeyValue, of whatever shape: it is walked, and stays."""
        self._facts, self._looks, self._seen = facts, True, False
        try:
            rewrite_value(message.value, self, message.key)
        finally:
            self._looks = False
        return self._seen

    def replaced(self, raw: bytes, held: Held, where: str) -> bytes | None:
        """What takes the place of the KeyValue `raw`, which holds `held`; None: it stays; empty: it goes."""
        self._where = where
        if isinstance(held, Text):
            self._report.hits += 1
            new = self._text_pair(raw, held)
        else:
            new = self._other_pair(raw, held)
        return None if self._policy.dry_run else new

    def texts(self, raws: Mapping[str, bytes], held: Mapping[str, Held]) -> dict[str, bytes]:
        """What takes the place of those of `raws` that something is in, by key."""
        new = {key: self.replaced(raws[key], one, "attribute") for key, one in held.items()}
        return {key: raw for key, raw in new.items() if raw is not None}

    def _text_pair(self, raw: bytes, held: Text) -> bytes | None:
        """What takes the place of a text's KeyValue is made once for the spans of a trace in a request. In an event
        more of it may stay than elsewhere.
        """
        cut = held.cut
        self._count(cut)
        if not cut.changes:
            return None
        scope = GLOBAL if held.shared else self._scope
        made = self._made.get((raw, cut.pieces, scope))
        if made is None:
            self._shared = held.shared
            made = b"" if cut.gone else encode_text_pair(held.key, filled(cut, self._fill))
            self._made[raw, cut.pieces, scope] = made
        return made

    def _other_pair(self, raw: bytes, held: Content | Deep) -> bytes | None:
        message = read("KeyValue", raw)
        self._facts, self._shared, self._gone = held.facts, held.facts.shared, False
        changed = bare(message, raw)
        if isinstance(held, Content) and self._treats(held.facts):
            new = self._content(message.value, held.facts)
            message.value.Clear()
            if new is None:
                return b""
            message.value.string_value = new
            changed = True
        else:
            changed |= rewrite_value(message.value, self, message.key)
        key = self.key(message.key)
        if self._gone:
            return b""
        message.key = message.key if key is None else key
        return message.SerializeToString() if changed or key is not None else None

    def _treats(self, facts: Facts, *, sampled: bool | None = None) -> bool:
        """Whether content does not pass, scrubbed, as it is; of sampled traces it does."""
        exempt = self._sampled if sampled is None else sampled
        return facts.treatment.action in {"hash", "drop", "truncate"} and not (
            exempt and facts.treatment.action == "hash"
        )

    def _content(self, message: Wire, facts: Facts) -> bytes | None:
        """What takes the place of content; None: nothing does."""
        value = decode_value(message.SerializeToString())
        how = facts.treatment.action
        if how == "hash":
            new = self._hashing.written(value)
            if new != value:
                self._report.found(facts.kind.upper(), how, self._where)
            return new.encode()
        if how == "drop":
            self._report.found(facts.kind.upper(), how, self._where)
            return None
        self._gone = False
        text = shown(value)
        scrubbed = self._string(text, encode_text(facts.name), facts)
        if self._gone or scrubbed == b"":
            return None
        return truncated(text if scrubbed is None else scrubbed, facts.treatment.limit)

    def _lone(self, text: bytes) -> bytes | None:
        """A text without a key: names and messages of a status repeat."""
        cuts = self.memory.cuts
        if text in cuts:
            cut = cuts[text]
        else:
            cut = self._cut(text, b"", _NO_EVENT)
            if self._refused <= MAX_REFUSED and not (cut is not None and "error" in cut.withheld):
                self.memory.put_cut(text, cut)
        return None if cut is None else self._filled(cut)

    def _string(self, raw: bytes, key: bytes, facts: Facts) -> bytes | None:
        cut = self._cut(raw, key, facts)
        return None if cut is None else self._filled(cut)

    def _cut(self, text: bytes, key: bytes, facts: Facts) -> Cut | None:
        if self._refused > MAX_REFUSED:
            told = facts.identity or self._scrubber.tells(key) or self._scrubber.suspicious(text, self.people)
            return withheld("budget") if told else None
        self._report.scanned += len(text)
        cut = self._scrubber.cut(text, key, Asked(self.people, facts.secrets_only))
        if cut is not None:
            self._refused += cut.refused
        if not facts.identity or (cut is not None and cut.whole):
            return cut
        return self._person(text, cut)

    def _person(self, text: bytes, cut: Cut | None) -> Cut | None:
        """Somebody's name as a whole, whatever `cut` has found in it; `cut` where it is no name, or may stay."""
        value = decode_text(text)
        if not is_name(value):
            return cut
        action, _ = self._policy.action(PERSON, "identity", value)
        slot = Slot(PERSON, "identity", action, value, shared=True, start=0, end=len(text))
        if action == "allow":
            cut = cut or Cut((text,), ())
            return cut._replace(allowed=(*cut.allowed, slot))
        return Cut((b"", b""), (slot,), gone=action in {"drop", "drop_attribute"})

    def _filled(self, cut: Cut) -> bytes | None:
        """Count what is in `cut`, and give its text; None where all of it stays."""
        if self._looks:
            self._seen = self._seen or cut.counts
            return None
        self._count(cut)
        return filled(cut, self._fill) if cut.changes else None

    def _count(self, cut: Cut) -> None:
        for slot in (*cut.slots, *cut.allowed):
            self._report.found(slot.entity, slot.action, self._where)
            self._gone = self._gone or slot.action == "drop_attribute"
        for reason in cut.withheld:
            self._report.withheld(reason)

    def _fill(self, slot: Slot) -> bytes:
        return stand_in(slot, self._pseudonyms, self._placeholder)

    def _placeholder(self, slot: Slot) -> str:
        scope = GLOBAL if slot.shared or self._shared else self._scope
        return self._pseudonyms.placeholder(slot.entity, slot.value, scope)
