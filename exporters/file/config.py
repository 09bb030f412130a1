"""The configuration of `file`; the README beside this file explains every key.

Names, defaults and rules are the Go Collector's (contrib, `fileexporter`), apart from the file's mode.
"""

from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from spansieve.plugin import Config, ExporterConfig

MEGABYTE = 1024 * 1024
"""What `max_megabytes` counts, as lumberjack does."""


class RotationConfig(Config):
    """When a file is set aside, and how many of those are kept."""

    max_megabytes: int = Field(default=100, gt=0, description="Size above which the file is set aside, MiB.")
    max_days: int = Field(default=0, ge=0, description="Remove files set aside longer ago than this; 0 = never.")
    max_backups: int = Field(default=100, ge=0, description="Files set aside to keep, newest first; 0 = all.")
    localtime: bool = Field(default=False, description="Name them by local time instead of UTC.")


class GroupByConfig(Config):
    """One file for each value of a resource attribute."""

    enabled: bool = Field(default=False, description="Write a file for each value of `resource_attribute`.")
    resource_attribute: str = Field(
        default="fileexporter.path_segment", description="The attribute whose text stands for `*` in `path`."
    )
    max_open_files: int = Field(default=100, gt=0, description="Files open at once; the longest unused is closed.")


class FileConfig(ExporterConfig):
    """Where to write, in which form, and what becomes of a file that has grown."""

    tunes_go: ClassVar[dict[str, str]] = {
        "flush_interval": "each request is written at once, so nothing waits for a flush"
    }

    path: str = Field(min_length=1, description="The file to write; with `group_by` it holds one `*`.")
    format: Literal["json", "proto"] = Field(default="json", description="`json` (a request a line) or `proto`.")
    compression: Literal["", "none", "zstd"] = Field(default="", description="`zstd` compresses each request.")
    rotation: RotationConfig | None = Field(default=None, description="Set the file aside when it has grown.")
    append: bool = Field(default=False, description="Go on behind what the file holds; false empties it at start.")
    create_directory: bool = Field(default=False, description="Make the directories of `path`.")
    directory_permissions: str = Field(default="0755", description="Mode of the directories made, octal.")
    group_by: GroupByConfig = Field(default=GroupByConfig(), description="One file for each value of an attribute.")

    @field_validator("directory_permissions")
    @classmethod
    def _octal(cls, mode: str) -> str:
        if not mode or set(mode) - set("01234567") or int(mode, 8) > 0o777:
            raise ValueError(f"{mode!r} is no octal mode. Write it as text, such as '0755' or '0700'.")
        return mode

    @property
    def compressed(self) -> bool:
        """Whether requests are compressed."""
        return self.compression == "zstd"

    @property
    def framed(self) -> bool:
        """Whether requests stand behind their length instead of each on a line."""
        return self.compressed or self.format == "proto"

    @model_validator(mode="after")
    def _append_alone(self) -> Self:
        for key, used in (("compression", self.compressed), ("rotation", self.rotation is not None)):
            if self.append and used:
                raise ValueError(
                    f"append and {key} do not go together, as in the Go Collector. Take one of them out"
                    f"{'; a file that is rotated is never emptied' if key == 'rotation' else ''}."
                )
        return self

    @model_validator(mode="after")
    def _one_star(self) -> Self:
        if not self.group_by.enabled:
            return self
        if self.path.count("*") != 1 or self.path.startswith("*"):
            raise ValueError(
                f"path is {self.path!r}: with group_by it needs exactly one *, not at its start, where the attribute's "
                "value goes. Write it such as ./data/*.jsonl"
            )
        if not self.group_by.resource_attribute:
            raise ValueError("group_by.resource_attribute is empty: name the attribute whose value stands for *.")
        if self.rotation is not None:
            raise ValueError(
                "rotation and group_by do not go together (Go ignores rotation then). Take one of them out."
            )
        return self
