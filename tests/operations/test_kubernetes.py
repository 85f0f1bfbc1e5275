"""The manifests for Kubernetes by its schemas, and by the rules of this house."""

import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.processes import WORKERS
from tests.operations.tools import DOCKER, run

HERE = DOCKER / "kubernetes"
FILES = sorted(HERE.glob("*.yaml"))
OBJECTS: list[dict[str, Any]] = [
    each for path in FILES for each in yaml.safe_load_all(path.read_text())
]
PODS = {
    each["metadata"]["labels"]["app.kubernetes.io/component"]: each["spec"]["template"]
    for each in OBJECTS
    if each["kind"] in ("Deployment", "Job")
}


def test_they_are_what_is_written_from_the_table() -> None:
    made = runpy.run_path(str(HERE / "build.py"))["files"]()
    assert {path.name: path.read_text() for path in FILES} == made


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_they_are_what_kubernetes_reads(path: Path) -> None:
    checked = run("kubernetes-validate", "--strict", path)
    assert checked.returncode == 0, checked.stdout


def test_what_kubernetes_does_not_read_is_refused(tmp_path: Path) -> None:
    """The check can fail."""
    wrong = (HERE / "web.yaml").read_text().replace("replicas: 2", "replicas: two")
    (tmp_path / "web.yaml").write_text(wrong)
    assert run("kubernetes-validate", "--strict", tmp_path / "web.yaml").returncode


def test_each_process_of_the_site_is_there_once() -> None:
    workers = {f"worker-{name}".replace("worker-worker", "worker") for name in WORKERS}
    assert PODS.keys() == {"web", "beat", "migrate", *workers}


@pytest.mark.parametrize("role", PODS)
def test_each_pod_is_hardened_and_bounded(role: str) -> None:
    pod = PODS[role]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"].keys() == {"memory", "cpu"}
    assert "@sha256:" in container["image"]
    assert ("livenessProbe" in container) == (role != "migrate")


def test_secrets_are_files_and_never_in_the_environment() -> None:
    compose = yaml.safe_load((DOCKER / "compose.base.yml").read_text())
    web = compose["services"]["web"]
    (settings,) = (each for each in OBJECTS if each["kind"] == "ConfigMap")
    files = {name for name in settings["data"] if name.endswith("_FILE")}
    assert files == {name for name in web["environment"] if name.endswith("_FILE")}
    assert not any(pod["spec"]["containers"][0].get("env") for pod in PODS.values())


def test_web_is_ready_without_workers() -> None:
    """Else one silent worker would take every web away from the site."""
    (web,) = PODS["web"]["spec"]["containers"]
    assert web["readinessProbe"]["httpGet"]["path"] == "/health/servable"
