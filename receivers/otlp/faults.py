"""Unexpected exceptions: said once a kind and minute, without their text, which may hold content."""

from spansieve.plugin import Host

EVERY_SECONDS = 60.0
MAX_KINDS = 50


class Faults:
    """Remembers what it said; threads may report at once, and at worst something is said twice."""

    def __init__(self, host: Host) -> None:
        """Count under `faults`."""
        self._host = host
        self._said: dict[str, float] = {}
        self._count = host.counter("faults", unit="{fault}", description="Requests refused for a mistake of ours.")

    def saw(self, error: BaseException, where: str) -> None:
        """Count `error`, and log its kind and the line of code it came from."""
        kind = type(error).__name__
        self._count.add(1, kind=kind)
        now = self._host.clock.monotonic()
        if now - self._said.get(kind, -EVERY_SECONDS) < EVERY_SECONDS or len(self._said) > MAX_KINDS:
            return
        self._said[kind] = now
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        line = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace is not None else "?"
        self._host.log.error("%s: %s in %s; the sender was asked to come again", where, kind, line)
