"""Show what passes. It may not hold up the pipeline: what can't be written is given up, and counted by the core."""

import errno

from rich.console import RenderableType

from spansieve.pdata import LogBatch, MetricBatch, TraceBatch
from spansieve.plugin import Exporter, Host, Permanent

from . import points, records, spans
from .config import DebugConfig
from .output import Output, ProgramLog, Streams
from .sampling import Budget, Sampler


class Debug(Exporter[DebugConfig]):
    """Prints traces as trees, logs and metrics as lines."""

    config = DebugConfig
    stays = True

    def __init__(self, config: DebugConfig, host: Host) -> None:
        """Nothing is opened yet."""
        self._settings = config
        self._host = host
        self._sampler = Sampler(config.sampling_initial, config.sampling_thereafter)
        self._budget = Budget(config.items_per_second)
        self._output: Output | None = None

    def start(self) -> None:
        """Open the files of `output_paths`. Raises OSError."""
        logs = self._settings.use_internal_logger
        self._output = ProgramLog(self._host.log) if logs else Streams(self._settings.output_paths)

    def traces(self, batch: TraceBatch) -> None:
        """Show spans. Raises Permanent if that can't be written."""
        if self._wanted():
            basic, detailed = self._verbosity(len(batch))
            self._show([spans.summary(batch)] if basic else [*spans.trees(batch, detailed=detailed)])

    def logs(self, batch: LogBatch) -> None:
        """Show log records. Raises Permanent if that can't be written."""
        if self._wanted():
            basic, detailed = self._verbosity(len(batch))
            self._show([records.summary(batch)] if basic else [*(records.trees if detailed else records.lines)(batch)])

    def metrics(self, batch: MetricBatch) -> None:
        """Show data points. Raises Permanent if that can't be written."""
        if self._wanted():
            basic, detailed = self._verbosity(len(batch))
            self._show([points.summary(batch)] if basic else [*(points.trees if detailed else points.lines)(batch)])

    def _verbosity(self, items: int) -> tuple[bool, bool]:
        """Whether to show a line alone, and whether to show everything."""
        verbosity = self._settings.verbosity
        basic = verbosity == "basic" or not self._budget.affords(items, self._host.clock.monotonic())
        return basic, verbosity == "detailed"

    def _wanted(self) -> bool:
        return self._sampler.shows(self._host.clock.monotonic())

    def _show(self, content: list[RenderableType]) -> None:
        if self._output is None:
            raise Permanent("closed")
        try:
            self._output.show(content)
        except BrokenPipeError:  # such as `spansieve run | head`
            raise Permanent("output closed") from None
        except OSError as error:
            raise Permanent(errno.errorcode.get(error.errno or 0, "OSError")) from None
        except ValueError:  # the stream was closed
            raise Permanent("output closed") from None

    def shutdown(self) -> None:
        """Close the files of `output_paths`."""
        if self._output is not None:
            self._output.close()
