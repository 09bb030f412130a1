"""What a dry run found, as a table that a person reads."""

from collections.abc import Iterator, Sequence

from spansieve.terminal import moment, plural, safe, size

from .sample_report import MOST_DROPPED, Report
from .sample_tally import Sums

_MOST = 60
"""Characters of a name."""


def lines(report: Report) -> Iterator[str]:
    """The report, line by line."""
    yield _head(report)
    covered = f"{moment(report.from_ns, day=True)} to {moment(report.to_ns, day=True)} UTC: {_lasting(report.seconds)}"
    yield covered + (", which is short: the figures of a day are rough" if report.is_short else "")
    yield ""
    yield from _aligned([("", "traces", "", "spans", "", "bytes", "", "spans a day", "bytes a day"), *_totals(report)])
    if report.policies:
        yield ""
        yield from _aligned([("kept by", "reason", "traces", "spans", "bytes", "its votes"), *_policies(report)], 2)
        yield ""
        causes = ", ".join(f"{cause or '-'} {count:,}" for cause, count in sorted(report.decided.items()))
        yield f"decided: {causes}"
    yield from _errors(report)
    if report.budget is not None:
        yield f"budget: probability {report.budget.probability:.4g} at the end, {report.budget.least:.4g} at the least"


def _head(report: Report) -> str:
    behind = f", behind {', '.join(report.before)}" if report.before else ""
    return f"{report.processor} in {report.pipeline}{behind}; nothing was sent"


def _totals(report: Report) -> Iterator[Sequence[str]]:
    for name, sums in (("seen", report.seen), ("kept", report.kept)):
        parts = [sums.traces, sums.spans, sums.size_bytes]
        wholes = [report.seen.traces, report.seen.spans, report.seen.size_bytes]
        shares = [
            f"{part / max(1, whole):.1%}" if name == "kept" else "" for part, whole in zip(parts, wholes, strict=True)
        ]
        texts = [f"{parts[0]:,}", f"{parts[1]:,}", size(parts[2])]
        cells = [cell for pair in zip(texts, shares, strict=True) for cell in pair]
        spans, octets = report.a_day(sums.spans), report.a_day(sums.size_bytes)
        days = ["-" if spans is None else f"{spans:,.0f}", "-" if octets is None else size(round(octets))]
        yield [name, *cells, *days]


def _policies(report: Report) -> Iterator[Sequence[str]]:
    for one in report.policies:
        kept: Sums = one.kept
        counts = (f"{kept.traces:,}", f"{kept.spans:,}", size(kept.size_bytes), f"{one.voted:,}" if one.voted else "-")
        yield (safe(one.policy, _MOST) or "-", one.reason or "-", *counts)


def _errors(report: Report) -> Iterator[str]:
    lost = len(report.dropped)
    rest = "all kept" if not lost else f"{lost:,} dropped, the largest:"
    yield f"errors: {plural(report.errors, 'trace')} with one" + (f", {rest}" if report.errors else "")
    for one in report.dropped[:MOST_DROPPED]:
        yield f"  {one.trace_id}  {plural(one.spans, 'span')}, {size(one.size_bytes)}  {safe(one.name, _MOST)}"


def _aligned(rows: Sequence[Sequence[str]], left: int = 1) -> Iterator[str]:
    """The rows with their columns below each other: the first `left` from the left, numbers from the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _lasting(seconds: float) -> str:
    for unit, length in (("days", 2 * 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / (86_400 if unit == 'days' else length):.1f} {unit}"
    return f"{seconds:.1f} s"
