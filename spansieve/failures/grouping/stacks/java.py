"""Stack traces of the JVM: Java, Kotlin, Scala, Groovy."""

import re
from functools import lru_cache
from typing import Final

from .frame import Frame, Trace

_SOURCE: Final = r"[\w$\-]+\.(?:java|kt|kts|scala|groovy|clj)(?::\d+)?|Native Method|Unknown Source|<generated>"
_FRAME: Final = re.compile(rf"\n[ \t]*at ([\w.$<>/@\-]+)\((?:{_SOURCE})\)")
_CAUSE: Final = re.compile(r"^Caused by: ([\w.$]+)", re.MULTILINE)
_SUPPRESSED: Final = re.compile(r"^[ \t]+Suppressed: ", re.MULTILINE)
_MADE: Final = re.compile(
    r"/0x[0-9a-f]+|\$\$\w*CGLIB\$\$\w*|(?<=\$\$Lambda)[$\d]+|(?<=\$Proxy)\d+|(?<=Accessor)\d+|(?<=lambda\$)static\$"
)
"""What the JVM makes up in names: addresses, generated subclasses, numbers."""
_LAMBDA: Final = re.compile(r"(lambda\$[\w$]+?)\$\d+$")
_LIBRARY: Final = re.compile(
    r"(?:java|javax|jakarta|sun|com\.sun|jdk|kotlin|kotlinx\.coroutines|scala|org\.springframework)\."
)


def is_it(stack: str) -> bool:
    """Whether `stack` is of the JVM."""
    return _FRAME.search(stack) is not None


def read(stack: str) -> Trace:
    """The frames of the innermost cause; what was suppressed is none of it."""
    causes = list(_CAUSE.finditer(stack))
    block = stack[causes[-1].end() :] if causes else stack
    suppressed = _SUPPRESSED.search(block)
    block = block[: suppressed.start()] if suppressed else block
    frames = (_frame(found[1]) for found in _FRAME.finditer(block))
    return Trace(frames, causes[-1][1] if causes else "")


@lru_cache(4096)
def _frame(name: str) -> Frame:
    function = _LAMBDA.sub(r"\1", _MADE.sub("", name).rpartition("/")[2])
    return Frame("", function, function, _LIBRARY.match(function) is not None)
