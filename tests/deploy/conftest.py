"""The files of `deploy/`, read."""

from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
ROOT = DEPLOY.parent
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UID = 10001
PORTS = {"otlp-grpc": 4317, "otlp-http": 4318, "metrics": 8888, "health": 13133}


def documents(manifest: str) -> list[dict[str, Any]]:
    """The objects of a manifest, such as `gateway`."""
    return [one for one in yaml.safe_load_all((DEPLOY / "kubernetes" / f"{manifest}.yaml").read_text()) if one]


def of_kind(manifest: str, kind: str) -> dict[str, Any]:
    """The first object of this kind."""
    return next(one for one in documents(manifest) if one["kind"] == kind)


def config_map(manifest: str) -> str:
    """The configuration in a manifest."""
    text: str = of_kind(manifest, "ConfigMap")["data"]["config.yaml"]
    return text


def pod_of(manifest: str) -> dict[str, Any]:
    """The pod's specification."""
    kind = "StatefulSet" if manifest == "gateway" else "Deployment"
    spec: dict[str, Any] = of_kind(manifest, kind)["spec"]["template"]["spec"]
    return spec


def container(manifest: str) -> dict[str, Any]:
    """The container that runs spansieve."""
    pod = pod_of(manifest)
    return next(one for one in [*pod.get("initContainers", ()), *pod["containers"]] if one["name"] == "spansieve")


@pytest.fixture(params=["gateway", "sidecar"])
def manifest(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name
