"""What is rendered is what Kubernetes and KubeRay take, and holds together: labels, names and ports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from deployments.errors import Misconfigured
from serve_app.kuberay.render import Place, render

PLACE = Place("mine", "image:cpu", "image:gpu", "operators", "watchers", 4)
KUBERNETES = "1.31"


@pytest.fixture
def rendered(root: Path) -> dict[str, list[dict[str, Any]]]:
    return render(root / "configs/cluster.yaml", PLACE)


def schema() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("rayservice.schema.json").read_text())


def test_the_ray_service_is_one_of_kuberay(rendered: dict) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(rendered["rayservice"][0], schema())


@pytest.mark.parametrize(
    ("path", "value"),
    [(("spec", "serveConfig"), "x"), (("spec", "rayClusterConfig", "workerGroupSpecs", 0, "minReplica"), 1),
     (("spec", "rayClusterConfig", "autoscalerOptions", "version"), "v3")],
)  # fmt: skip
def test_the_schema_refuses_what_kuberay_would(rendered: dict, path: tuple, value: object) -> None:
    inner = rendered["rayservice"][0]
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(rendered["rayservice"][0], schema())


def test_its_pods_its_service_and_the_other_objects_are_ones_of_kubernetes(rendered: dict) -> None:
    spec = rendered["rayservice"][0]["spec"]
    cluster = spec["rayClusterConfig"]
    objects = [{"apiVersion": "v1", "kind": "Service", **spec["serveService"]}]
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
        objects.append({"apiVersion": "v1", "kind": "Pod", **group["template"]})
    objects += [each for name, file in rendered.items() if name != "rayservice" for each in file]
    for each in objects:
        if each["kind"] != "ServiceMonitor":  # Prometheus's, not of Kubernetes
            kubernetes_validate.validate(each, KUBERNETES, strict=True)


def test_each_pool_of_the_config_has_its_group_with_the_label_that_stages_ask_for(rendered: dict) -> None:
    groups = rendered["rayservice"][0]["spec"]["rayClusterConfig"]["workerGroupSpecs"]
    assert {group["groupName"]: group["labels"] for group in groups} == {
        pool: {"pool": pool} for pool in ("engine", "cpu", "encoder")
    }
    assert all(0 < group["minReplicas"] <= group["maxReplicas"] for group in groups)


def test_the_serve_config_is_the_file_itself(rendered: dict, root: Path) -> None:
    assert rendered["rayservice"][0]["spec"]["serveConfigV2"] == (root / "configs/cluster.yaml").read_text()


def test_every_pod_has_its_budget_and_the_head_none_to_spare(rendered: dict) -> None:
    cluster = rendered["rayservice"][0]["spec"]["rayClusterConfig"]
    templates = [group["template"] for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"])]
    labels = [template["metadata"]["labels"] for template in templates]
    budgets = [budget["spec"] for budget in rendered["disruption"]]
    assert [budget["selector"]["matchLabels"] for budget in budgets] == labels
    assert [budget["maxUnavailable"] for budget in budgets] == [0, 1, 1, 1]


def test_callers_reach_the_services_ports_alone(rendered: dict) -> None:
    spec = rendered["network"][0]["spec"]
    ports = {json.dumps(rule["from"]): [port["port"] for port in rule.get("ports", ())] for rule in spec["ingress"]}
    by_who = {
        who: found for source, found in ports.items() for who in ("caller", "operators", "watchers") if who in source
    }
    assert by_who == {"caller": [8000, 9000], "operators": [8265, 8000], "watchers": [8080]}
    (own,) = [rule for rule in spec["ingress"] if "ports" not in rule]
    assert own["from"] == [{"podSelector": spec["podSelector"]}]


def test_prometheus_finds_the_metrics_of_every_pod(rendered: dict) -> None:
    service, monitor = rendered["metrics"]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    (port,) = service["spec"]["ports"]
    assert monitor["spec"]["endpoints"][0]["port"] == port["name"]
    cluster = rendered["rayservice"][0]["spec"]["rayClusterConfig"]
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
        assert service["spec"]["selector"].items() <= group["template"]["metadata"]["labels"].items()
        listed = group["template"]["spec"]["containers"][0]["ports"]
        assert {"name": "metrics", "containerPort": port["port"]} in listed


def test_a_config_of_one_machine_is_refused(root: Path) -> None:
    with pytest.raises(Misconfigured, match=r"http_options\.host is 127\.0\.0\.1: callers and probes"):
        render(root / "configs/gpu.yaml", PLACE)


def test_several_applications_are_refused(root: Path, tmp_path: Path) -> None:
    config = yaml.safe_load((root / "configs/cluster.yaml").read_text())
    config["applications"].append(config["applications"][0] | {"name": "other", "route_prefix": "/other"})
    (tmp_path / "x.yaml").write_text(yaml.safe_dump(config))
    with pytest.raises(Misconfigured, match="several applications"):
        render(tmp_path / "x.yaml", PLACE)


def test_a_config_without_pools_is_refused(root: Path, tmp_path: Path) -> None:
    config = yaml.safe_load((root / "configs/fake.yaml").read_text())
    config["http_options"]["host"] = "::"
    (tmp_path / "x.yaml").write_text(yaml.safe_dump(config))
    with pytest.raises(Misconfigured, match="has no `pool`"):
        render(tmp_path / "x.yaml", PLACE)
