"""Where a configuration comes from: files, variables and inline YAML, merged in order, and what `--set` puts on top."""

from collections.abc import Sequence

from .compose import compose
from .fetch import SCHEMES, Fetcher, Unavailable, scheme_of
from .problems import NOWHERE, Place, Problem
from .report import Report
from .tree import Entry, Node, empty, mapping, merge

__all__ = ["EXAMPLE", "read_sources"]

EXAMPLE = """\
receivers: {otlp: {protocols: {grpc: , http: }}}
exporters: {debug: }
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [debug]}"""
"""A configuration that works."""

_INLINE = "yaml:"


def read_sources(sources: Sequence[str], sets: Sequence[str], fetcher: Fetcher, report: Report) -> Node | None:
    """All sources as one tree, `--set` last; None when one of them can't be read or holds nothing."""
    trees = [_read(source, fetcher, report) for source in sources]
    trees += [_read_set(one, report) for one in sets]
    if any(tree is None for tree in trees):
        return None
    merged = empty(Place(_label(sources[0]), 1, 1) if sources else NOWHERE)
    for tree in trees:
        if tree is not None and isinstance(tree.value, dict):
            merged = merge(merged, tree)
    if not merged.entries:
        place = merged.place._replace(line=0)
        report.problem(place, (), "the configuration is empty", "This one works:\n\n" + EXAMPLE + "\n")
        return None
    return merged


def _label(source: str) -> str:
    """What problems call a source. Inline YAML is not repeated: it may hold anything."""
    scheme, rest = scheme_of(source)
    return {"file": rest, "yaml": _INLINE, "env": source}.get(scheme, source)


def _read(source: str, fetcher: Fetcher, report: Report) -> Node | None:
    label = _label(source)
    try:
        text = _fetch(source, fetcher)
    except Unavailable as missing:
        report.problem(Place(label, missing.line, missing.column), (), missing.text, missing.hint)
        return None
    node, problems = compose(text, label)
    report.problems.extend(problems)
    if node is None or node.value is None:
        return node
    if not isinstance(node.value, dict):
        text = "a configuration is a section with keys such as receivers, exporters and service"
        hint = "A path to a file goes without `yaml:`." if label == _INLINE else "This one works:\n\n" + EXAMPLE + "\n"
        report.problem(node.place, (), text, hint)
        return None
    return _unfolded(node)


def _fetch(source: str, fetcher: Fetcher) -> str:
    scheme, rest = scheme_of(source)
    if not scheme or scheme == "file":
        return fetcher.file(rest)
    if scheme == "yaml":
        return rest
    if scheme == "env":
        text = fetcher.variable(rest)
        if text is None:
            raise Unavailable(f"the environment variable {rest} is not set")
        return text
    if scheme in {"http", "https"}:
        raise Unavailable("a configuration can't be fetched over HTTP", "Fetch it first, and give the file.")
    known = f"{', '.join(SCHEMES[:-1])} and {SCHEMES[-1]}"
    raise Unavailable(f"{scheme} is no kind of source: {known} are", f"A file of that name is given as file:{source}.")


def _unfolded(node: Node) -> Node:
    """`node` with keys such as `a::b` at its top as sections in sections, which is how Go writes them on one line."""
    result = Node(node.place, {})
    for key, entry in node.entries.items():
        result = merge(result, _nested([part.strip() for part in key.split("::")], entry))
    return result


def _nested(steps: Sequence[str], entry: Entry) -> Node:
    node = mapping(entry.key, {steps[-1]: entry})
    for step in reversed(steps[:-1]):
        node = mapping(entry.key, {step: Entry(entry.key, node)})
    return node


def _read_set(text: str, report: Report) -> Node | None:
    """`a.b.c=value`, the value parsed as YAML. Problems name the key alone."""
    name, equals, value = text.partition("=")
    steps = name.strip().split(".")
    place = Place(f"--set {name.strip()}" if equals else "--set")
    if not equals or not all(steps):
        report.problem(place, (), "is to be key=value, such as exporters.otlp.endpoint=localhost:4317")
        return None
    node, problems = compose(value, place.file, place)
    report.problems.extend(Problem.at(place, tuple(steps), one.text, one.hint) for one in problems)
    return None if node is None else _nested(steps, Entry(place, node))
