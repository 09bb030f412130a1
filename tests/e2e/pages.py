"""Pages of the documentation that tell how to make a package: their files, their commands, a reader's environment."""

import os
import re
import shlex
import site
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = re.compile(
    r"""^\#\#\#\ `(?P<name>[^`\n]+)`\n  # a heading that is a file's name
    (?:(?!\#|```)[^\n]*\n)*          # what it is for
    ^```\w+\n(?P<text>.*?)^```$      # its text
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Page:
    """A page under docs/."""

    def __init__(self, name: str) -> None:
        """Read it."""
        text = (ROOT / "docs" / name).read_text("utf-8")
        self.files = {found["name"]: found["text"] for found in FILE.finditer(text)}
        """The files that it says to make."""
        self.commands = [block.splitlines() for block in COMMANDS.findall(text)]
        """The commands of each of its blocks, in order."""

    def write(self, folder: Path) -> None:
        """Make its files."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def run(self, block: int, folder: Path, environment: dict[str, str]) -> dict[str, str]:
        """What each command of a block prints; all must end well."""
        said = {}
        for command in self.commands[block]:
            done = subprocess.run(  # noqa: S603
                shlex.split(command), cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
            said[command] = done.stdout
        return said


def environment_in(folder: Path) -> dict[str, str]:
    """A reader's virtual environment: what is installed here is installed there, nothing comes over the net."""
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / "python"
    inner = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    lines = [f"import site; site.addsitedir({place!r})" for place in site.getsitepackages()]
    (inner / "here.pth").write_text("\n".join([str(ROOT), *lines, ""]))
    command = programs / "spansieve"
    command.write_text(f"#!{python}\nfrom spansieve.cli import main\n\nmain()\n")
    command.chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP_"))}
    return kept | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(folder),
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's own odd way: a false value switches the isolation off
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "200",
    }
