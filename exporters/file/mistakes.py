"""What keeps a file from being opened, in words that name the key and the mend."""

import errno
import os
from pathlib import Path


def explained(error: OSError, path: Path, key: str) -> OSError:
    """The same kind of failure as `error`, which opening `path` met, as a sentence about the configuration's `key`."""
    return OSError(f"{key}: {_why(error, path)}")


def _why(error: OSError, path: Path) -> str:
    match error:
        case PermissionError():
            return _forbidden(error, path)
        case IsADirectoryError():
            return f"{path} is a directory. Name a file in it, such as {path / 'telemetry.jsonl'}."
        case FileNotFoundError():
            return f"the directory {path.parent} is not there. Make it, or set create_directory: true."
        case NotADirectoryError() | FileExistsError():
            return f"{_file_above(path)} is a file, so nothing can stand below it. Name another path."
    if error.errno == errno.EROFS:
        return f"{path} is on a file system that can only be read. Name another path."
    return f"{path} can't be opened: {error.strerror or type(error).__name__}."


def _forbidden(error: OSError, path: Path) -> str:
    if error.filename is not None and Path(error.filename) != path:
        return f"no permission to make the directory {error.filename}. Make it, or name another path."
    try:
        there = path.exists()
    except OSError:
        there = False
    what = f"write {path}" if there else f"make a file in {path.parent}"
    return f"no permission to {what}. Give it to the user who runs spansieve ({_user()}), or name another path."


def _user() -> str:
    return f"user id {os.getuid()}" if hasattr(os, "getuid") else "this one"


def _file_above(path: Path) -> Path:
    """The nearest of the directories above `path` that is none."""
    return next((above for above in path.parents if above.is_file()), path.parent)
