"""Items in which nothing is but what was found before: what changes in them is the same for all of a trace."""

from spansieve.pdata import Attributes, decode_text
from spansieve.pseudonyms import Within

from .memory import Change, Memory, Text
from .report import REDACTED, Report
from .walker import Walker


def known_in(attributes: Attributes, special: tuple[str, ...], memory: Memory) -> frozenset[bytes] | None:
    """Those of `attributes` that something is known to be in; None where a key repeats, or where nobody has looked yet
    at one of the keys `special`.
    """
    raws = attributes.raws()
    held = memory.held.keys() & raws.values()
    if attributes.repeats:
        return None
    for key in special:
        if raws[key] not in held and raws[key] not in memory.clean:
            return None
    return frozenset(held)


def change_of(held: frozenset[bytes], scope: Within, walker: Walker, report: Report) -> Change | None:
    """What changes in an item whose attributes `held` alone hold something, which is counted; None where that is not
    the same each time.
    """
    change = walker.memory.changes.get((held, scope))
    if change is not None:
        report.again(change.counted)
        return change
    texts = [(raw, one) for raw, one in ((raw, walker.memory.held[raw]) for raw in held) if isinstance(one, Text)]
    if len(texts) < len(held) or any(one.cut.withheld or one.cut.gone for _, one in texts):
        return None
    walker.item(scope)
    new = [(one.key, walker.replaced(raw, one, "attribute")) for raw, one in texts]
    changed = {decode_text(key): raw for key, raw in new if raw is not None}
    marked = changed | {REDACTED: report.summary()} if report.item and report.marks else changed
    slots = [slot for _, one in texts for slot in (*one.cut.slots, *one.cut.allowed)]
    change = Change(changed, marked, tuple((slot.entity, slot.action, "attribute") for slot in slots))
    walker.memory.put_change((held, scope), change)
    return change
