"""Build the peers into the cache folder, each once. Run: python -m bench.peers.build [otelcol] [jaeger] [rotel].

The Go Collector comes from its modules by its own builder, Jaeger v2 from its module, rotel from its wheel. What can't
be built here (no Go, no network) is said, and the exit code is 1. Versions are fixed below and in otelcol.yaml.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.peers.found import PLACES, cache, program

BUILDER = "go.opentelemetry.io/collector/cmd/builder@v0.158.0"
JAEGER = "github.com/jaegertracing/jaeger@v1.76.0"  # Jaeger v2's program; its own v2 tags can't be named as Go modules
ROTEL = "rotel==0.0.1a15"


class NotBuilt(Exception):
    """A peer that can't be built here; the text says why."""


def _run(command: list[str], folder: Path, **environment: str) -> str:
    found = shutil.which(command[0])
    if found is None:
        raise NotBuilt(f"{command[0]} is not installed")
    whole = ["env", *(f"{key}={value}" for key, value in environment.items()), found, *command[1:]]
    done = subprocess.run(whole, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    if done.returncode:
        raise NotBuilt(f"{' '.join(command[:3])} failed: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


def _place(name: str) -> Path:
    target = cache() / PLACES[name]
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _put(built: Path, name: str) -> None:
    """Copy beside the target, then rename, so that nobody ever finds half a program."""
    target = _place(name)
    beside = target.with_suffix(".new")
    shutil.copy2(built, beside)
    beside.replace(target)


def otelcol(folder: Path) -> None:
    """The Go Collector with the components of otelcol.yaml: about two minutes."""
    _run(["go", "install", BUILDER], folder, GOBIN=str(folder))
    config = Path(__file__).with_name("otelcol.yaml")
    _run([str(folder / "builder"), "--config", str(config)], folder)
    _put(folder / "otelcol-build" / "otelcol", "otelcol")


def jaeger(folder: Path) -> None:
    """Jaeger v2 from its module's own folder, because its `replace` lines forbid `go install`: about four minutes."""
    answer = json.loads(_run(["go", "mod", "download", "-json", JAEGER], folder))
    source = folder / "jaeger-source"
    shutil.copytree(answer["Dir"], source, copy_function=shutil.copyfile)  # the module cache is read-only
    source.chmod(0o755)
    _run(["go", "build", "-o", str(folder / "jaeger"), "./cmd/jaeger"], source)
    _put(folder / "jaeger", "jaeger")


def rotel(folder: Path) -> None:
    """The agent inside rotel's wheel; Python packages of it are not needed."""
    target = cache() / "rotel"
    _run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target", str(target), ROTEL],
        folder,
    )
    _place("rotel").chmod(0o755)


PEERS: dict[str, Callable[[Path], None]] = {"otelcol": otelcol, "jaeger": jaeger, "rotel": rotel}


def build(name: str) -> bool:
    """Build the peer `name` unless it is there; print what became of it, and whether it is there now."""
    if program(name):
        print(f"{name}: {program(name)}")
        return True
    print(f"{name}: building into {cache()} ...", flush=True)
    with tempfile.TemporaryDirectory(prefix="spansieve-peer-") as folder:
        try:
            PEERS[name](Path(folder))
        except (NotBuilt, OSError) as error:
            print(f"{name}: not built. {error}")
            return False
    print(f"{name}: {program(name)}")
    return True


if __name__ == "__main__":
    wanted = sys.argv[1:] or list(PEERS)
    unknown = [name for name in wanted if name not in PEERS]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}. There are {', '.join(PEERS)}.")
    built = [build(name) for name in wanted]  # each is tried, whatever became of the others
    sys.exit(0 if all(built) else 1)
