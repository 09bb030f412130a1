"""CPU an error of what groups errors. Run: python -m bench.errors.

`grouping`: the message has 140 characters, the stack 8 frames; `new` was never seen, `same message` came with another
stack before, `seen` is known as a whole.
"""

from collections.abc import Callable, Iterator
from itertools import count

from bench.cpu import measure, say
from spansieve.failures.grouping import Grouper

ERRORS = 512
FILES = ("main.py", "agents/planner.py", "tools/web.py", ".venv/lib/python3.12/site-packages/httpx/_client.py")


def _message(number: int) -> str:
    said = f"Error code: 429 - Rate limit reached for gpt-4o in org-Ab{number:08}Cd: Limit 30000, Used {number}."
    return f"{said} Try again in {number % 60}.2s ('retry-after')".ljust(140, ".")


def _stack(number: int) -> str:
    calls = [f'  File "/app/bot/{FILES[at // 2]}", line {number + at}, in step_{at}\n    go()' for at in range(8)]
    return "\n".join(["Traceback (most recent call last):", *calls, "openai.RateLimitError: Error code: 429"])


def _grouped(errors: Iterator[tuple[str, str]]) -> Callable[[object], object]:
    grouper = Grouper()
    return lambda _: [
        grouper.group("openai.RateLimitError", message, stack, "web_search")
        for message, stack in (next(errors) for _ in range(ERRORS))
    ]


if __name__ == "__main__":
    us = measure(
        {
            "new": _grouped((_message(number), _stack(number)) for number in count()),
            "same_message": _grouped((_message(number % 64), _stack(number)) for number in count()),
            "seen": _grouped((_message(number % 64), _stack(number % 64)) for number in count()),
            "making_them": lambda _: [(_message(number), _stack(number)) for number in range(ERRORS)],
        },
        None,
        ERRORS,
    )
    making = us.pop("making_them")
    say("grouping", us={name: round(value - making, 2) for name, value in us.items()})
