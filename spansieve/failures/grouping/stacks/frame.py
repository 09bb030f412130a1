"""A frame of a stack trace, of whatever language, and how the files of scripts are named in one."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final, NamedTuple

ANONYMOUS: Final = "<anon>"
POSITION: Final = re.compile(r"(?::\d+){1,2}$")
"""Line, and perhaps column, behind a file."""
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.\-]+:/{1,3}(?P<host>(?<=[a-z]://)[^/]*/)?", re.IGNORECASE)
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_ROOTS: Final = {
    **dict.fromkeys(("home", "Users", "var", "mnt", "private", "workspaces"), 2),
    **dict.fromkeys(("app", "code", "srv", "opt", "root", "tmp", "workspace", "build", "data", "repo", "function"), 1),
}
"""Where people put their code, by the first folder: how many folders say nothing."""
_IMAGE_ROOT: Final = ("usr", "src", "app")


class Frame(NamedTuple):
    """One call."""

    module: str
    """Of a script: its folder and file, no root, no extension. Empty where the function is qualified."""
    function: str
    place: str
    """The file with forward slashes, the qualified function, or both: what says whose code it is."""
    is_library: bool
    """By the rules of its language; `in_app` may say otherwise."""


class Trace(NamedTuple):
    """A stack trace as far as it could be read."""

    frames: Iterable[Frame] = ()
    """The innermost first, to be read once: each is read when it is asked for, as mostly the first few are enough."""
    cause_type: str = ""
    """The type of what was raised first, where one exception led to another; as written."""


def module_of(path: str) -> str:
    """A script's file without root and extension, with its folder: `tools/fs` of `/app/bot/tools/fs.py`.

    A file that stands in a root itself has no folder; `<stdin>` and its kin stay.
    """
    if path.startswith("<"):
        return path
    path = path.replace("\\", "/")
    scheme = _SCHEME.match(path)
    rest = path[scheme.end() :] if scheme else path
    drive = _DRIVE.match(rest)
    is_rooted = drive is not None or rest.startswith("/") or path.startswith("file:")
    parts = _parts(rest[drive.end() :] if drive else rest)
    if not parts:
        return ""
    folders = _below_root(parts[:-1]) if is_rooted else parts[:-1]
    return "/".join([*folders[-1:], PurePosixPath(parts[-1]).stem])


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part.strip(".") and not part.startswith("(")]


def _below_root(folders: list[str]) -> list[str]:
    if tuple(folders[:3]) == _IMAGE_ROOT:
        return folders[3:]
    if len(folders) == 1:
        return []
    return folders[_ROOTS.get(folders[0], 0) :] if folders else folders
