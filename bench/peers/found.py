"""Where the peers' programs are: built outside the tree, in `$SPANSIEVE_PEERS` or `~/.cache/spansieve/peers`."""

import os
from pathlib import Path

PLACES = {
    "otelcol": "bin/otelcol",
    "jaeger": "bin/jaeger",
    "rotel": "rotel/rotel/rotel-agent",  # the program inside the wheel
}
"""Each program's path below the cache folder."""


def cache() -> Path:
    """The folder that holds what is built or installed; it need not exist yet."""
    return Path(os.environ.get("SPANSIEVE_PEERS") or Path.home() / ".cache" / "spansieve" / "peers")


def program(name: str) -> Path | None:
    """The program of the peer `name`, or None where it is not built."""
    path = cache() / PLACES[name]
    return path if path.is_file() and os.access(path, os.X_OK) else None


def missing(name: str) -> str:
    """What to tell a person who has no `name`."""
    return f"{name} is not in {cache()}: build it with python -m bench.peers.build {name}"
