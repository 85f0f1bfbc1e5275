"""`python docker/kubernetes/build.py`: the manifests beside it, written from one table.

Plain objects of Kubernetes, for `kubectl apply -f docker/kubernetes/`, after the secret
`switchboard` (docker/secrets.sh makes its files) and a namespace are there. PostgreSQL and
Redis are elsewhere: whoever has a cluster has a way to keep them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
IMAGE = "registry.example.com/switchboard@sha256:" + "0" * 64
DOMAIN = "switchboard.example"
Object = dict[str, Any]

# Role → its arguments, how many, memory, processors at most.
ROLES: dict[str, tuple[list[str], int, str, str]] = {
    "web": (["web"], 2, "768Mi", "2"),
    "worker": (["worker", "worker"], 2, "512Mi", "1"),
    "worker-bulk": (["worker", "bulk"], 1, "512Mi", "1"),
    "worker-mail": (["worker", "mail"], 1, "512Mi", "1"),
    "worker-webhooks": (["worker", "webhooks"], 1, "512Mi", "1"),
    # One leads, the other takes over within two seconds.
    "beat": (["beat"], 2, "384Mi", "500m"),
}
SETTINGS = {
    "PUBLIC_URL": f"https://{DOMAIN}",
    "ALLOWED_HOSTS": f"{DOMAIN},web",
    # The ingress controller.
    "TRUSTED_PROXY_COUNT": "1",
    "DEFAULT_FROM_EMAIL": f"Switchboard <hello@{DOMAIN}>",
    "SMS_GATEWAY": "simulator",
    "LOG_LEVEL": "INFO",
    "LOG_FORMAT": "json",
    "WORKER_METRICS_PORT": "9464",
}


def files() -> dict[str, str]:
    """Name → what stands in it."""
    found = {"settings": [_settings()], "migrate": [_migrate()]}
    found |= {role: list(_role(role)) for role in ROLES}
    found["network"] = list(_network())
    return {f"{name}.yaml": _written(objects) for name, objects in found.items()}


def _written(objects: list[Object]) -> str:
    words = "# Written by docker/kubernetes/build.py.\n"
    return words + yaml.safe_dump_all(objects, sort_keys=False)


def _object(kind: str, api: str, name: str, **parts: Any) -> Object:
    labels = {
        "app.kubernetes.io/name": "switchboard",
        "app.kubernetes.io/component": name,
    }
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": f"switchboard-{name}", "labels": labels},
        **parts,
    }


def _labels(name: str) -> Object:
    return {
        "app.kubernetes.io/name": "switchboard",
        "app.kubernetes.io/component": name,
    }


def _settings() -> Object:
    secrets = {f"{name.upper()}_FILE": f"/run/secrets/{name}" for name in _secrets()}
    return _object("ConfigMap", "v1", "settings", data=SETTINGS | secrets)


def _secrets() -> list[str]:
    """Those that the image reads as files, as the compose file names them."""
    compose = yaml.safe_load((ROOT / "docker" / "compose.base.yml").read_text())
    return list(compose["services"]["web"]["secrets"])


def _pod(role: str, arguments: list[str], memory: str, processors: str) -> Object:
    healthy = {"command": ["python", "-I", "docker/app/healthy.py"]}
    container: Object = {
        "name": role,
        "image": IMAGE,
        "args": arguments,
        "envFrom": [{"configMapRef": {"name": "switchboard-settings"}}],
        "resources": {
            "requests": {"memory": memory, "cpu": "100m"},
            "limits": {"memory": memory, "cpu": processors},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},
            {"name": "secrets", "mountPath": "/run/secrets", "readOnly": True},
        ],
    }
    if role != "migrate":
        probe = {"exec": healthy, "timeoutSeconds": 5}
        container |= {
            "startupProbe": {**probe, "periodSeconds": 5, "failureThreshold": 24},
            "livenessProbe": {**probe, "periodSeconds": 10, "failureThreshold": 6},
        }
    if role == "web":
        # By the name that the site knows of itself; a worker that is silent closes no web.
        asked = {
            "path": "/health/servable",
            "port": "http",
            "httpHeaders": [{"name": "Host", "value": "web"}],
        }
        container |= {
            "ports": [{"name": "http", "containerPort": 8000}],
            "readinessProbe": {
                "httpGet": asked,
                "periodSeconds": 5,
                "timeoutSeconds": 5,
                "failureThreshold": 3,
            },
            # An address may still lead here for a moment after it was told to end.
            "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
        }
    elif role.startswith("worker"):
        container["ports"] = [{"name": "metrics", "containerPort": 9464}]
    return {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 30,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [
            {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
            {
                "name": "secrets",
                "secret": {"secretName": "switchboard", "defaultMode": 0o440},
            },
        ],
    }


def _role(role: str) -> Iterator[Object]:
    arguments, many, memory, processors = ROLES[role]
    rolling = {"maxUnavailable": 0, "maxSurge": 1}
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": _labels(role)},
    }
    pod = _pod(role, arguments, memory, processors)
    if many > 1:
        pod["topologySpreadConstraints"] = [spread]
    yield _object(
        "Deployment",
        "apps/v1",
        role,
        spec={
            "replicas": many,
            "selector": {"matchLabels": _labels(role)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling},
            "template": {"metadata": {"labels": _labels(role)}, "spec": pod},
        },
    )
    if many > 1:
        yield _object(
            "PodDisruptionBudget",
            "policy/v1",
            role,
            spec={"minAvailable": 1, "selector": {"matchLabels": _labels(role)}},
        )
    if role in ("web", "worker"):
        yield _object(
            "HorizontalPodAutoscaler",
            "autoscaling/v2",
            role,
            spec={
                "scaleTargetRef": {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "name": f"switchboard-{role}",
                },
                "minReplicas": many,
                # So many connections PostgreSQL has (docs/scale.md).
                "maxReplicas": 6,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {
                            "name": "cpu",
                            "target": {
                                "type": "Utilization",
                                "averageUtilization": 400,
                            },
                        },
                    }
                ],
            },
        )


def _migrate() -> Object:
    """Each release has its own: delete the last one before `kubectl apply`."""
    pod = _pod("migrate", ["migrate"], "512Mi", "1") | {"restartPolicy": "Never"}
    template = {"metadata": {"labels": _labels("migrate")}, "spec": pod}
    return _object(
        "Job",
        "batch/v1",
        "migrate",
        spec={
            "backoffLimit": 0,
            "activeDeadlineSeconds": 3_600,
            "ttlSecondsAfterFinished": 86_400,
            "template": template,
        },
    )


def _network() -> Iterator[Object]:
    """The door, and who may knock."""
    yield _object(
        "Service",
        "v1",
        "web",
        spec={
            "selector": _labels("web"),
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
        },
    )
    # Metrics are for inside: outside they lead to nobody.
    nowhere = _object("Service", "v1", "nowhere", spec={"ports": [{"port": 80}]})
    yield nowhere
    paths = [
        {"path": path, "pathType": kind, "backend": _to(service)}
        for path, kind, service in (
            ("/metrics", "Exact", "nowhere"),
            ("/", "Prefix", "web"),
        )
    ]
    rule = {"host": DOMAIN, "http": {"paths": paths}}
    door = _object(
        "Ingress",
        "networking.k8s.io/v1",
        "web",
        spec={
            "tls": [{"hosts": [DOMAIN], "secretName": "switchboard-tls"}],
            "rules": [rule],
        },
    )
    # Nothing that the site takes is larger.
    door["metadata"]["annotations"] = {
        "nginx.ingress.kubernetes.io/proxy-body-size": "4m"
    }
    yield door
    by_name = "kubernetes.io/metadata.name"
    inside = [
        {"namespaceSelector": {"matchLabels": {by_name: name}}}
        for name in ("ingress-nginx", "monitoring")
    ]
    yield _object(
        "NetworkPolicy",
        "networking.k8s.io/v1",
        "web",
        spec={
            "podSelector": {"matchLabels": _labels("web")},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": inside, "ports": [{"port": "http"}]}],
        },
    )
    yield _object(
        "NetworkPolicy",
        "networking.k8s.io/v1",
        "others",
        spec={
            "podSelector": {
                "matchLabels": {"app.kubernetes.io/name": "switchboard"},
                "matchExpressions": [
                    {
                        "key": "app.kubernetes.io/component",
                        "operator": "NotIn",
                        "values": ["web"],
                    }
                ],
            },
            "policyTypes": ["Ingress"],
            "ingress": [{"from": inside[1:], "ports": [{"port": "metrics"}]}],
        },
    )


def _to(service: str) -> Object:
    return {"service": {"name": f"switchboard-{service}", "port": {"number": 80}}}


if __name__ == "__main__":
    for name, words in files().items():
        (HERE / name).write_text(words)
