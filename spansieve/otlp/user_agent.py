"""How this program calls itself to backends."""

import platform

from spansieve import __version__

_ARCHITECTURES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "i686": "386"}


def user_agent() -> str:
    """`spansieve/<version> (<os>/<arch>)`, with Go's names for the two, as the Go Collector writes it."""
    machine = platform.machine()
    return f"spansieve/{__version__} ({platform.system().lower()}/{_ARCHITECTURES.get(machine, machine or 'unknown')})"
