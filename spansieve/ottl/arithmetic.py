"""`+ - * /` as OTTL has them: whole numbers of 64 bits, doubles, and times with durations.

Source: pkg/ottl/math.go and LANGUAGE.md of the Go Collector (contrib). A whole number and a double don't mix, a whole
number divided by another is cut towards zero, and dividing by zero is an error.
"""

from .values import Duration, EvaluationError, Result, Time, kind, wrapped


def calculate(left: Result, operator: str, right: Result) -> Result:
    """`left operator right`. Raises EvaluationError."""
    if type(left) is int and type(right) is int:
        return _whole(left, operator, right)
    if type(left) is float and type(right) is float:
        return _double(left, operator, right)
    if operator in {"+", "-"}:
        found = _timed(left, operator, right)
        if found is not None:
            return found
    raise EvaluationError(f"{kind(left)} {operator} {kind(right)} can't be calculated")


def _whole(left: int, operator: str, right: int) -> int:
    if operator == "+":
        return wrapped(left + right)
    if operator == "-":
        return wrapped(left - right)
    if operator == "*":
        return wrapped(left * right)
    if right == 0:
        raise EvaluationError("a division by zero")
    quotient = abs(left) // abs(right)
    return wrapped(quotient if (left < 0) == (right < 0) else -quotient)


def _double(left: float, operator: str, right: float) -> float:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if right == 0:
        raise EvaluationError("a division by zero")
    return left / right


def _timed(left: Result, operator: str, right: Result) -> Time | Duration | None:
    sign = 1 if operator == "+" else -1
    if isinstance(left, Time) and isinstance(right, Duration):
        return Time(left.unix_nano + sign * right.nanoseconds, left.offset)
    if isinstance(left, Duration) and isinstance(right, Duration):
        return Duration(wrapped(left.nanoseconds + sign * right.nanoseconds))
    if isinstance(left, Duration) and isinstance(right, Time) and operator == "+":
        return Time(left.nanoseconds + right.unix_nano, right.offset)
    if isinstance(left, Time) and isinstance(right, Time) and operator == "-":
        return Duration(wrapped(left.unix_nano - right.unix_nano))
    return None
