"""Files with rules: read and checked with the configuration, mistakes by file and line."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, ValidationError

from spansieve.config.compose import compose
from spansieve.config.explain import explain
from spansieve.config.fetch import Fetcher, Unavailable
from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.config.problems import Place, Problem
from spansieve.config.tree import Node, descend, plain_tree

from .rules_config import Rules


@dataclass(frozen=True)
class RulesFile:
    """A file with rules, as it was when the configuration was read."""

    path: str
    rules: Rules
    node: Node = field(compare=False, repr=False)
    """What stands where in it."""

    def placed(self, mistake: Mistake) -> Mistake:
        """`mistake`, whose path leads from the top of the rules, told with its place in this file."""
        found = descend(self.node, self.node.place, mistake.path)
        return _told(Problem.at(found.key, found.path, mistake.text, mistake.hint))


def read(path: Any) -> RulesFile:  # noqa: ANN401 (whatever the YAML held)
    """The rules in the file at `path`, relative to the working directory. Raises ValueError and Mistakes."""
    if not isinstance(path, str):
        raise ValueError("must be the path of a file with rules")
    try:
        text = Fetcher({}).file(path)
    except Unavailable as error:
        raise Mistakes([_told(Problem(path, error.line, error.column, "", error.text, error.hint))]) from None
    node, problems = compose(text, path)
    if node is None or problems:
        raise Mistakes([*map(_told, problems)])
    return RulesFile(path, _rules(node), node)


def _rules(node: Node) -> Rules:
    try:
        return Rules.model_validate({} if node.value is None else plain_tree(node))
    except ValidationError as error:
        problems: Iterable[Problem] = explain(error, Rules, node, Place(node.place.file, 1, 1), ())
        raise Mistakes([*map(_told, problems)]) from None


def _told(problem: Problem) -> Mistake:
    return Mistake(str(problem))


Read = Annotated[RulesFile, PlainValidator(read), PlainSerializer(lambda file: file.path, return_type=str)]
"""A path in YAML, the file's rules in code."""
