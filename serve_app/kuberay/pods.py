"""The pods of the head and of a worker group: not root, a read-only root, and the health service as their probe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from serve_app.access.settings import KeyAccessSettings
from serve_app.demo.flags import SERVE_FLAGS
from serve_app.kuberay.groups import WorkerGroup

# The operator sets the labels of Kubernetes' own vocabulary to words of its own.
SERVICE: Final = "pushgen/service"
METRICS_PORT: Final = 8080
DASHBOARD_PORT: Final = 8265
_USER: Final = 10001
# Writable, beside /tmp: prepared weights and models of a hub.
_CACHE: Final = "/cache"
_ENVIRONMENT: Final = {
    **SERVE_FLAGS,
    "RAY_USAGE_STATS_ENABLED": "0",
    "HOME": _CACHE,
    "HF_HOME": f"{_CACHE}/huggingface",
    "PUSHGEN_CACHE": f"{_CACHE}/pushgen",
}
# Of each pod's memory: Ray's object store, and what the processes of an engine share.
_SHARED: Final = 0.3
TEMPORARY: Final = {"name": "tmp", "mountPath": "/tmp"}  # noqa: S108 - of the pod
CONTAINER_SECURITY: Final[dict[str, Any]] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


@dataclass(frozen=True)
class Pods:
    """What all pods of a service share.

    http_port, grpc_port: Serve's proxies. drain_s: a pod that is stopped may work so long. access: where the tenants
    stand, which the Secret `NAME-tenants` fills, by the name of the file or of the variable; None: it is open.
    """

    name: str
    image: str
    gpu_image: str
    http_port: int
    grpc_port: int
    drain_s: float
    gib_per_cpu: int
    access: KeyAccessSettings | None

    def labels(self, pool: str) -> dict[str, str]:
        return {SERVICE: self.name, "pushgen/pool": pool}

    def head(self) -> dict[str, Any]:
        """The template of the head's pod: Serve's controller and Ray's own server, no replicas."""
        ports = {"gcs-server": 6379, "dashboard": DASHBOARD_PORT, "metrics": METRICS_PORT}
        return self._template("head", "ray-head", self.image, cpus=2, gpus=0, ports=ports)

    def worker(self, group: WorkerGroup) -> dict[str, Any]:
        """The template of a worker's pod. It is ready while the service, asked through its proxy, is SERVING.

        The operator adds its own liveness probe, of Ray and not of the service: a pod is not to be killed because a
        stage elsewhere is down.
        """
        ports = {"serve": self.http_port, "grpc": self.grpc_port, "metrics": METRICS_PORT}
        image = self.gpu_image if group.gpus else self.image
        template = self._template(group.pool, "ray-worker", image, cpus=group.cpus, gpus=group.gpus, ports=ports)
        template["spec"]["containers"][0]["readinessProbe"] = {
            "grpc": {"port": self.grpc_port, "service": ""},
            "initialDelaySeconds": 10,
            "periodSeconds": 5,
            "timeoutSeconds": 5,
            "failureThreshold": 3,
        }
        if group.gpus:
            template["spec"]["tolerations"] = [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
        return template

    def _template(
        self, pool: str, container: str, image: str, *, cpus: int, gpus: int, ports: Mapping[str, int]
    ) -> dict[str, Any]:
        memory_gib = cpus * self.gib_per_cpu
        size: dict[str, Any] = {"cpu": str(cpus), "memory": f"{memory_gib}Gi"}
        size |= {"nvidia.com/gpu": str(gpus)} if gpus else {}
        volumes: dict[str, dict[str, Any]] = {
            "tmp": {"emptyDir": {}},
            "cache": {"emptyDir": {}},
            "shared-memory": {"emptyDir": {"medium": "Memory", "sizeLimit": f"{int(memory_gib * _SHARED)}Gi"}},
        }
        places = {TEMPORARY["name"]: TEMPORARY["mountPath"], "cache": _CACHE, "shared-memory": "/dev/shm"}  # noqa: S108 - of the pod
        environment: list[dict[str, Any]] = [{"name": name, "value": value} for name, value in _ENVIRONMENT.items()]
        secret = f"{self.name}-tenants"
        if self.access is not None and self.access.file is not None:
            volumes["tenants"] = {"secret": {"secretName": secret}}
            places["tenants"] = str(PurePosixPath(self.access.file).parent)
        elif self.access is not None:
            key = {"name": secret, "key": self.access.env}
            environment.append({"name": self.access.env, "valueFrom": {"secretKeyRef": key}})
        return {
            "metadata": {"labels": self.labels(pool)},
            "spec": {
                "automountServiceAccountToken": pool == "head",  # its autoscaler asks Kubernetes for pods
                "terminationGracePeriodSeconds": int(self.drain_s) + 30,
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": _USER,
                    "runAsGroup": _USER,
                    "fsGroup": _USER,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "topologySpreadConstraints": [
                    {
                        "maxSkew": 1,
                        "topologyKey": key,
                        "whenUnsatisfiable": "ScheduleAnyway",
                        "labelSelector": {"matchLabels": self.labels(pool)},
                    }
                    for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
                ],
                "containers": [
                    {
                        "name": container,
                        "image": image,
                        "env": environment,
                        "ports": [{"name": name, "containerPort": port} for name, port in ports.items()],
                        "resources": {"limits": size, "requests": size},
                        "securityContext": CONTAINER_SECURITY,
                        "volumeMounts": [
                            {"name": name, "mountPath": place, **({"readOnly": True} if name == "tenants" else {})}
                            for name, place in places.items()
                        ],
                    }
                ],
                "volumes": [{"name": name, **source} for name, source in volumes.items()],
            },
        }
