"""The configuration of `attributes`; the README beside this file explains every key."""

from pydantic import Field

from spansieve.actions import Action, MatchProperties
from spansieve.plugin import Config


class AttributesConfig(Config):
    """Keys as the Go Collector's attributes processor."""

    actions: list[Action] = Field(min_length=1, description="What to do, in order.")
    include: MatchProperties | None = Field(default=None, description="Act only on what matches.")
    exclude: MatchProperties | None = Field(
        default=None, description="Leave alone what matches, looked at after `include`."
    )
