"""A registry of tiny plugins, and a loader of texts, for the tests of the configuration."""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic import Field

from spansieve.config.load import Loaded, load
from spansieve.config.problems import ConfigError
from spansieve.plugin import (
    Component,
    Config,
    Duration,
    Exporter,
    Extension,
    Gives,
    Mistake,
    Processor,
    Receiver,
    Secret,
    Signal,
    Texts,
)
from spansieve.registry import Found, Kind, Registry


class Grpc(Config):
    """A section that is off when absent and on when empty."""

    tunes_go: ClassVar[Mapping[str, str]] = {"write_buffer_size": "gRPC for Python has no such buffer"}

    endpoint: str = "localhost:4317"
    max_recv_msg_size_mib: int = Field(default=64, gt=0)


class Http(Config):
    """Another one."""

    endpoint: str = "localhost:4318"


class Protocols(Config):
    """Which protocols are on."""

    grpc: Grpc | None = None
    http: Http | None = None


class OtlpConfig(Config):
    """As the otlp receiver's."""

    protocols: Protocols = Protocols()


class Otlp(Receiver[OtlpConfig]):
    """Listens where its protocols say."""

    config = OtlpConfig

    @classmethod
    def endpoints(cls, config: OtlpConfig) -> list[str]:
        """The endpoints of the protocols that are on."""
        return [one.endpoint for one in (config.protocols.grpc, config.protocols.http) if one]


class ThrottleConfig(Config):
    """As STYLE.md's."""

    spans_per_second: float = Field(default=500, gt=0)
    burst: int = Field(default=2_000, ge=1)
    max_services: int = Field(default=10_000, ge=1)
    old: int = Field(default=0, deprecated="use burst")


class Throttle(Processor[ThrottleConfig]):
    """Stateless, for traces."""

    config = ThrottleConfig

    def traces(self, batch: object) -> None:
        """Take traces."""


class Plain(Config):
    """No keys."""


class Aggregate(Processor[Plain]):
    """Stateful; emits."""

    config = Plain
    stateful = True
    emits: ClassVar[frozenset[Signal]] = frozenset({"alerts", "traces"})

    def traces(self, batch: object) -> None:
        """Take traces."""


class Privacy(Processor[Plain]):
    """Takes personal data out."""

    config = Plain
    privacy = True

    def traces(self, batch: object) -> None:
        """Take traces."""

    logs = metrics = traces


class TryingConfig(Config):
    """A processor's that may be tried out."""

    dry: bool = False


class Trying(Processor[TryingConfig]):
    """Keeps what passes on this host while it is tried out."""

    config = TryingConfig
    emits: ClassVar[frozenset[Signal]] = frozenset({"metrics"})

    def traces(self, batch: object) -> None:
        """Take traces."""

    @classmethod
    def confines(cls, config: TryingConfig) -> Mistake | None:
        """While it is dry."""
        return Mistake("nothing is taken out", "Set dry: false.", path=("dry",)) if config.dry else None


class BackendConfig(Config):
    """An exporter's."""

    endpoint: str = ""
    timeout: Duration = Field(default=5.0, gt=0)
    verbosity: Literal["basic", "normal", "detailed"] = "basic"
    token: Secret | None = None
    headers: dict[str, Secret] = Field(default={})
    tags: Texts = Field(default=[])
    anything: Any = None
    mixed: int | str = 0
    ports: list[int] = Field(default=[])
    pair: tuple[int, ...] = ()
    enabled: bool = True


class Backend(Exporter[BackendConfig]):
    """Sends anything."""

    config = BackendConfig

    def send(self, signal: Signal, body: bytes) -> None:
        """Send."""

    @classmethod
    def endpoints(cls, config: BackendConfig) -> list[str]:
        """The one target."""
        return [config.endpoint] if config.endpoint else []


class Shown(Exporter[BackendConfig]):
    """Shows what it is given to who comes."""

    config = BackendConfig
    listens = True

    def send(self, signal: Signal, body: bytes) -> None:
        """Show."""

    @classmethod
    def endpoints(cls, config: BackendConfig) -> list[str]:
        """The one listener."""
        return [config.endpoint]


class Kept(Exporter[Plain]):
    """Keeps what it is given."""

    config = Plain
    stays = True

    def send(self, signal: Signal, body: bytes) -> None:
        """Keep."""


class TracesOnly(Exporter[Plain]):
    """Takes traces."""

    config = Plain

    def traces(self, batch: object) -> None:
        """Take traces."""


class HealthConfig(Config):
    """An extension's."""

    endpoint: str = "localhost:13133"


class Health(Extension[HealthConfig]):
    """Listens."""

    config = HealthConfig

    @classmethod
    def endpoints(cls, config: HealthConfig) -> list[str]:
        """Its one listener."""
        return [config.endpoint]


class AuthConfig(Config):
    """A section that names extensions."""

    authenticator: Annotated[str, Gives("credentials")] | None = None
    others: list[Annotated[str, Gives("credentials")]] = Field(default=[])


class GuardedConfig(Config):
    """An exporter's, with a reference in a section and one that may be absent."""

    auth: AuthConfig | None = None
    room: Annotated[str, Gives("storage")] | None = None


class Guarded(Exporter[GuardedConfig]):
    """Wants credentials."""

    config = GuardedConfig

    def send(self, signal: Signal, body: bytes) -> None:
        """Send."""


class Guard(Extension[Plain]):
    """Gives credentials."""

    config = Plain

    def credentials(self) -> Mapping[str, str]:
        """A header."""
        return {"authorization": "Bearer x"}


CLASSES: dict[Kind, dict[str, type[Component[Any]]]] = {
    "receivers": {"otlp": Otlp},
    "processors": {"throttle": Throttle, "aggregate": Aggregate, "privacy": Privacy, "trying": Trying},
    "exporters": {"backend": Backend, "traces_only": TracesOnly, "guarded": Guarded, "kept": Kept, "shown": Shown},
    "extensions": {"health": Health, "guard": Guard},
}


class TinyRegistry(Registry):
    """Knows the classes above."""

    def names(self, kind: Kind) -> Found:
        """The classes as if a package had brought them."""
        group = f"spansieve.{kind}"
        return {name: (EntryPoint(name, f"tiny:{name}", group), "tiny") for name in CLASSES[kind]}

    def load(self, kind: Kind, name: str) -> type[Component[Any]]:
        """The class itself."""
        return CLASSES[kind][name]


Load = Callable[..., Loaded]
"""`load(*texts, sets=..., env=...)`; each text becomes a file: c.yaml, c2.yaml, ..."""
Problems = Callable[..., list[str]]
"""As `Load`, for what is wrong; `[]` when nothing is."""


@pytest.fixture
def registry() -> Registry:
    return TinyRegistry()


@pytest.fixture
def load_text(tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.chdir(tmp_path)

    def run(*texts: str, sets: Sequence[str] = (), env: Mapping[str, str] | None = None, **options: bool) -> Loaded:
        names = [f"c{index or ''}.yaml" for index in (0, *range(2, len(texts) + 1))]
        for name, text in zip(names, texts, strict=True):
            Path(name).write_text(text, encoding="utf-8")
        return load(names, sets, registry, env=env or {}, **options)

    return run


@pytest.fixture
def problems(load_text: Load) -> Problems:
    def run(*texts: str, **options: Any) -> list[str]:  # noqa: ANN401 (passed on)
        try:
            load_text(*texts, **options)
        except ConfigError as error:
            return [str(problem) for problem in error.problems]
        return []

    return run
