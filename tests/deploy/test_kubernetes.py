"""The manifests: valid for each Kubernetes that is meant, and as locked down as they say."""

from pathlib import Path
from typing import Any

import pytest

from .conftest import MANIFESTS, UID, container, documents, of_kind, pod_of

VERSIONS = ("1.30", "1.33", "1.36")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_the_schema_of_kubernetes_takes_it(path: Path, version: str) -> None:
    validator = pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate")
    for document in documents(path.stem):
        validator.validate(document, version, strict=True)


def test_the_schema_would_find_a_mistake() -> None:
    validator = pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate")
    wrong = of_kind("gateway", "StatefulSet")
    wrong["spec"]["template"]["spec"]["containers"][0]["imagePullPolicie"] = "Always"
    with pytest.raises(validator.ValidationError, match="imagePullPolicie"):
        validator.validate(wrong, VERSIONS[0], strict=True)


def containers(manifest: str) -> list[dict[str, Any]]:
    pod = pod_of(manifest)
    return [*pod.get("initContainers", ()), *pod["containers"]]


def test_pods_are_restricted_as_the_pod_security_standard_wants(manifest: str) -> None:
    pod = pod_of(manifest)
    security = pod["securityContext"]
    assert security["runAsNonRoot"] is True
    assert (security["runAsUser"], security["runAsGroup"]) == (UID, UID)
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    for one in containers(manifest):
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in one["resources"]["limits"]
        assert "cpu" not in one["resources"]["limits"]  # throttling would only delay answers


def test_health_is_asked_at_the_health_port(manifest: str) -> None:
    one = container(manifest)
    probes = [one[name] for name in ("startupProbe", "livenessProbe")] + (
        [one["readinessProbe"]] if manifest == "gateway" else []
    )
    assert all(probe["httpGet"] == {"path": "/", "port": "health"} for probe in probes)


def test_what_selects_pods_finds_the_gateway_s() -> None:
    labels = of_kind("gateway", "StatefulSet")["spec"]["template"]["metadata"]["labels"]
    ports = {one["name"] for one in container("gateway")["ports"]}
    for document in documents("gateway"):
        spec = document.get("spec", {})
        if document["kind"] == "Service":
            assert spec["selector"].items() <= labels.items()
            assert {one["targetPort"] for one in spec["ports"]} <= ports
        if document["kind"] in {"StatefulSet", "PodDisruptionBudget"}:
            assert spec["selector"]["matchLabels"].items() <= labels.items()
        if document["kind"] == "NetworkPolicy":
            assert spec["podSelector"]["matchLabels"].items() <= labels.items()
            assert {one["port"] for rule in spec["ingress"] for one in rule["ports"]} <= ports


def test_the_gateway_has_more_pods_than_must_be_there() -> None:
    assert (
        of_kind("gateway", "PodDisruptionBudget")["spec"]["minAvailable"]
        < of_kind("gateway", "StatefulSet")["spec"]["replicas"]
    )


def test_the_sidecar_starts_before_the_agent_and_stays() -> None:
    assert container("sidecar")["restartPolicy"] == "Always"
    assert "startupProbe" in container("sidecar")
    [agent] = pod_of("sidecar")["containers"]
    assert {"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": "http://localhost:4318"} in agent["env"]


def test_the_sidecar_sends_to_the_gateway_s_service() -> None:
    [where] = [one["value"] for one in container("sidecar")["env"] if one["name"] == "BACKEND_ENDPOINT"]
    service = of_kind("gateway", "Service")
    assert where == f"http://{service['metadata']['name']}.observability:4317"
