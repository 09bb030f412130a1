"""The one error that reading OTLP bytes raises."""


class DecodeError(ValueError):
    """The bytes are not what OTLP says. The message names the place and never repeats content."""
