"""The compose file and what it mounts: files that exist, ports that meet, and nothing open to other machines."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from spansieve.config.load import Loaded, load
from spansieve.service import Service

from .conftest import DEPLOY, ROOT

FOLDER = DEPLOY / "compose"


def read(name: str) -> dict[str, Any]:
    value: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text())
    return value


SERVICES: dict[str, dict[str, Any]] = read("compose.yaml")["services"]


def mounts(service: str) -> dict[str, str]:
    """Paths in the container, and what of the file's folder stands there."""
    pairs = [one.split(":") for one in SERVICES[service].get("volumes", ())]
    return {inside: outside for outside, inside, *_ in pairs if outside.startswith(".")}


@pytest.fixture
def collector(tmp_path: Path) -> Loaded:
    """The collector's configuration, as the container is given it."""
    environment = SERVICES["spansieve"]["environment"] | {
        "SPANSIEVE_HOST": "0.0.0.0",  # noqa: S104 (not bound)
        "STATE_DIRECTORY": str(tmp_path),
    }
    return load([str(DEPLOY / "collector-config.yaml"), str(FOLDER / "collector-config.yaml")], env=environment)


def ports(config: Loaded) -> set[int]:
    every = {**config.receivers, **config.exporters, **config.extensions}
    found = {where for one in every.values() for where in one.component.endpoints(one.config)}
    return {int(where.rpartition(":")[2]) for where in [*found, config.service.telemetry.metrics.endpoint]}


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_mounted_exists_and_is_not_written(service: str) -> None:
    for outside in mounts(service).values():
        assert (FOLDER / outside).exists(), outside
    assert all(one.endswith(":ro") for one in SERVICES[service].get("volumes", ()) if one.startswith("."))


@pytest.mark.parametrize("service", SERVICES)
def test_every_port_is_this_machine_s_alone(service: str) -> None:
    assert all(one.startswith("127.0.0.1:") for one in SERVICES[service]["ports"])


def test_images_have_a_version() -> None:
    for one in SERVICES.values():
        assert "build" in one or one["image"].partition(":")[2][:1].isdigit() or ":v" in one["image"]


def test_the_collector_can_run_and_listens_where_others_look(collector: Loaded) -> None:
    assert collector.warnings == []
    Service(collector).discard()
    published = {int(one.rpartition(":")[2]) for one in SERVICES["spansieve"]["ports"]}
    scraped = {
        int(target.rpartition(":")[2])
        for job in read("prometheus.yaml")["scrape_configs"]
        for group in job["static_configs"]
        for target in group["targets"]
    }
    assert published | scraped <= ports(collector)
    assert scraped == {8888, 8889}


def test_there_is_time_to_stop(collector: Loaded) -> None:
    grace = SERVICES["spansieve"]["stop_grace_period"]
    assert int(grace.removesuffix("s")) >= collector.service.shutdown_timeout + 10


def test_names_of_services_are_those_that_files_ask_for() -> None:
    texts = [path.read_text() for path in FOLDER.rglob("*.yaml")]
    for name in ("jaeger:4317", "alertmanager:9093", "prometheus:9090", "spansieve:8889"):
        assert any(name in text for text in texts)
        assert name.partition(":")[0] in SERVICES


def test_grafana_finds_its_dashboard_and_prometheus() -> None:
    [provider] = read("grafana/dashboards.yaml")["providers"]
    folder = mounts("grafana")[provider["options"]["path"]]
    assert (FOLDER / folder).resolve() == ROOT / "dashboards"
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (ROOT / "dashboards" / Path(home).name).is_file()
    [source] = read("grafana/datasources.yaml")["datasources"]
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus:9090")


def test_prometheus_takes_its_file(tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("no promtool here: apt-get install prometheus")
    text = (FOLDER / "prometheus.yaml").read_text()
    for inside, outside in mounts("prometheus").items():
        text = text.replace(inside, str((FOLDER / outside).resolve()))
    (tmp_path / "prometheus.yaml").write_text(text)
    command = ["promtool", "check", "config", str(tmp_path / "prometheus.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


def test_the_image_is_built_with_what_its_processors_need() -> None:
    extras = SERVICES["spansieve"]["build"]["args"]["EXTRAS"].strip("[]").split(",")
    text = (ROOT / "pyproject.toml").read_text()
    assert all(f"\n{extra} = [" in text for extra in extras)
    assert 'ARG EXTRAS=""' in (DEPLOY / "docker" / "Dockerfile").read_text()
