"""The registry: found by entry points, loaded when named, and clear about what is wrong."""

import sys
from email.message import Message
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from spansieve.config.problems import ConfigError
from spansieve.plugin import Config, Processor
from spansieve.registry import KINDS, PluginError, Registry


class Nothing(Config):
    """No keys."""


class Good(Processor[Nothing]):
    """A processor."""

    config = Nothing


class Unconfigured(Processor[Nothing]):
    """Lacks `config`."""


class Careless(Processor[Nothing]):
    """Takes personal data out, and passes on what it failed at."""

    config = Nothing
    privacy = True
    on_error = "pass"


class _Package(Distribution):
    """A package that is not there."""

    def __init__(self, name: str) -> None:
        self._message = Message()
        self._message["Name"] = name

    @property
    def metadata(self) -> Message:  # type: ignore[override]
        """Its name."""
        return self._message

    def read_text(self, filename: str) -> str | None:
        """Nothing."""
        return None

    def locate_file(self, path: object) -> Path:
        """Nowhere."""
        return Path(str(path))


def _point(name: str, value: str, package: str, group: str = "spansieve.processors") -> EntryPoint:
    point = EntryPoint(name, value, group)
    vars(point)["dist"] = _Package(package)
    return point


@pytest.fixture(autouse=True)
def plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("acme_plugins")
    vars(module).update(Good=Good, Unconfigured=Unconfigured, Careless=Careless, text="x", Config=Nothing)
    monkeypatch.setitem(sys.modules, "acme_plugins", module)


def test_a_component_is_found_by_name_with_its_package_and_loaded_once() -> None:
    registry = Registry([_point("good", "acme_plugins:Good", "acme"), _point("alias", "acme_plugins:Good", "acme")])
    assert {name: package for name, (_, package) in registry.names("processors").items()} == {
        "good": "acme",
        "alias": "acme",
    }
    assert registry.load("processors", "good") is registry.load("processors", "alias") is Good
    assert registry.names("receivers") == {}


def test_only_what_is_named_is_imported() -> None:
    registry = Registry([_point("good", "acme_plugins:Good", "acme"), _point("gone", "no_such_module:X", "acme")])
    assert registry.load("processors", "good") is Good


def test_two_packages_with_one_name_are_refused() -> None:
    registry = Registry([_point("good", "acme_plugins:Good", "acme"), _point("good", "other:Good", "other")])
    with pytest.raises(
        PluginError, match=r"the processor good is brought by two packages, acme \(acme_plugins:Good\) and other"
    ):
        registry.names("processors")


def test_one_package_seen_twice_is_one() -> None:
    points = [_point("good", "acme_plugins:Good", name) for name in ("acme-plugins", "Acme_Plugins")]
    assert list(Registry(points).names("processors")) == ["good"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("no_such_module:X", "can't be loaded: ModuleNotFoundError: No module named 'no_such_module'"),
        ("acme_plugins:Missing", "can't be loaded: AttributeError"),
        ("acme_plugins:text", "should be a Processor class"),
        ("acme_plugins:Config", "should be a Processor class"),
        ("acme_plugins:Unconfigured", "names no configuration"),
        ("acme_plugins:Careless", "its on_error must not be `pass`"),
    ],
)
def test_a_plugin_that_is_none_names_its_package(value: str, said: str) -> None:
    with pytest.raises(ConfigError, match="of the package acme") as caught:
        Registry([_point("bad", value, "acme")]).load("processors", "bad")
    assert said in str(caught.value)


def test_commands_are_found_likewise() -> None:
    group = "spansieve.commands"
    assert list(Registry([_point("scrub", "a:b", "acme", group)]).commands()) == ["scrub"]
    with pytest.raises(PluginError, match="the command scrub"):
        Registry([_point("scrub", "a:b", "acme", group), _point("scrub", "a:b", "other", group)]).commands()


def test_the_installed_ones_are_found_without_points() -> None:
    assert all(isinstance(Registry().names(kind), dict) for kind in KINDS)
