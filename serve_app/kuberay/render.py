"""The objects of a service on Kubernetes, made of its Serve config, by the file that each stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ray

from deployments.errors import Misconfigured
from deployments.settings import parse
from serve_app.access.settings import KeyAccessSettings
from serve_app.demo.config import read
from serve_app.kuberay.groups import POOL, WorkerGroup, worker_groups
from serve_app.kuberay.pods import CONTAINER_SECURITY, DASHBOARD_PORT, METRICS_PORT, SERVICE, TEMPORARY, Pods
from serve_app.settings import AppSettings

Object = dict[str, Any]
_EVERY_HOST: Final = ("0.0.0.0", "::")  # noqa: S104 - what is asked for
# Of pods and namespaces whose pods may call the service, see the docs.
CALLER: Final = "pushgen/caller"
_METRICS: Final = "pushgen/metrics"


@dataclass(frozen=True)
class Place:
    """Where the objects go, and what the config does not say.

    image, gpu_image: of the two Dockerfiles. operator, monitoring: namespaces of KubeRay's operator and of Prometheus.
    gib_per_cpu: memory of a pod for each of its CPUs.
    """

    name: str
    image: str
    gpu_image: str
    operator: str
    monitoring: str
    gib_per_cpu: int


def render(config: Path, place: Place) -> dict[str, list[Object]]:
    """Objects by the name of their file. Raises Misconfigured for a config that pods could not serve."""
    document = read(config)
    application, *others = document["applications"]
    if others:
        raise Misconfigured(
            f"{config}: has several applications, and a probe of Kubernetes cannot name the one it asks"
        )
    settings = parse(AppSettings, application.get("args", {}), f"args of {config}")
    if (host := document.get("http_options", {}).get("host", "127.0.0.1")) not in _EVERY_HOST:
        raise Misconfigured(
            f"{config}: http_options.host is {host}: callers and probes would not reach a pod; use 0.0.0.0"
        )
    scalings = settings.scaling.deployments()
    pods = Pods(
        name=place.name,
        image=place.image,
        gpu_image=place.gpu_image,
        http_port=document["http_options"].get("port", 8000),
        grpc_port=document["grpc_options"].get("port", 9000),
        drain_s=max(scaling.graceful_shutdown_timeout_s for scaling in scalings.values()),
        gib_per_cpu=place.gib_per_cpu,
        access=settings.access if isinstance(settings.access, KeyAccessSettings) else None,
    )
    groups = worker_groups(scalings)
    return {
        "rayservice": [_service(config.read_text(encoding="utf-8"), pods, groups)],
        "disruption": [_budget(pods, "head", 0), *(_budget(pods, group.pool, 1) for group in groups)],
        "network": [_network(pods, place)],
        "metrics": _metrics(pods),
    }


def _service(text: str, pods: Pods, groups: Sequence[WorkerGroup]) -> Object:
    ports = (("serve", pods.http_port), ("grpc", pods.grpc_port))
    return {
        "apiVersion": "ray.io/v1",
        "kind": "RayService",
        "metadata": _metadata(pods, pods.name),
        "spec": {
            "serveConfigV2": text,
            # Another image or pod: a new cluster beside the old one, which goes once the new one serves. A change of
            # the Serve config alone is made in place, as by `serve deploy`.
            "upgradeStrategy": {"type": "NewCluster"},
            "rayClusterDeletionDelaySeconds": int(pods.drain_s) + 30,
            "excludeHeadPodFromServeSvc": True,
            "serveService": {
                "metadata": {"name": pods.name},
                "spec": {"ports": [{"name": name, "port": port, "targetPort": port} for name, port in ports]},
            },
            "rayClusterConfig": {
                "rayVersion": ray.__version__,
                "authOptions": {"mode": "token"},
                "enableInTreeAutoscaling": True,
                "autoscalerOptions": {
                    "version": "v2",  # the one that knows labels
                    "upscalingMode": "Default",
                    "idleTimeoutSeconds": 300,
                    "securityContext": CONTAINER_SECURITY,
                    "volumeMounts": [TEMPORARY],
                },
                "headGroupSpec": {
                    "rayStartParams": {"dashboard-host": "0.0.0.0"},  # noqa: S104 - of its pod
                    "resources": {"CPU": "0"},  # no replicas beside Serve's controller
                    "template": pods.head(),
                },
                "workerGroupSpecs": [
                    {
                        "groupName": group.pool,
                        "labels": {POOL: group.pool},
                        "minReplicas": group.fewest,
                        "replicas": group.fewest,
                        "maxReplicas": group.most,
                        "rayStartParams": {},
                        "template": pods.worker(group),
                    }
                    for group in groups
                ],
            },
        },
    }


def _budget(pods: Pods, pool: str, unavailable: int) -> Object:
    """At most one pod of a pool is evicted at a time, and the head, on which the cluster hangs, by hand alone."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(pods, f"{pods.name}-{pool}"),
        "spec": {"maxUnavailable": unavailable, "selector": {"matchLabels": pods.labels(pool)}},
    }


def _network(pods: Pods, place: Place) -> Object:
    """Ray's own ports run what they are sent: pods of the service alone reach them, and the operator its dashboard."""
    ours = {"podSelector": {"matchLabels": {SERVICE: pods.name}}}

    def rule(source: Sequence[Object], *ports: int) -> Object:
        listed = {"ports": [{"protocol": "TCP", "port": port} for port in ports]} if ports else {}
        return {"from": list(source), **listed}

    def namespace(name: str) -> Object:
        return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}

    callers = {"matchLabels": {CALLER: "true"}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(pods, pods.name),
        "spec": {
            **ours,
            "policyTypes": ["Ingress"],
            "ingress": [
                rule([ours]),
                rule([{"podSelector": callers}, {"namespaceSelector": callers}], pods.http_port, pods.grpc_port),
                rule([namespace(place.operator)], DASHBOARD_PORT, pods.http_port),
                rule([namespace(place.monitoring)], METRICS_PORT),
            ],
        },
    }


def _metrics(pods: Pods) -> list[Object]:
    """A service over all pods, which Prometheus scrapes one by one."""
    name, selected = f"{pods.name}-metrics", {SERVICE: pods.name}
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": _metadata(pods, name) | {"labels": {**_labels(pods), _METRICS: "true"}},
            "spec": {
                "clusterIP": "None",
                "publishNotReadyAddresses": True,
                "selector": selected,
                "ports": [{"name": "metrics", "port": METRICS_PORT, "targetPort": METRICS_PORT}],
            },
        },
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "ServiceMonitor",
            "metadata": _metadata(pods, pods.name),
            "spec": {
                "selector": {"matchLabels": {**selected, _METRICS: "true"}},
                "endpoints": [{"port": "metrics", "interval": "15s"}],
            },
        },
    ]


def _labels(pods: Pods) -> dict[str, str]:
    return {SERVICE: pods.name}


def _metadata(pods: Pods, name: str) -> Object:
    return {"name": name, "labels": _labels(pods)}
