"""The configurations that are deployed: they load, and the files around them agree with them."""

from pathlib import Path

import pytest

from spansieve.config.load import Loaded, load
from spansieve.service import Service

from .conftest import DEPLOY, PORTS, config_map, container, pod_of

EVERYWHERE = "0.0.0.0"  # noqa: S104 (compared, not bound)
ENVIRONMENT = {
    "BACKEND_ENDPOINT": "https://backend.example:4317",
    "SPANSIEVE_HOST": EVERYWHERE,
    "STATE_DIRECTORY": "STATE",
}


def loaded(text: str, folder: Path, environment: dict[str, str]) -> Loaded:
    file = folder / "config.yaml"
    file.write_text(text)
    return load([str(file)], env=environment)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**ENVIRONMENT, "STATE_DIRECTORY": str(tmp_path)}


def service_config() -> str:
    return (DEPLOY / "collector-config.yaml").read_text()


@pytest.mark.parametrize("text", [service_config(), config_map("gateway"), config_map("sidecar")], ids="dgs")
def test_it_can_run(text: str, tmp_path: Path, environment: dict[str, str]) -> None:
    config = loaded(text, tmp_path, environment)
    warnings = [str(one) for one in config.warnings if "content is not scrubbed" not in str(one)]
    assert warnings == []
    Service(config).discard()


def test_the_sampling_that_stands_there_as_a_comment_can_run(tmp_path: Path, environment: dict[str, str]) -> None:
    before, _, rest = service_config().partition("  # tail_sampling:")
    section, batch, after = f"  # tail_sampling:{rest}".partition("  batch:")
    after = after.replace("prompt_privacy, batch], exporters", "prompt_privacy, tail_sampling, batch], exporters", 2)
    text = before + section.replace("  # ", "  ") + batch + after
    config = loaded(text, tmp_path, environment)
    assert config.warnings == []
    assert "tail_sampling" in config.service.pipelines["traces"].processors
    assert "tail_sampling" in config.service.pipelines["logs"].processors
    Service(config).discard()


def test_without_any_environment_it_stays_on_localhost(tmp_path: Path) -> None:
    config = loaded(service_config(), tmp_path, {})
    for components in (config.receivers, config.extensions):
        for one in components.values():
            assert all(where.startswith("localhost:") for where in one.component.endpoints(one.config))
    assert config.service.telemetry.metrics.endpoint == "localhost:8888"


def test_the_gateway_s_is_the_service_s_word_for_word() -> None:
    assert config_map("gateway") == service_config()


def test_ports_are_those_of_the_manifests(manifest: str, tmp_path: Path, environment: dict[str, str]) -> None:
    config = loaded(config_map(manifest), tmp_path, environment)
    listening = {
        int(where.rpartition(":")[2])
        for components in (config.receivers, config.extensions)
        for one in components.values()
        for where in one.component.endpoints(one.config)
    }
    listening.add(int(config.service.telemetry.metrics.endpoint.rpartition(":")[2]))
    named = {one["name"]: one["containerPort"] for one in container(manifest)["ports"]}
    assert named.items() <= PORTS.items()
    assert set(named.values()) <= listening


def test_what_must_be_reached_from_outside_is_and_the_status_page_is_not(
    manifest: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    config = loaded(config_map(manifest), tmp_path, environment)
    hosts = {
        name: {where.rpartition(":")[0] for where in one.component.endpoints(one.config)}
        for name, one in {**config.receivers, **config.extensions}.items()
    }
    assert hosts["health_check"] == {EVERYWHERE}
    assert hosts["zpages"] == {"localhost"}
    assert hosts["otlp"] == ({EVERYWHERE} if manifest == "gateway" else {"localhost"})


def test_there_is_time_to_stop(manifest: str, tmp_path: Path, environment: dict[str, str]) -> None:
    config = loaded(config_map(manifest), tmp_path, environment)
    before = container(manifest).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    assert pod_of(manifest)["terminationGracePeriodSeconds"] >= before + config.service.shutdown_timeout + 10


def test_every_variable_is_set_where_it_has_no_default() -> None:
    for manifest in ("gateway", "sidecar"):
        assert "BACKEND_ENDPOINT" in {one["name"] for one in container(manifest)["env"]}


def test_the_gateway_s_queue_is_on_the_volume_and_smaller_than_it(tmp_path: Path, environment: dict[str, str]) -> None:
    config = loaded(config_map("gateway"), tmp_path, {**environment, "STATE_DIRECTORY": "/var/lib/spansieve"})
    storage = config.extensions["storage"].config
    assert str(storage.directory).startswith("/var/lib/spansieve/")  # type: ignore[attr-defined]
    assert storage.max_bytes <= 0.9 * 10 * 2**30  # type: ignore[attr-defined]
    mounts = {one["mountPath"] for one in container("gateway")["volumeMounts"]}
    assert "/var/lib/spansieve" in mounts
