"""Makes the tables of docs/semantics.md. Run: python -m bench.semantics. Reads the captures, takes some seconds."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import dialects
from bench.accuracy import Cell, Result, results

PAGE = Path(__file__).parent.parent / "docs" / "semantics.md"
MADE = "made by python -m bench.semantics"
END = "<!-- end -->"


def replaced(page: str, part: str, lines: Sequence[str]) -> str:
    """`page` with `lines` between the comments that mark `part`. Raises ValueError if they are not there."""
    begin = f"<!-- {part}: {MADE} -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise ValueError(
            f"the page has no lines `{begin}` and `{END}` around its {part}. Put them where they shall stand."
        )
    return "\n".join([before + begin, "", *lines, "", END + after])


def captured(found: Sequence[Result]) -> Iterator[str]:
    """A row a capture: who sent it, in which dialects, and how many of its spans mean something."""
    yield "| capture | framework | instrumentation | dialects | spans | tagged |"
    yield "| --- | --- | --- | --- | --: | --: |"
    for result in found:
        spans = result.seen.spans
        names = (str(result.meta[key]).replace("|", "\\|") for key in ("framework", "instrumentation"))
        told = ", ".join(f"`{dialect}`" for dialect in result.dialects)
        tagged = sum(span.kind is not None for span in spans)
        yield "| " + " | ".join([result.link, *names, told, f"{len(spans):,}", f"{tagged:,}"]) + " |"


def accuracy(found: Sequence[Result]) -> Iterator[str]:
    """A row a capture, what is said beside the truth; their sums; and what differs."""
    titles = list(found[0].cells)
    yield "| capture | " + " | ".join(titles) + " |"
    yield "| --- |" + " --: |" * len(titles)
    for result in found:
        yield f"| {result.link} | " + " | ".join(map(str, result.cells.values())) + " |"
    sums = (total([result.cells[title] for result in found]) for title in titles)
    yield f"| all {len(found)} | " + " | ".join(map(str, sums)) + " |"
    yield ""
    yield from faults(found)


def total(cells: Sequence[Cell]) -> Cell:
    """The sum of a column, right only if each cell is."""
    return Cell(sum(cell.said for cell in cells), sum(cell.true for cell in cells), all(cell.right for cell in cells))


def faults(found: Sequence[Result]) -> Iterator[str]:
    """How many captures come out as their truth has it, providers and each span's kind included; and what differs."""
    wrong = [result for result in found if result.faults]
    exact = len(found) - len(wrong)
    yield f"{exact} of {len(found)} captures come out as their truth has or accepts it, every span's kind included."
    if wrong:
        yield ""
    for result in wrong:
        spans = sum(fault.startswith("span ") for fault in result.faults)
        said = [fault for fault in result.faults if not fault.startswith("span ")]
        said += [f"{spans} single spans"] if spans else []
        yield f"* {result.link}: {'; '.join(said)}."


def made(page: str) -> str:
    """`page` with its tables made anew. Raises ValueError if the comments that mark them are not there."""
    found = results()
    seen = Counter(dialect for result in found for dialect in result.dialects)
    page = replaced(page, "dialects", dialects.table(seen))
    page = replaced(page, "captures", list(captured(found)))
    return replaced(page, "accuracy", list(accuracy(found)))


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text("utf-8")), "utf-8")
