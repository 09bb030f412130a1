"""Converters of times and durations."""

from collections.abc import Callable

from spansieve.config.model import seconds
from spansieve.ottl.access import Get
from spansieve.ottl.layout import format_time, parse_time
from spansieve.ottl.signature import constant_text, define, of, optional, text, whole
from spansieve.ottl.values import Duration, EvaluationError, Result, Time, kind, wrapped, wrong


def _checked(sort: type, function: str, change: Callable[[Result], Result]) -> Callable[[Get], Get]:
    def build(value: Get) -> Get:
        def get(item: Result) -> Result:
            found = value(item)
            if type(found) is not sort:
                raise EvaluationError(f"{function}: {wrong(kind(sort(0)), found)}")
            return change(found)

        return get

    return build


_TIMES: dict[str, Callable[[Time], int]] = {
    "UnixNano": lambda time: time.unix_nano,
    "UnixMicro": lambda time: time.unix_nano // 1_000,
    "UnixMilli": lambda time: time.unix_nano // 1_000_000,
    "UnixSeconds": lambda time: time.unix_nano // 1_000_000_000,
    "Year": lambda time: time.broken_down().year,
    "Month": lambda time: time.broken_down().month,
    "Day": lambda time: time.broken_down().day,
    "Hour": lambda time: time.broken_down().hour,
    "Minute": lambda time: time.broken_down().minute,
    "Second": lambda time: time.broken_down().second,
    "Nanosecond": lambda time: time.unix_nano % 1_000_000_000,
    "Weekday": lambda time: time.broken_down().isoweekday() % 7,
}
_DURATIONS: dict[str, Callable[[Duration], float]] = {
    "Nanoseconds": lambda duration: duration.nanoseconds,
    "Microseconds": lambda duration: int(duration.nanoseconds / 1_000),
    "Milliseconds": lambda duration: int(duration.nanoseconds / 1_000_000),
    "Seconds": lambda duration: duration.nanoseconds / 1e9,
    "Minutes": lambda duration: duration.nanoseconds / 60e9,
    "Hours": lambda duration: duration.nanoseconds / 3600e9,
}
for _name, _change in _TIMES.items():
    define(_name, value=of(Time))(_checked(Time, _name, _change))
for _name, _part in _DURATIONS.items():
    define(_name, value=of(Duration))(_checked(Duration, _name, _part))


@define("Now", pure=False)
def _now(time_ns: Callable[[], int]) -> Get:
    return lambda _: Time(time_ns())


@define("Unix", seconds=whole, nanoseconds=optional(whole))
def _unix(seconds: Get, nanoseconds: Get = lambda _: 0) -> Get:
    return lambda item: Time(wrapped(seconds(item) * 1_000_000_000 + nanoseconds(item)))


@define("Duration", duration=text)
def _duration(duration: Get) -> Get:
    def get(item: Result) -> Duration:
        value = duration(item)
        try:
            return Duration(round(seconds(value) * 1e9))
        except ValueError:
            raise EvaluationError("Duration: a text such as 5s, 500ms or 1m30s is expected") from None

    return get


@define("TruncateTime", time=of(Time), duration=of(Duration))
def _truncate_time(time: Get, duration: Get) -> Get:
    def get(item: Result) -> Time:
        found, unit = time(item), duration(item).nanoseconds
        return Time(found.unix_nano - found.unix_nano % unit, found.offset) if unit > 0 else found

    return get


@define("Time", target=text, format=text, location=optional(constant_text))
def _time(target: Get, format: Get, location: str = "") -> Get:  # noqa: A002 (the parameter's name in contrib)
    return lambda item: parse_time(target(item), format(item), location)


@define("FormatTime", time=of(Time), format=text)
def _format_time(time: Get, format: Get) -> Get:  # noqa: A002 (the parameter's name in contrib)
    return lambda item: format_time(time(item), format(item))
