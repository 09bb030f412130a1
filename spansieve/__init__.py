"""spansieve: an OpenTelemetry Collector for AI agents."""

from pathlib import Path

__version__ = "0.1.0"

_here = Path(__file__).parent
if not (_here / "processors").is_dir():  # a checkout that lost its links; a built package has real folders
    __path__.append(str(_here.parent))
