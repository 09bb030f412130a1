"""`include` and `exclude`, compiled: first include, then exclude.

Lists are OR inside, keys are AND, and all of `attributes` and `resources` must fit. Source: the Go Collector's
filterspan, filterlog, filtermetric and filterottl (contrib, internal/filter). A resource without `service.name` matches
no service.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from spansieve.pdata import Attributes, DataPoint, LogRecord, Resource, Scope, Span, Value

from .match_config import SPAN_KINDS, AttributeMatch, LibraryMatch, MatchProperties, SeverityMatch
from .patterns import matches_any
from .text import as_text

Item = TypeVar("Item", Span, LogRecord, DataPoint)
Asks = Callable[[Any], bool]
"""A question about an item; which kind of item is settled by the signal it was compiled for."""


class Matcher(NamedTuple):
    """`envelope` asks what all items of one resource and scope share, `own` the item itself; both have to say yes."""

    envelope: Callable[[Resource, Scope], bool]
    own: Asks


class Selection(NamedTuple):
    """What of a batch is acted on; None: that side was not configured."""

    include: Matcher | None
    exclude: Matcher | None

    def of(self, batch: Iterable[Item]) -> Iterator[Item]:
        """The items of `batch` to act on, in order. Neighbours that share an envelope ask about it once."""
        resource: Resource | None = None
        scope: Scope | None = None
        included: Asks = _always
        excluded: Asks = _never
        for item in batch:
            if item.resource is not resource or item.scope is not scope:
                resource, scope = item.resource, item.scope
                included, excluded = (
                    _asks(self.include, resource, scope, _always),
                    _asks(self.exclude, resource, scope, _never),
                )
            if included(item) and not excluded(item):
                yield item


def select(include: MatchProperties | None, exclude: MatchProperties | None) -> Selection | None:
    """What `include` and `exclude` leave to act on; None if that is everything. Raises PatternError."""
    if include is None and exclude is None:
        return None
    return Selection(*(None if properties is None else _matcher(properties) for properties in (include, exclude)))


def _always(_: object) -> bool:
    return True


def _never(_: object) -> bool:
    return False


def _asks(matcher: Matcher | None, resource: Resource, scope: Scope, absent: Asks) -> Asks:
    if matcher is None:
        return absent
    return matcher.own if matcher.envelope(resource, scope) else _never


def _matcher(properties: MatchProperties) -> Matcher:
    return Matcher(_envelope(properties), _all_of(_own_questions(properties)))


def _all_of(questions: Sequence[Asks]) -> Asks:
    if not questions:
        return _always
    if len(questions) == 1:
        return questions[0]
    return lambda item: all(question(item) for question in questions)


def _texts(properties: MatchProperties, texts: Iterable[str]) -> Callable[[str], bool]:
    return matches_any(texts) if properties.match_type == "regexp" else frozenset(texts).__contains__


def _envelope(properties: MatchProperties) -> Callable[[Resource, Scope], bool]:
    service = _texts(properties, properties.services) if properties.services else None
    attributes = _attributes(properties, properties.resources)
    libraries = [_library(properties, library) for library in properties.libraries]

    def fits(resource: Resource, scope: Scope) -> bool:
        if service is not None:
            name = resource.attributes.get("service.name")
            if name is None or not service(as_text(name)):
                return False
        return attributes(resource.attributes) and (not libraries or any(library(scope) for library in libraries))

    return fits


def _library(properties: MatchProperties, library: LibraryMatch) -> Callable[[Scope], bool]:
    name = _texts(properties, [library.name])
    version = None if library.version is None else _texts(properties, [library.version])
    if version is not None and not library.version:
        version = "".__eq__  # an empty pattern would be found in every version, and "" asks for none
    return lambda scope: name(scope.name) and (version is None or version(scope.version) is True)


def _own_questions(properties: MatchProperties) -> list[Asks]:
    questions: list[Asks] = []
    if properties.span_names:
        questions.append(_about(_texts(properties, properties.span_names), lambda span: span.name))
    if properties.span_kinds:
        questions.append(_about(_texts(properties, properties.span_kinds), lambda span: SPAN_KINDS.get(span.kind, "")))
    if properties.log_severity_texts:
        questions.append(_about(_texts(properties, properties.log_severity_texts), lambda log: log.severity_text))
    if properties.log_severity_number is not None:
        questions.append(_severity(properties.log_severity_number))
    if properties.log_bodies:
        questions.append(_about(_texts(properties, properties.log_bodies), lambda log: as_text(log.body)))
    if properties.metric_names:
        questions.append(_about(_texts(properties, properties.metric_names), lambda point: point.metric.name))
    if properties.attributes:
        questions.append(_about(_attributes(properties, properties.attributes), lambda item: item.attributes))
    return questions


def _about(ask: Asks, what: Callable[[Any], object]) -> Asks:
    return lambda item: ask(what(item))


def _severity(wanted: SeverityMatch) -> Asks:
    def fits(log: LogRecord) -> bool:
        return wanted.match_undefined if log.severity_number == 0 else log.severity_number >= wanted.min

    return fits


def _attributes(properties: MatchProperties, wanted: Sequence[AttributeMatch]) -> Callable[[Attributes], bool]:
    regexp = properties.match_type == "regexp"
    tests = [(match.key, _value(match.value, regexp)) for match in wanted]

    def fits(attributes: Attributes) -> bool:
        return all(key in attributes and (test is None or test(attributes[key])) for key, test in tests)

    return fits


def _value(wanted: Value, regexp: bool) -> Callable[[Value], bool] | None:
    """A test of an attribute's value, None if any will do."""
    if wanted is None:
        return None
    if regexp:
        found = matches_any([as_text(wanted)])
        return lambda value: found(as_text(value))
    if isinstance(wanted, (list, dict)):
        text = as_text(wanted)  # == would take true for 1 inside
        return lambda value: type(value) is type(wanted) and as_text(value) == text
    return lambda value: value == wanted and isinstance(value, bool) is isinstance(wanted, bool)
