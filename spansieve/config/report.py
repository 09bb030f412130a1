"""Where the checks of a configuration write down what they found."""

from dataclasses import dataclass, field

from .problems import Path, Place, Problem

__all__ = ["Report"]


@dataclass
class Report:
    """All mistakes and warnings of one configuration."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def problem(self, place: Place, path: Path, text: str, hint: str = "", allowed: str = "") -> None:
        """Write a mistake down."""
        self.problems.append(Problem.at(place, path, text, hint, allowed))

    def warn(self, place: Place, path: Path, text: str, hint: str = "") -> None:
        """Write a warning down."""
        self.warnings.append(Problem.at(place, path, text, hint))


def in_order(problems: list[Problem]) -> list[Problem]:
    """By file and line, each once; what has no place comes first."""
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line, problem.column))
