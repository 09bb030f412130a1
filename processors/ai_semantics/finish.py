"""The class of finish reasons, as it is written."""

from collections.abc import Mapping
from typing import Any

from spansieve.pdata import encode_pair
from spansieve.semconv.finish import FinishClasses
from spansieve.semconv.names import FINISH

from .atoms import Memory
from .values import safely


class Finish:
    """The classes of finish reasons; those that came lately are remembered."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """`table` is that section of the mapping."""
        self.worst = FinishClasses(table).worst
        self.of = Memory(self._of_pair)
        """By the pair of the reasons: their worst class, and its pair; both empty where there is none."""

    def _of_pair(self, raw: bytes) -> tuple[str, bytes]:
        finish = self.worst(safely(raw))
        return finish, encode_pair(FINISH, finish) if finish else b""
