"""A pod is not root, writes beside its image alone, and is ready when the service says so."""

from __future__ import annotations

from typing import Any

import pytest

from serve_app.access.settings import KeyAccessSettings
from serve_app.demo import local
from serve_app.kuberay.groups import WorkerGroup
from serve_app.kuberay.pods import Pods

GROUP = WorkerGroup("engine", cpus=9, gpus=1, fewest=1, most=2)


def pods(access: KeyAccessSettings | None = None) -> Pods:
    return Pods("mine", "image:cpu", "image:gpu", 8000, 9000, 310, 4, access)


def container(template: dict[str, Any]) -> dict[str, Any]:
    (only,) = template["spec"]["containers"]
    return only


@pytest.mark.parametrize("template", [pods().head(), pods().worker(GROUP)])
def test_no_pod_is_root_or_writes_into_its_image(template: dict[str, Any]) -> None:
    assert template["spec"]["securityContext"]["runAsNonRoot"]
    assert template["spec"]["securityContext"]["runAsUser"] > 0
    security = container(template)["securityContext"]
    assert security["readOnlyRootFilesystem"]
    assert not security["allowPrivilegeEscalation"]
    volumes = {volume["name"]: volume for volume in template["spec"]["volumes"]}
    writable = {m["mountPath"] for m in container(template)["volumeMounts"] if "emptyDir" in volumes[m["name"]]}
    assert writable == {"/tmp", "/cache", "/dev/shm"}  # noqa: S108 - of the pod
    environment = {each["name"]: each.get("value", "") for each in container(template)["env"]}
    assert all(environment[name].startswith("/cache") for name in ("HOME", "HF_HOME", "PUSHGEN_CACHE"))


@pytest.mark.parametrize("template", [pods().head(), pods().worker(GROUP)])
def test_a_pod_has_the_flags_that_a_local_application_has(template: dict[str, Any]) -> None:
    environment = {each["name"]: each.get("value") for each in container(template)["env"]}
    of_small_machines = ("RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S", "RAY_worker_niceness")
    flags = {name: value for name, value in local._flags().items() if name not in of_small_machines}
    assert flags.items() <= environment.items()


def test_a_worker_is_ready_when_the_health_service_says_so() -> None:
    assert container(pods().worker(GROUP))["readinessProbe"]["grpc"] == {"port": 9000, "service": ""}
    assert "livenessProbe" not in container(pods().worker(GROUP))
    assert "readinessProbe" not in container(pods().head())


def test_a_pod_with_gpus_has_them_the_image_for_them_and_bears_their_taint() -> None:
    template = pods().worker(GROUP)
    assert container(template)["resources"]["limits"] == {"cpu": "9", "memory": "36Gi", "nvidia.com/gpu": "1"}
    assert container(template)["image"] == "image:gpu"
    assert template["spec"]["tolerations"][0]["key"] == "nvidia.com/gpu"
    plain = pods().worker(WorkerGroup("cpu", 2, 0, 1, 1))
    assert container(plain)["image"] == "image:cpu"
    assert "tolerations" not in plain["spec"]


def test_a_pod_that_is_stopped_has_the_time_to_finish() -> None:
    assert pods().worker(GROUP)["spec"]["terminationGracePeriodSeconds"] > 310


def test_the_tenants_come_from_a_secret_as_a_file_or_a_variable() -> None:
    template = pods(KeyAccessSettings(file="/etc/pushgen/tenants.yaml")).worker(GROUP)
    assert {"name": "tenants", "secret": {"secretName": "mine-tenants"}} in template["spec"]["volumes"]
    mounted = {"name": "tenants", "mountPath": "/etc/pushgen", "readOnly": True}
    assert mounted in container(template)["volumeMounts"]
    template = pods(KeyAccessSettings(env="TENANTS")).worker(GROUP)
    key = {"secretKeyRef": {"name": "mine-tenants", "key": "TENANTS"}}
    assert {"name": "TENANTS", "valueFrom": key} in container(template)["env"]
    assert "tenants" not in {volume["name"] for volume in template["spec"]["volumes"]}
