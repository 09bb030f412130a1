"""The configuration of `resource`; the README beside this file explains every key."""

from pydantic import Field

from spansieve.actions import Action
from spansieve.plugin import Config


class ResourceConfig(Config):
    """Keys as the Go Collector's resource processor."""

    attributes: list[Action] = Field(min_length=1, description="What to do with resource attributes, in order.")
