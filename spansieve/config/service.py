"""The models of `service`: pipelines, extensions, and what the program says of itself."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from .model import Config, Duration, Texts

__all__ = ["Logs", "Metrics", "Pipeline", "Service", "Telemetry"]

METRICS_PORT = 8888
MAX_WORKERS = 64


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class Pipeline(Config):
    """One way from receivers through processors to exporters."""

    receivers: Texts = Field(default=[], description="Ids of receivers, or of processors that emit this signal.")
    processors: Texts = Field(default=[], description="Ids of processors, in the order in which data passes.")
    exporters: Texts = Field(default=[], description="Ids of exporters; each gets everything.")


class Logs(Config):
    """`service.telemetry.logs`: the program's own log, on stderr."""

    tunes_go: ClassVar[Mapping[str, str]] = {
        "development": "spansieve has no development mode",
        "disable_caller": "spansieve's log names no source line",
        "disable_stacktrace": "spansieve's log has no stack traces",
        "sampling": "spansieve logs what repeats once a minute",
        "output_paths": "spansieve logs to stderr",
        "error_output_paths": "spansieve logs to stderr",
        "initial_fields": "spansieve's log has fixed fields",
        "processors": "spansieve does not export its own log",
    }

    level: Annotated[Literal["debug", "info", "warn", "error"], BeforeValidator(_lower)] = Field(
        default="info", description="Least severe level that is logged."
    )
    encoding: Literal["console", "json"] = Field(default="console", description="Text for people, or JSON a line.")


class Prometheus(Config):
    """`readers[].pull.exporter.prometheus`, the Go Collector's way to name the metrics endpoint."""

    tunes_go: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("without_scope_info", "without_units", "without_type_suffix", "with_resource_constant_labels"),
        "the names of spansieve's metrics are fixed",
    )

    host: str = Field(default="localhost", description="Host to listen on.")
    port: int = Field(default=METRICS_PORT, ge=0, le=65535, description="Port to listen on.")


class PullExporter(Config):
    """`readers[].pull.exporter`."""

    prometheus: Prometheus = Field(description="The metrics endpoint.")


class Pull(Config):
    """`readers[].pull`."""

    exporter: PullExporter = Field(description="Who may pull.")


class Reader(Config):
    """One of `readers`."""

    pull: Pull = Field(description="An endpoint that is asked for the metrics.")

    @model_validator(mode="before")
    @classmethod
    def _no_push(cls, data: Any) -> Any:  # noqa: ANN401 (whatever the YAML held)
        if isinstance(data, Mapping) and "periodic" in data:
            raise ValueError("periodic readers are not supported: spansieve's own metrics are pulled, not pushed")
        return data


class Metrics(Config):
    """`service.telemetry.metrics`: the program's own metrics, for Prometheus to fetch."""

    tunes_go: ClassVar[Mapping[str, str]] = {"views": "spansieve's metrics have fixed views"}

    level: Annotated[Literal["none", "basic", "normal", "detailed"], BeforeValidator(_lower)] = Field(
        default="normal", description="`none` switches the endpoint off."
    )
    endpoint: str = Field(
        default=f"localhost:{METRICS_PORT}", description="`host:port` of the metrics endpoint; empty = off."
    )
    readers: list[Reader] | None = Field(
        default=None,
        description="The Go Collector's form of `endpoint`: one Prometheus pull reader; an empty list = off.",
    )

    @property
    def chosen(self) -> bool:
        """Whether the configuration says where the endpoint is."""
        return not self.model_fields_set.isdisjoint({"endpoint", "readers"})

    @model_validator(mode="after")
    def _one_endpoint(self) -> Self:
        """Afterwards `endpoint` alone says where to listen, and is empty when the endpoint is off."""
        if self.readers is not None and "endpoint" in self.model_fields_set:
            raise ValueError("endpoint and readers say the same thing: give one of them")
        if self.readers is not None and len(self.readers) > 1:
            raise ValueError(f"one metrics endpoint is supported, and readers names {len(self.readers)}")
        if self.level == "none" or self.readers == []:
            self.__dict__["endpoint"] = ""  # the model is frozen for everybody else
        elif self.readers:
            reader = self.readers[0].pull.exporter.prometheus
            host = f"[{reader.host}]" if ":" in reader.host.strip("[]") and "[" not in reader.host else reader.host
            self.__dict__["endpoint"] = f"{host}:{reader.port}"
        self.__dict__["readers"] = None
        return self


class Telemetry(Config):
    """`service.telemetry`: what the program says of itself."""

    tunes_go: ClassVar[Mapping[str, str]] = {"traces": "spansieve does not trace itself"}

    logs: Logs = Field(default=Logs(), description="The program's own log.")
    metrics: Metrics = Field(default=Metrics(), description="The program's own metrics.")
    resource: dict[str, str | None] = Field(
        default={}, description="Attributes of the program's own telemetry; null takes a built-in one away."
    )


class Service(Config):
    """`service`: what of all that is configured is used, and how."""

    extensions: Texts = Field(default=[], description="Ids of the extensions to start.")
    pipelines: dict[str, Pipeline] = Field(
        default={}, description="Pipelines by id: traces, logs, metrics or alerts, then perhaps /name."
    )
    shutdown_timeout: Duration = Field(
        default=30.0, description="Time for sending what is held before the program ends."
    )
    workers: int = Field(
        default=1,
        ge=1,
        le=MAX_WORKERS,
        description="Intake processes, which share the receivers' ports and do the stateless work; 1 = none.",
    )
    telemetry: Telemetry = Field(default=Telemetry(), description="What the program says of itself.")
